// Signatures, keys in files, and what a repetition is compared by.
#include "engine/front/signature.h"

#include "engine/front/replay.h"
#include "engine/front/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Signing : public testing::Test {
  protected:
    Signing() : folder_(fs::path(testing::TempDir()) / ("signing-" + std::to_string(getpid()))) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    ~Signing() override { fs::remove_all(folder_); }
    SigningKey key(const char* name = "mine") { return *SigningKey::open((folder_ / name).string()); }
    fs::path folder_;
};

SignatureState state_of(std::string_view document, const std::optional<std::string>& signature,
                        const std::vector<PublicKey>& trusted) {
    return check_signature(document, signature, trusted).state;
}

TEST_F(Signing, TellsTheFourAnswersApart) {
    const SigningKey mine = key(), other = key("other");
    const std::string document = "a report", signature = mine.sign(document);
    EXPECT_EQ(state_of(document, signature, {other.public_key(), mine.public_key()}), SignatureState::kValid);
    EXPECT_EQ(state_of(document, signature, {other.public_key()}), SignatureState::kUnknownKey);
    EXPECT_EQ(state_of(document, signature, {}), SignatureState::kUnknownKey);
    EXPECT_EQ(state_of(document, std::nullopt, {mine.public_key()}), SignatureState::kAbsent);
    EXPECT_EQ(check_signature(document, signature, {}).fingerprint, fingerprint_of(mine.public_key()));
    EXPECT_EQ(mine.sign(document), signature) << "RFC 8032 signatures are deterministic";
}

