#include "analyzers/provenance/credentials/credentials.h"

#include "analyzers/provenance/credentials/manifest_store.h"
#include "analyzers/provenance/credentials/manifest_summary.h"
#include "analyzers/provenance/credentials/test_signer.h"
#include "fixtures/box_fixtures.h"
#include "fixtures/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using evidence::Outcome;
using evidence::ProvenanceState;
using Bytes = std::vector<std::uint8_t>;

ingest::Identity identity_of(ingest::Container container, ingest::MediaKind kind = ingest::MediaKind::kImage) {
    ingest::Identity identity;
    identity.container = container;
    identity.kind = kind;
    identity.description = "test input";
    return identity;
}

Analysis read(const Bytes& bytes, const std::string& anchors = {},
              ingest::Container container = ingest::Container::kJpeg) {
    const auto source = ingest::open_memory(bytes);
    return read_credentials(*source, identity_of(container), anchors);
}

double measured(const Analysis& analysis, const std::string& name) {
    for (const auto& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << "no measurement " << name;
    return -1;
}

std::string manifest(const std::string& source_type, const std::string& second_action = {}) {
    nlohmann::json created = {{"action", "c2pa.created"},
                              {"digitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/" + source_type}};
    nlohmann::json actions = nlohmann::json::array({created});
    if (!second_action.empty()) {
        actions.push_back({{"action", second_action}, {"softwareAgent", "Test Editor"}});
    }
    return nlohmann::json{
        {"claim_generator_info", nlohmann::json::array({{{"name", "Test Camera"}, {"version", "1.0"}}})},
        {"title", "test.jpg"},
        {"assertions", nlohmann::json::array({{{"label", "c2pa.actions"}, {"data", {{"actions", actions}}}}})}}
        .dump();
}

class SignedPicture : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        identity_ = new credentials::TestIdentity(credentials::make_test_identity());
        bytes_ = new Bytes(credentials::sign_asset(fixtures::small_jpeg(), "image/jpeg",
                                                   manifest("trainedAlgorithmicMedia", "c2pa.color_adjustments"),
                                                   *identity_));
    }
    static void TearDownTestSuite() {
        delete identity_;
        delete bytes_;
    }
    static inline credentials::TestIdentity* identity_ = nullptr;
    static inline Bytes* bytes_ = nullptr;
};

TEST_F(SignedPicture, WithoutAnchorsIsValidAndNeverTrusted) {
    const Analysis analysis = read(*bytes_);
    ASSERT_EQ(analysis.outcome, Outcome::kRan);
    ASSERT_TRUE(analysis.provenance);
    EXPECT_EQ(analysis.provenance->state, ProvenanceState::kValid) << analysis.provenance->credentials.dump(1);
    EXPECT_EQ(measured(analysis, "validation_failures"), 0);
    EXPECT_EQ(measured(analysis, "trusted"), 0);
    EXPECT_EQ(measured(analysis, "declared_synthetic"), 1);
    EXPECT_EQ(measured(analysis, "declared_edits"), 1);
    ASSERT_FALSE(analysis.provenance->marks.empty());
    EXPECT_EQ(analysis.provenance->marks.front().claim, "made by a trained algorithm");
    EXPECT_THAT(analysis.provenance->marks.front().tool, testing::HasSubstr("Test Camera"));
    for (const auto& mark : analysis.provenance->marks) {
        EXPECT_TRUE(mark.forgeable);
    }
    EXPECT_THAT(analysis.provenance->credentials["signature"]["issuer"].get<std::string>(),
                testing::HasSubstr("Bonafide Test"));
    EXPECT_GE(analysis.provenance->credentials["actions"].size(), 2U);
}

TEST_F(SignedPicture, WithItsRootAsAnchorIsTrusted) {
    const Analysis analysis = read(*bytes_, identity_->authority_pem);
    ASSERT_EQ(analysis.outcome, Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.provenance->state, ProvenanceState::kTrusted) << analysis.provenance->credentials.dump(1);
    EXPECT_EQ(measured(analysis, "trusted"), 1);
    EXPECT_FALSE(analysis.provenance->marks.front().forgeable);
}

TEST_F(SignedPicture, WithAnotherRootIsValidOnly) {
    const Analysis analysis = read(*bytes_, credentials::make_test_identity().authority_pem);
    EXPECT_EQ(analysis.provenance->state, ProvenanceState::kValid);
    EXPECT_EQ(measured(analysis, "trusted"), 0);
}

