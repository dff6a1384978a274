#include "engine/front/camera_gallery.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;

class CameraGalleryTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "bonafide-gallery-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder_); }
    static std::vector<std::uint8_t> bytes() { return to_bytes(CameraFile{1, 1, 5, 0.001F, 0.5F, {7}, ""}); }
    fs::path folder_;
};

TEST_F(CameraGalleryTest, KeepsListsAndForgets) {
    const CameraGallery gallery((folder_ / "new" / "cameras").string());
    EXPECT_TRUE(gallery.names()->empty());
    ASSERT_TRUE(gallery.write("b-2", bytes()).ok());
    ASSERT_TRUE(gallery.write("A.1", bytes()).ok());
    ASSERT_TRUE(gallery.write("A.1", bytes()).ok()) << "again";
    EXPECT_EQ(*gallery.names(), (std::vector<std::string>{"A.1", "b-2"}));
    EXPECT_EQ(gallery.read("A.1")->pattern, std::vector<std::int16_t>{7});
    struct stat status {};
    ASSERT_EQ(stat(gallery.path_of("A.1").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_TRUE(gallery.remove("A.1").ok());
    EXPECT_EQ(gallery.remove("A.1").error().code, ErrorCode::kUsage);
    EXPECT_FALSE(gallery.holds("A.1"));
    EXPECT_EQ(std::distance(fs::directory_iterator(gallery.folder()), {}), 1) << "nothing temporary stays";
}

TEST_F(CameraGalleryTest, NamesStayInTheFolder) {
    for (const char* name : {"", "..", "../x", "a/b", ".hidden", "a b", "a\n", "-x", "\xC3\xA4"}) {
        EXPECT_FALSE(CameraGallery::check_name(name).ok()) << name;
    }
    EXPECT_FALSE(CameraGallery::check_name(std::string(65, 'a')).ok());
    EXPECT_TRUE(CameraGallery::check_name("Nikon_D70.s-2").ok());
}

TEST_F(CameraGalleryTest, HostileFilesAreRefused) {
    const CameraGallery gallery(folder_.string());
    std::ofstream(gallery.path_of("text")) << "not a fingerprint";
    EXPECT_EQ(gallery.read("text").error().code, ErrorCode::kInvalid);
    fs::create_directory(gallery.path_of("folder"));
    EXPECT_FALSE(gallery.read("folder").ok());
    EXPECT_FALSE(gallery.read("missing").ok());
    ASSERT_EQ(mkfifo(gallery.path_of("pipe").c_str(), 0600), 0);
    EXPECT_FALSE(gallery.read("pipe").ok());
}

}  // namespace
}  // namespace bonafide::engine
