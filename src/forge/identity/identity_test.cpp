#include "forge/identity/consent.h"
#include "forge/identity/signing_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;

class Identity : public testing::Test {
  protected:
    Identity() {
        std::string name = testing::TempDir() + "forge-XXXXXX";
        folder_ = std::string(mkdtemp(name.data())) + "/bonafide/forge";
    }
    ~Identity() override { std::filesystem::remove_all(std::filesystem::path(folder_).parent_path().parent_path()); }

    static mode_t mode_of(const std::string& path) {
        struct stat status {};
        EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777;
    }
    std::string folder_;
};

TEST_F(Identity, SigningKeyIsMadeOnceAndPrivate) {
    const auto first = signing_identity(folder_);
    ASSERT_TRUE(first.ok()) << first.error().message;
    EXPECT_THAT(first->key_pem, HasSubstr("BEGIN PRIVATE KEY"));
    EXPECT_EQ(mode_of(folder_ + "/signing.pem"), 0600U);
    const auto again = signing_identity(folder_);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(first->key_pem, again->key_pem);
    std::ifstream anchor(folder_ + "/authority.pem");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(anchor), {}), authority_of(*first));
    EXPECT_NE(first->certificates_pem, authority_of(*first));
}

TEST_F(Identity, KeysThatOthersMayReadAreRefused) {
    ASSERT_TRUE(signing_identity(folder_).ok());
    ASSERT_TRUE(ConsentKey::open(folder_).ok());
    ASSERT_EQ(chmod((folder_ + "/signing.pem").c_str(), 0644), 0);
    ASSERT_EQ(chmod((folder_ + "/consent.key").c_str(), 0640), 0);
    const auto refused = signing_identity(folder_);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message, HasSubstr("others may read"));
    EXPECT_FALSE(ConsentKey::open(folder_).ok());
    std::ofstream(folder_ + "/signing.pem") << "nonsense";
    ASSERT_EQ(chmod((folder_ + "/signing.pem").c_str(), 0600), 0);
    EXPECT_THAT(signing_identity(folder_).error().message, HasSubstr("damaged"));
    EXPECT_FALSE(signing_identity("/proc/no-such-folder").ok());
}

struct Case {
    const char* name;
    void (*change)(nlohmann::json& record, Intent& intent);
    const char* reason;
};

TEST_F(Identity, ConsentAllowsWhatItNamesAndNothingElse) {
    const auto key = ConsentKey::open(folder_);
    ASSERT_TRUE(key.ok());
    const auto record = key->sign({"Ada Lovelace", "satire", {"swap"}, "2027-01-31", "2026-11-26", ""});
    ASSERT_TRUE(record.ok()) << record.error().message;
    const Intent good{"swap", "Ada Lovelace", "2027-01-31", key->public_key()};
    const auto allowed = check_consent(*record, good);
    ASSERT_TRUE(allowed.ok()) << allowed.error().message;
    EXPECT_EQ(allowed->purpose, "satire");
    const auto missing = check_consent("", good);
    ASSERT_FALSE(missing.ok());
    EXPECT_THAT(missing.error().message, HasSubstr("--consent FILE"));

    const Case cases[] = {
        {"expired", [](auto&, Intent& intent) { intent.today = "2027-02-01"; }, "ended on 2027-01-31"},
        {"wrong kind", [](auto&, Intent& intent) { intent.kind = "mouth"; }, "for swap, not for mouth"},
        {"wrong person", [](auto&, Intent& intent) { intent.person = "Ada"; }, "that of Ada Lovelace, not of Ada"},
        {"nobody named", [](auto&, Intent& intent) { intent.person = ""; }, "nobody"},
        {"foreign key", [](auto&, Intent& intent) { intent.signer[0] ^= 1; }, "another installation"},
        {"longer", [](auto& fields, Intent&) { fields["until"] = "2099-01-31"; }, "changed after"},
        {"other person", [](auto& fields, Intent&) { fields["person"] = "Eve"; }, "changed after"},
        {"more kinds", [](auto& fields, Intent&) { fields["kinds"].push_back("mouth"); }, "changed after"},
        {"added", [](auto& fields, Intent&) { fields["note"] = "and everything else"; }, "changed after"},
        {"signature", [](auto& fields, Intent&) { fields["signature"] = std::string(128, '0'); }, "changed after"},
        {"no signature", [](auto& fields, Intent&) { fields.erase("signature"); }, "no consent record"},
        {"short", [](auto& fields, Intent&) { fields["signature"] = "00"; }, "changed after"},
        {"types", [](auto& fields, Intent&) { fields["kinds"] = 3; }, "no consent record"},
    };
    for (const Case& each : cases) {
        nlohmann::json fields = nlohmann::json::parse(*record);
        Intent intent = good;
        each.change(fields, intent);
        const auto refused = check_consent(fields.dump(), intent);
        ASSERT_FALSE(refused.ok()) << each.name;
        EXPECT_EQ(refused.error().code, ErrorCode::kUsage) << each.name;
        EXPECT_THAT(refused.error().message, HasSubstr(each.reason)) << each.name;
    }
    for (const std::string& nonsense :
         {std::string("{"), std::string("[]"), std::string(20000, ' '), std::string("\xFF")}) {
        EXPECT_FALSE(read_consent(nonsense).ok());
    }
}

TEST_F(Identity, ConsentIsNotMadeOutOfNonsense) {
    const auto key = ConsentKey::open(folder_);
    ASSERT_TRUE(key.ok());
    const Consent good{"Ada", "satire", {"swap"}, "2027-01-31", "2026-11-26", ""};
    const auto refused = [&](auto change) {
        Consent consent = good;
        change(consent);
        return !key->sign(consent).ok();
    };
    EXPECT_FALSE(refused([](Consent&) {}));
    EXPECT_TRUE(refused([](Consent& c) { c.person = ""; }));
    EXPECT_TRUE(refused([](Consent& c) { c.person = "a\nb"; }));
    EXPECT_TRUE(refused([](Consent& c) { c.person = "\xFF\xFE"; }));
    EXPECT_TRUE(refused([](Consent& c) { c.purpose = "profit"; }));
    EXPECT_TRUE(refused([](Consent& c) { c.kinds = {}; }));
    EXPECT_TRUE(refused([](Consent& c) { c.kinds = {"blend"}; }));
    EXPECT_TRUE(refused([](Consent& c) { c.until = "2027-02-30"; }));
    EXPECT_TRUE(refused([](Consent& c) { c.until = "tomorrow"; }));
    EXPECT_TRUE(refused([](Consent& c) { c.until = "2026-11-25"; }));
}

TEST(Consent, IsAskedForWhereSomebodyIsMimicked) {
    for (const char* kind : {"swap", "mouth"}) {
        EXPECT_EQ(consent_kind_of(kind, ""), kind);
    }
    EXPECT_EQ(consent_kind_of("voice", "convert"), "voice");
    for (const char* kind : {"blend", "animal", "reconstruct", "face", "launder", ""}) {
        EXPECT_EQ(consent_kind_of(kind, ""), "") << kind;
    }
    EXPECT_EQ(consent_kind_of("voice", "resynthesise"), "");
    EXPECT_EQ(consent_kind_of("voice", "splice"), "");
}

}  // namespace
}  // namespace bonafide::forge