TEST_F(Signing, OneByteOfEitherIsEnough) {
    const SigningKey mine = key();
    const std::string document = "a report of some length", signature = mine.sign(document);
    for (std::size_t i = 0; i < document.size(); ++i) {
        std::string altered = document;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        EXPECT_EQ(state_of(altered, signature, {mine.public_key()}), SignatureState::kInvalid) << i;
    }
    EXPECT_EQ(state_of(document + " ", signature, {mine.public_key()}), SignatureState::kInvalid);
    EXPECT_EQ(state_of("", signature, {mine.public_key()}), SignatureState::kInvalid);
    for (std::size_t i = 0; i < signature.size(); ++i) {
        std::string altered = signature;
        altered[i] = altered[i] == '0' ? '1' : '0';
        EXPECT_NE(state_of(document, altered, {mine.public_key()}), SignatureState::kValid) << i;
        if (i + 1 < signature.size()) {  // the last character only ends the line
            EXPECT_EQ(state_of(document, signature.substr(0, i), {mine.public_key()}), SignatureState::kInvalid) << i;
        }
    }
    for (const char* text : {"", "{}", "[]", "null", "{\"schema\": 7}", "\xFF\xFE"}) {
        EXPECT_EQ(state_of(document, text, {mine.public_key()}), SignatureState::kInvalid) << text;
    }
    EXPECT_EQ(state_of(document, std::string(100'000, ' ') + signature, {mine.public_key()}), SignatureState::kInvalid);
}

TEST_F(Signing, KeysArePrivateMadeOnceAndHandedOutAsPem) {
    const PublicKey made = key().public_key();
    EXPECT_EQ(key().public_key(), made);
    struct stat status {};
    ASSERT_EQ(stat((folder_ / "mine/signing-key.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const auto shared = read_public_keys({(folder_ / "mine/signing-key.pub.pem").string()});
    ASSERT_TRUE(shared) << shared.error().message;
    EXPECT_THAT(*shared, testing::ElementsAre(made));
    EXPECT_EQ(*public_key_from(pem_of(made)), made);
    // The first test vector of RFC 8410, section 10.1.
    const auto known = public_key_from(
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC "
        "KEY-----\n");
    ASSERT_TRUE(known);
    EXPECT_EQ(known->bytes[0], 0x19);
    fs::permissions(folder_ / "mine/signing-key.pem", fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(SigningKey::open((folder_ / "mine").string()).error().code, ErrorCode::kUsage);
}

TEST_F(Signing, RefusesWhatIsNoKey) {
    key();
    std::ofstream(folder_ / "nonsense.pem") << "nothing";
    EXPECT_EQ(read_public_keys({(folder_ / "nonsense.pem").string()}).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(read_public_keys({(folder_ / "mine/signing-key.pem").string()}).error().code, ErrorCode::kInvalid)
        << "a private key";
    EXPECT_EQ(read_public_keys({(folder_ / "absent.pem").string()}).error().code, ErrorCode::kIo);
    fs::create_directories(folder_ / "empty");
    EXPECT_EQ(read_public_keys({(folder_ / "empty").string()}).error().code, ErrorCode::kUsage);
    std::ofstream(folder_ / "mine/signing-key.pem", std::ios::trunc) << "damaged";
    EXPECT_EQ(SigningKey::open((folder_ / "mine").string()).error().code, ErrorCode::kInvalid);
}

report::Report sample() {
    report::Report report;
    report.tool_version = "1";
    report.tool_revision = "a";
    report.input.media_type = "image/jpeg";
    report.input.kind = "image";
    report.input.sha256 = report.input.sha256_after = std::string(64, 'a');
    report.verdict = report::Verdict::kInconclusive;
    report.llr = 0.1;
    report.probability = 0.5;
    evidence::Finding finding;
    finding.analyzer = "image.noise.level";
    finding.version = 1;
    finding.llr = 0.2;
    finding.measurements = {{"noise", 2.0, "dB"}};
    report.findings = {finding};
    report.replay["analyzers"] = {{"only", {"image.*"}}, {"skip", nlohmann::ordered_json::array()}};
    report.replay["parameters"] = {{"image.noise.level", {{"block_px", 32}}}};
    report.replay["limits"] = {{"pixels", 1000}, {"time_s", 1e9}};
    return report;
}

TEST(Replay, SaysWhatDiffersAndWhetherTheVersionsDo) {
    const report::Report before = sample();
    EXPECT_TRUE(compare(before, before).identical);
    report::Report again = before;
    again.findings[0].measurements[0].value = 2.05;
    again.total_s = 7;
    again.input.path = "elsewhere";
    Comparison comparison = compare(before, again);
    EXPECT_FALSE(comparison.identical);
    EXPECT_EQ(state_of(comparison), ReplayState::kSame) << "within the tolerance";
    again.findings[0].measurements[0].value = 2.2;
    again.verdict = report::Verdict::kLikelyManipulated;
    comparison = compare(before, again);
    EXPECT_EQ(state_of(comparison), ReplayState::kDiffers);
    EXPECT_THAT(comparison.differences,
                testing::ElementsAre("verdict: inconclusive in the report, likely_manipulated now",
                                     "image.noise.level, noise: 2 in the report, 2.2 now"));
    again.findings[0].version = 2;
    comparison = compare(before, again);
    EXPECT_EQ(state_of(comparison), ReplayState::kOtherVersions);
    EXPECT_THAT(comparison.versions, testing::ElementsAre(HasSubstr("version 1 in the report, version 2 now")));
    again = before;
    again.findings.push_back(before.findings[0]);
    again.findings.back().analyzer = "image.new";
    again.findings[0].llr.reset();
    EXPECT_EQ(compare(before, again).differences.size(), 2U);
}

TEST(Replay, TakesAnalyzersAndParametersFromTheReportAndLimitsOnlyToLowerThem) {
    Limits own;
    own.time_s = 5;
    const auto job = job_of(sample(), own);
    ASSERT_TRUE(job) << job.error().message;
    EXPECT_THAT(job->only, testing::ElementsAre("image.*"));
    EXPECT_EQ(job->parameters.at("image.noise.level").at("block_px"), 32);
    EXPECT_EQ(job->limits.pixels, 1000U);
    EXPECT_EQ(job->limits.time_s, 5);
    report::Report silent = sample();
    silent.replay = nlohmann::ordered_json::object();
    EXPECT_FALSE(job_of(silent, own));
    silent.replay["analyzers"] = "all";
    EXPECT_FALSE(job_of(silent, own));
}

TEST(Verification, NeverHoldsWithoutAReportOrASignature) {
    for (const char* text : {"", "{}", "null", "%PDF-1.5\n", "PK", "{\"schema\": \"bonafide.report/1\"}"}) {
        EXPECT_FALSE(verify(text, std::nullopt, {})) << text;
    }
    const auto unsigned_report = verify(report::to_json(sample()).dump(), std::nullopt, {});
    ASSERT_TRUE(unsigned_report) << unsigned_report.error().message;
    EXPECT_EQ(unsigned_report->outcome(), Verification::Outcome::kOpen);
    Verification swapped = *unsigned_report;
    swapped.signature.state = SignatureState::kValid;
    EXPECT_EQ(swapped.outcome(), Verification::Outcome::kHolds);
    swapped.file = Verification::FileState::kDiffers;
    EXPECT_EQ(swapped.outcome(), Verification::Outcome::kRefuted);
}

}  // namespace
}  // namespace bonafide::engine