TEST_F(SignedPicture, ChangedContentIsInvalidEvenWithTheRightAnchor) {
    Bytes changed = *bytes_;
    changed[changed.size() - 3] ^= 1;  // in the entropy-coded data
    for (const std::string& anchors : {std::string(), identity_->authority_pem}) {
        const Analysis analysis = read(changed, anchors);
        EXPECT_EQ(analysis.provenance->state, ProvenanceState::kInvalid);
        EXPECT_EQ(measured(analysis, "validation_failures"), 1);
        EXPECT_EQ(measured(analysis, "trusted"), 0);
        EXPECT_EQ(analysis.provenance->credentials["failing_checks"][0]["code"], "assertion.dataHash.mismatch");
        EXPECT_TRUE(analysis.provenance->marks.front().forgeable);
        EXPECT_THAT(analysis.explanation, testing::HasSubstr("changed after it was signed"));
    }
}

TEST_F(SignedPicture, AppendedBytesAreInvalid) {
    Bytes longer = *bytes_;
    longer.push_back(0);
    EXPECT_EQ(read(longer).provenance->state, ProvenanceState::kInvalid);
}

TEST_F(SignedPicture, SaysTheSameTwice) {
    EXPECT_EQ(read(*bytes_).provenance->credentials, read(*bytes_).provenance->credentials);
}

TEST_F(SignedPicture, SurvivesTruncationAtEveryScale) {
    for (std::size_t size = 0; size < bytes_->size(); size += 1 + size / 4) {
        const Analysis analysis = read(Bytes(bytes_->begin(), bytes_->begin() + static_cast<std::ptrdiff_t>(size)));
        ASSERT_NE(analysis.outcome, Outcome::kNotApplicable);
        if (analysis.outcome == Outcome::kRan) {
            EXPECT_NE(analysis.provenance->state, ProvenanceState::kTrusted);
            EXPECT_NE(analysis.provenance->state, ProvenanceState::kValid);
        }
    }
}

TEST_F(SignedPicture, SurvivesFlippedBytes) {
    for (std::size_t place = 20; place < bytes_->size(); place += 97) {
        Bytes damaged = *bytes_;
        damaged[place] ^= 0xFF;
        const Analysis analysis = read(damaged);
        if (analysis.outcome == Outcome::kRan) {
            EXPECT_NE(analysis.provenance->state, ProvenanceState::kTrusted) << place;
        }
    }
}

TEST(Credentials, ACameraCaptureIsNotDeclaredSynthetic) {
    const auto identity = credentials::make_test_identity();
    const Analysis analysis =
        read(credentials::sign_asset(fixtures::small_jpeg(), "image/jpeg", manifest("digitalCapture"), identity));
    EXPECT_EQ(measured(analysis, "declared_synthetic"), 0);
    EXPECT_EQ(measured(analysis, "declared_edits"), 0);
    EXPECT_EQ(analysis.provenance->marks.front().claim, "captured by a camera");
}

TEST(Credentials, UnsignedPictureIsAbsent) {
    const Analysis analysis = read(fixtures::small_jpeg());
    ASSERT_EQ(analysis.outcome, Outcome::kRan);
    EXPECT_EQ(analysis.provenance->state, ProvenanceState::kAbsent);
    EXPECT_TRUE(analysis.provenance->credentials.is_null());
    EXPECT_EQ(measured(analysis, "validation_failures"), 0);
}

TEST(Credentials, EmptyAndTinyInputsAreNotMistaken) {
    for (const Bytes& bytes : {Bytes{}, Bytes{0xFF}, Bytes{0xFF, 0xD8}, Bytes(100, 0)}) {
        const Analysis analysis = read(bytes);
        ASSERT_EQ(analysis.outcome, Outcome::kRan);
        EXPECT_EQ(analysis.provenance->state, ProvenanceState::kAbsent);
    }
}

TEST(Credentials, FormatsWithoutCredentialsAreNotApplicable) {
    for (const auto container : {ingest::Container::kBmp, ingest::Container::kMatroska, ingest::Container::kOgg,
                                 ingest::Container::kAdts, ingest::Container::kMpegTs}) {
        const Analysis analysis = read(Bytes(64, 0), {}, container);
        EXPECT_EQ(analysis.outcome, Outcome::kNotApplicable);
        EXPECT_FALSE(analysis.reason.empty());
    }
}

TEST(Credentials, BadAnchorsFailInsteadOfTrusting) {
    const Analysis analysis = read(fixtures::small_jpeg(), "no certificate at all");
    EXPECT_EQ(analysis.outcome, Outcome::kFailed);
    EXPECT_THAT(analysis.reason, testing::HasSubstr("trust anchors"));
}

