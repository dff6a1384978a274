#include "infer/compiled_cache.h"

#include "infer/test_folder.h"

#include <gtest/gtest.h>

namespace bonafide::infer {
namespace {

class CompiledCacheTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(cache_.save("key", "compiled bytes").ok()); }
    std::string file() const { return folder_.path("cache/key.compiled"); }
    TestFolder folder_;
    CompiledCache cache_{folder_.path("cache")};
};

TEST_F(CompiledCacheTest, GivesBackWhatWasSaved) {
    EXPECT_EQ(cache_.load("key"), "compiled bytes");
    ASSERT_TRUE(cache_.save("key", "newer").ok());
    EXPECT_EQ(cache_.load("key"), "newer");
    EXPECT_EQ(cache_.load("another"), std::nullopt);
}

TEST_F(CompiledCacheTest, IsPrivateAndLeavesNoTemporaryFiles) {
    namespace files = std::filesystem;
    EXPECT_EQ(files::status(folder_.path("cache")).permissions(), files::perms::owner_all);
    EXPECT_EQ(std::distance(files::directory_iterator(folder_.path("cache")), {}), 1);
}

TEST_F(CompiledCacheTest, AnyAlteredByteMakesItAbsent) {
    const std::string whole = TestFolder::read(file());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string altered = whole;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        folder_.write("cache/key.compiled", altered);
        EXPECT_EQ(cache_.load("key"), std::nullopt) << "byte " << i;
    }
    for (std::size_t size = 0; size < whole.size(); ++size) {
        folder_.write("cache/key.compiled", whole.substr(0, size));
        EXPECT_EQ(cache_.load("key"), std::nullopt) << "cut to " << size;
    }
    folder_.write("cache/key.compiled", whole + "x");
    EXPECT_EQ(cache_.load("key"), std::nullopt);
}

TEST_F(CompiledCacheTest, FilesThatOthersMayWriteAreNotBelieved) {
    std::filesystem::permissions(file(), std::filesystem::perms::group_write, std::filesystem::perm_options::add);
    EXPECT_EQ(cache_.load("key"), std::nullopt);
}

TEST_F(CompiledCacheTest, LinksAndFoldersAreNotBelieved) {
    std::filesystem::create_symlink(file(), folder_.path("cache/link.compiled"));
    EXPECT_EQ(cache_.load("link"), std::nullopt);
    std::filesystem::create_directories(folder_.path("cache/folder.compiled"));
    EXPECT_EQ(cache_.load("folder"), std::nullopt);
}

TEST(CompiledCache, WithoutAFolderKeepsNothing) {
    const CompiledCache cache("");
    EXPECT_TRUE(cache.save("key", "bytes").ok());
    EXPECT_EQ(cache.load("key"), std::nullopt);
}

TEST(CompiledCache, AFolderThatCannotBeMadeIsAnError) {
    const TestFolder folder;
    const CompiledCache cache(folder.write("file", "") + "/cache");
    EXPECT_EQ(cache.save("key", "bytes").error().code, ErrorCode::kIo);
    EXPECT_EQ(cache.load("key"), std::nullopt);
}

}  // namespace
}  // namespace bonafide::infer
