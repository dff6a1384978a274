#include "engine/front/person_gallery.h"

#include "engine/front/private_file.h"
#include "engine/front/sealed.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;
using Access = PersonGallery::Access;

const std::string kNetwork = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30";
const std::string kVoiceNetwork = "cb436fb22a2b08bf39d5149b45edf3dd5922df42851be570c36c98dc20504feb";
const std::string kPassphrase = "correct horse battery";

class PersonGalleryTest : public ::testing::Test {
  protected:
    PersonGalleryTest() {
        std::string pattern = (fs::temp_directory_path() / "bonafide-people-XXXXXX").string();
        ENSURE(mkdtemp(pattern.data()) != nullptr);
        folder_ = pattern;
    }
    ~PersonGalleryTest() override { fs::remove_all(folder_); }

    std::string path() const { return folder_ + "/in/people.gallery"; }
    PersonGallery opened(Access access, const std::optional<std::string>& passphrase = std::nullopt) {
        auto gallery = PersonGallery::open(path(), passphrase, {kNetwork, kVoiceNetwork}, access);
        EXPECT_TRUE(gallery.ok()) << (gallery.ok() ? "" : gallery.error().message);
        ENSURE(gallery.ok());
        return std::move(*gallery);
    }
    void enroll(const std::string& name, float value, const std::string& source,
                const std::optional<std::string>& passphrase = std::nullopt) {
        PersonGallery gallery = opened(Access::kChange, passphrase);
        PersonSample sample{{}, source};
        sample.numbers.fill(value);
        EXPECT_TRUE(gallery.enroll(name, std::vector{sample}).ok());
        const auto saved = gallery.save();
        EXPECT_TRUE(saved.ok()) << (saved.ok() ? "" : saved.error().message);
    }
    std::string content() const {
        std::ifstream stream(path(), std::ios::binary);
        return {(std::istreambuf_iterator<char>(stream)), {}};
    }
    ErrorCode refusal(const std::optional<std::string>& passphrase,
                      const GalleryNetworks& networks = {kNetwork, kVoiceNetwork}) {
        const auto gallery = PersonGallery::open(path(), passphrase, networks, Access::kRead);
        EXPECT_FALSE(gallery.ok());
        return gallery.ok() ? ErrorCode::kInternal : gallery.error().code;
    }
    std::string folder_;
};

TEST_F(PersonGalleryTest, KeepsPeopleBetweenRuns) {
    EXPECT_TRUE(opened(Access::kRead).people()->empty());
    EXPECT_FALSE(fs::exists(path())) << "reading makes no file";
    enroll("Zoë", 0.5F, "a");
    enroll("Ann", 0.25F, "b");
    enroll("Ann", 0.75F, "c");
    enroll("Ann", 0.99F, "c");  // the same file again is no second look
    const auto people = opened(Access::kRead).people();
    ASSERT_TRUE(people.ok());
    ASSERT_EQ(people->size(), 2U);
    EXPECT_EQ(people->at(0).name, "Ann");
    ASSERT_EQ(people->at(0).samples.size(), 2U);
    EXPECT_FLOAT_EQ(people->at(0).samples[1].numbers[127], 0.75F);
    EXPECT_EQ(opened(Access::kRead).person("nobody").error().code, ErrorCode::kUsage);
    struct stat status {};
    ASSERT_EQ(stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(PersonGalleryTest, AVoiceIsKeptBesideAFaceAndForgottenWithIt) {
    const float number = 0.0543F;
    VoiceSample voice{{}, "recording-of-ann"};
    voice.numbers.fill(number);
    {
        PersonGallery gallery = opened(Access::kChange);
        EXPECT_EQ(*gallery.enroll("Ann", std::vector{voice}), 1U);
        EXPECT_EQ(*gallery.enroll("Ann", std::vector{voice}), 0U) << "the same file again";
        EXPECT_EQ(*gallery.enroll("Bob", std::vector{voice}), 1U) << "somebody else's file";
        ASSERT_TRUE(gallery.save().ok());
    }
    enroll("Ann", 0.5F, "picture-of-ann");
    const auto ann = opened(Access::kRead).person("Ann");
    ASSERT_TRUE(ann.ok());
    EXPECT_EQ(ann->samples.size(), 1U);
    ASSERT_EQ(ann->voices.size(), 1U);
    EXPECT_FLOAT_EQ(ann->voices[0].numbers[255], number);
    EXPECT_TRUE(opened(Access::kRead).person("Bob")->samples.empty());
    {
        PersonGallery gallery = opened(Access::kChange);
        ASSERT_TRUE(gallery.remove("Ann").ok());
        ASSERT_TRUE(gallery.remove("Bob").ok());
        ASSERT_TRUE(gallery.save().ok());
    }
    for (const std::string& trace : {std::string("Ann"), std::string("-of-ann"),
                                     std::string(reinterpret_cast<const char*>(&number), sizeof number)}) {
        EXPECT_EQ(content().find(trace), std::string::npos) << trace;
    }
}

TEST_F(PersonGalleryTest, AGalleryOfFacesAloneTakesVoicesToo) {
    enroll("Ann", 0.5F, "a");
    {
        // As an earlier version left it.
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, "DROP TABLE voice; DROP TABLE voice_network; PRAGMA user_version=1", nullptr,
                               nullptr, nullptr),
                  SQLITE_OK);
        sqlite3_close(database);
    }
    EXPECT_EQ(opened(Access::kRead).person("Ann")->samples.size(), 1U);
    VoiceSample voice{{}, "b"};
    voice.numbers.fill(0.05F);
    PersonGallery gallery = opened(Access::kChange);
    EXPECT_TRUE(gallery.enroll("Ann", std::vector{voice}).ok());
    ASSERT_TRUE(gallery.save().ok());
    EXPECT_EQ(opened(Access::kRead).person("Ann")->voices.size(), 1U);
}

