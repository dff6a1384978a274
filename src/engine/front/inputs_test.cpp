#include "engine/front/inputs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;

class InputWalkTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "bonafide-walk-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder_); }
    void touch(const std::string& name) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << "x";
    }
    std::set<std::string> walked(std::vector<std::string> paths) const {
        std::set<std::string> names;
        InputWalk walk(std::move(paths));
        while (const auto item = walk.next()) {
            names.insert((item->problem.empty() ? "" : "!") +
                         fs::path(item->path).lexically_relative(folder_).string());
        }
        return names;
    }
    fs::path folder_;
};

TEST_F(InputWalkTest, FindsFilesAtEveryDepthOnce) {
    touch("a.jpg");
    touch("deep/er/b.jpg");
    touch("deep/c.jpg");
    EXPECT_EQ(walked({folder_.string()}), (std::set<std::string>{"a.jpg", "deep/c.jpg", "deep/er/b.jpg"}));
}

TEST_F(InputWalkTest, FollowsNoLinkAndSkipsWhatIsNoFile) {
    touch("a.jpg");
    fs::create_directory_symlink(folder_, folder_ / "loop");
    fs::create_symlink(folder_ / "a.jpg", folder_ / "b.jpg");
    EXPECT_EQ(walked({folder_.string()}), (std::set<std::string>{"a.jpg"}));
}

TEST_F(InputWalkTest, NamedFilesAreTakenAsTheyAre) {
    touch("a.jpg");
    EXPECT_EQ(walked({(folder_ / "a.jpg").string(), (folder_ / "gone.jpg").string()}),
              (std::set<std::string>{"a.jpg", "gone.jpg"}));
}

TEST_F(InputWalkTest, AnEmptyFolderIsAProblemNotSilence) {
    fs::create_directory(folder_ / "empty");
    EXPECT_EQ(walked({(folder_ / "empty").string()}), (std::set<std::string>{"!empty"}));
}

}  // namespace
}  // namespace bonafide::engine
