#include "base/hash.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace bonafide {
namespace {

TEST(Sha256, KnownAnswers) {
    // FIPS 180-4 example values.
    EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const std::uint8_t abc[] = {'a', 'b', 'c'};
    EXPECT_EQ(sha256_hex(abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfFileIsThatOfItsBytesAndKeepsThePosition) {
    std::FILE* file = std::tmpfile();
    std::fputs("abc", file);
    std::fflush(file);
    const long before = std::ftell(file);
    const auto digest = sha256_of_fd(fileno(file));
    ASSERT_TRUE(digest.ok());
    EXPECT_EQ(digest->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest->size_bytes, 3U);
    EXPECT_EQ(std::ftell(file), before);
    std::fclose(file);
}

TEST(Sha256, UnreadableIsAnError) {
    EXPECT_EQ(sha256_of_fd(-1).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace bonafide