TEST_F(PersonGalleryTest, DeletingLeavesNothingBehind) {
    enroll("Ann Onymous", 0.123456F, "source-of-ann");
    enroll("Bob", 0.5F, "b");
    const float number = 0.123456F;
    const std::string numbers(reinterpret_cast<const char*>(&number), sizeof number);
    EXPECT_NE(content().find("Ann Onymous"), std::string::npos);
    EXPECT_NE(content().find(numbers), std::string::npos);
    {
        PersonGallery gallery = opened(Access::kChange);
        ASSERT_TRUE(gallery.remove("Ann Onymous").ok());
        EXPECT_EQ(gallery.remove("Ann Onymous").error().code, ErrorCode::kUsage);
        ASSERT_TRUE(gallery.save().ok());
    }
    for (const std::string& trace : {std::string("Ann"), std::string("Onymous"), std::string("source-of"), numbers}) {
        EXPECT_EQ(content().find(trace), std::string::npos) << trace;
    }
    EXPECT_EQ(opened(Access::kRead).people()->size(), 1U);
    // No copy beside it: the gallery and its empty lock.
    EXPECT_EQ(std::distance(fs::directory_iterator(fs::path(path()).parent_path()), fs::directory_iterator()), 2);
}

TEST_F(PersonGalleryTest, AnEncryptedGalleryTellsNothingWithoutItsPassphrase) {
    enroll("Ann Onymous", 0.123456F, "source-of-ann", kPassphrase);
    EXPECT_EQ(content().find("Ann"), std::string::npos);
    EXPECT_EQ(content().find("SQLite"), std::string::npos);
    EXPECT_EQ(opened(Access::kRead, kPassphrase).person("Ann Onymous")->samples.size(), 1U);
    EXPECT_EQ(refusal(std::nullopt), ErrorCode::kUsage);
    EXPECT_EQ(refusal("another passphrase"), ErrorCode::kUsage);
    EXPECT_EQ(refusal("short"), ErrorCode::kUsage);
    std::string altered = content();
    altered[altered.size() / 2] ^= 1;
    std::ofstream(path(), std::ios::binary) << altered;
    EXPECT_EQ(refusal(kPassphrase), ErrorCode::kUsage);
}

TEST_F(PersonGalleryTest, WhatIsNoGalleryIsRefused) {
    enroll("Ann", 0.5F, "a");
    EXPECT_EQ(refusal(std::nullopt, {"another network", kVoiceNetwork}), ErrorCode::kInvalid);
    EXPECT_EQ(refusal(std::nullopt, {kNetwork, "another network"}), ErrorCode::kInvalid);
    EXPECT_EQ(refusal(kPassphrase), ErrorCode::kUsage) << "a passphrase for a gallery that is not encrypted";
    const std::string sound = content();
    for (const std::string& bad : {std::string(), std::string("SQLite format 3"), std::string(5000, 'x'),
                                   sound.substr(0, sound.size() / 2), std::string("BFSEAL\0\1", 8)}) {
        std::ofstream(path(), std::ios::binary) << bad;
        const auto gallery = PersonGallery::open(path(), std::nullopt, {kNetwork, kVoiceNetwork}, Access::kRead);
        EXPECT_FALSE(gallery.ok() && gallery->people().ok()) << bad.size();
    }
    for (const std::string& name : {std::string(), std::string(101, 'a'), std::string("a\nb"), std::string("\xFF")}) {
        EXPECT_FALSE(PersonGallery::check_name(name).ok());
    }
    EXPECT_TRUE(PersonGallery::check_name("Zoë van 't Hof").ok());
}

TEST(Sealed, EverySealIsFreshAndOpensOnlyWhole) {
    const std::vector<std::uint8_t> bytes = {1, 2, 3};
    const auto one = seal(bytes, kPassphrase), other = seal(bytes, kPassphrase);
    ASSERT_TRUE(one.ok() && other.ok());
    EXPECT_NE(*one, *other);
    EXPECT_EQ(*unseal(*one, kPassphrase), bytes);
    EXPECT_FALSE(unseal(std::span(*one).first(one->size() - 1), kPassphrase).ok());
    EXPECT_FALSE(unseal(std::span(*one).first(20), kPassphrase).ok());
    EXPECT_FALSE(seal(bytes, "short").ok());
}

}  // namespace
}  // namespace bonafide::engine