TEST(Credentials, ManifestElsewhereIsNamedButNotFetched) {
    const std::string xmp =
        "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" "
        "xmlns:dcterms=\"http://purl.org/dc/terms/\" "
        "dcterms:provenance=\"http://127.0.0.1:9/manifest.c2pa\"/></rdf:RDF></x:xmpmeta>"
        "<?xpacket end=\"w\"?>";
    const std::string payload = std::string("http://ns.adobe.com/xap/1.0/") + '\0' + xmp;
    Bytes bytes = {0xFF,
                   0xD8,
                   0xFF,
                   0xE1,
                   static_cast<std::uint8_t>((payload.size() + 2) >> 8),
                   static_cast<std::uint8_t>(payload.size() + 2)};
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    const Bytes picture = fixtures::small_jpeg();
    bytes.insert(bytes.end(), picture.begin() + 2, picture.end());
    const Analysis analysis = read(bytes);
    EXPECT_EQ(analysis.provenance->state, ProvenanceState::kAbsent);
    ASSERT_EQ(analysis.observations.size(), 1U);
    EXPECT_THAT(analysis.observations[0].explanation, testing::HasSubstr("127.0.0.1"));
}

TEST(CredentialsPack, AgreesWithEveryConformingReading) {
    const auto shared = fixtures::shared_data();
    if (!shared) {
        GTEST_SKIP() << "no development data";
    }
    int compared = 0;
    for (const auto& file : std::filesystem::directory_iterator(*shared + "/credentials")) {
        const std::string extension = file.path().extension();
        if (extension == ".json") {
            continue;
        }
        SCOPED_TRACE(file.path().filename().string());
        std::ifstream stream(file.path(), std::ios::binary);
        const Bytes bytes((std::istreambuf_iterator<char>(stream)), {});
        const auto container = extension == ".png"    ? ingest::Container::kPng
                               : extension == ".webp" ? ingest::Container::kWebp
                               : extension == ".mp4"  ? ingest::Container::kIsoBmff
                                                      : ingest::Container::kJpeg;
        const Analysis analysis = read(bytes, {}, container);
        ASSERT_EQ(analysis.outcome, Outcome::kRan);
        std::filesystem::path expected_path = file.path();
        expected_path.replace_extension(".json");
        const std::string name = file.path().stem();
        if (!std::filesystem::exists(expected_path)) {
            const bool carries = name == "ocsp" || name == "video1";  // files of the pack without a reading beside them
            EXPECT_EQ(analysis.provenance->state, carries ? ProvenanceState::kValid : ProvenanceState::kAbsent);
            continue;
        }
        const auto expected = nlohmann::json::parse(std::ifstream(expected_path));
        std::set<std::string> expected_codes, codes;
        for (const auto& status : expected.value("validation_status", nlohmann::json::array())) {
            expected_codes.insert(status["code"].get<std::string>());
        }
        for (const auto& check : analysis.provenance->credentials["failing_checks"]) {
            codes.insert(check.value("former_code", check["code"].get<std::string>()));  // the readings are of C2PA 1.x
        }
        EXPECT_EQ(codes, expected_codes);
        EXPECT_EQ(analysis.provenance->state,
                  expected_codes.empty() ? ProvenanceState::kValid : ProvenanceState::kInvalid);
        EXPECT_EQ(measured(analysis, "validation_failures"), static_cast<double>(expected_codes.size()));
        EXPECT_EQ(analysis.provenance->credentials["active_manifest"], expected["active_manifest"]);
        ++compared;
    }
    EXPECT_EQ(compared, 9);
}

TEST(CredentialsPack, ShowsABrokenPartBelowAnIntactFile) {
    const auto shared = fixtures::shared_data();
    if (!shared) {
        GTEST_SKIP() << "no development data";
    }
    std::ifstream stream(*shared + "/credentials/adobe-20220124-CIE-sig-CA.jpg", std::ios::binary);
    const Analysis analysis = read(Bytes((std::istreambuf_iterator<char>(stream)), {}));
    EXPECT_EQ(analysis.provenance->state, ProvenanceState::kValid);
    EXPECT_EQ(analysis.provenance->credentials["ingredients"][0]["state"], "invalid");
    EXPECT_EQ(measured(analysis, "ingredients"), 2);
}

TEST(CredentialsPack, ReadsTheHistoryOfAGeneratedPicture) {
    const auto shared = fixtures::shared_data();
    if (!shared) {
        GTEST_SKIP() << "no development data";
    }
    std::ifstream stream(*shared + "/credentials/ocsp.jpg", std::ios::binary);
    const Analysis analysis = read(Bytes((std::istreambuf_iterator<char>(stream)), {}));
    EXPECT_EQ(measured(analysis, "declared_synthetic"), 1);
    EXPECT_EQ(measured(analysis, "declared_edits"), 2);
    const bool firefly =
        std::any_of(analysis.provenance->marks.begin(), analysis.provenance->marks.end(), [](const auto& mark) {
            return mark.claim.find("made by a trained algorithm") == 0 &&
                   mark.tool.find("Firefly") != std::string::npos;
        });
    EXPECT_TRUE(firefly);
}

}  // namespace
}  // namespace bonafide::analyzers
