#include "analyzers/provenance/credentials/manifest_summary.h"

#include "analyzers/provenance/credentials/json_access.h"

#include <gtest/gtest.h>

namespace bonafide::analyzers::credentials {
namespace {

using evidence::ProvenanceState;

std::string store(const std::string& state, const std::string& active_results,
                  const std::string& manifests = R"({"m": {"title": "t"}})") {
    return R"({"active_manifest": "m", "validation_state": ")" + state + R"(", "manifests": )" + manifests +
           R"(, "validation_results": {"activeManifest": )" + active_results + "}}";
}

TEST(ManifestSummary, RefusesWhatIsNoStore) {
    for (const char* text :
         {"", "[]", "{}", "null", "{\"active_manifest\": 5}", R"({"active_manifest": "m", "manifests": []})",
          R"({"active_manifest": "m", "manifests": {"m": 3}})", "{\"active_manifest\": \"m\""}) {
        const auto summary = summarise(text, false);
        ASSERT_FALSE(summary) << text;
        EXPECT_EQ(summary.error().code, ErrorCode::kInvalid);
    }
}

TEST(ManifestSummary, AnUntrustedSignerAloneIsValid) {
    const auto summary = summarise(store("Valid", R"({"failure": [{"code": "signingCredential.untrusted"}]})"), true);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->state, ProvenanceState::kValid);
    EXPECT_TRUE(summary->failures.empty());
}

TEST(ManifestSummary, TrustNeedsAnchorsAndTheValidatorsWord) {
    const std::string vouched = R"({"success": [{"code": "signingCredential.trusted"}]})";
    EXPECT_EQ(summarise(store("Trusted", vouched), true)->state, ProvenanceState::kTrusted);
    EXPECT_EQ(summarise(store("Trusted", vouched), false)->state, ProvenanceState::kValid);
    EXPECT_EQ(summarise(store("Trusted", "{}"), true)->state, ProvenanceState::kValid);
    EXPECT_EQ(summarise(store("Invalid", vouched), true)->state, ProvenanceState::kInvalid);
    EXPECT_EQ(summarise(store("", vouched), true)->state, ProvenanceState::kInvalid);
}

TEST(ManifestSummary, MapsFormerCodesAndJoinsRepetitions) {
    const auto summary =
        summarise(store("Invalid", R"({"failure": [{"code": "ingredient.manifest.missing", "url": "urn:1"},
        {"code": "ingredient.manifest.missing", "url": "self#jumbf=/c2pa/urn:1"}], "informational": [{"code": "timeStamp.mismatch"}, {"code": "other"}]})"),
                  false);
    ASSERT_EQ(summary->failures.size(), 2U);
    EXPECT_EQ(summary->failures[0].former_code, "claim.missing");
    EXPECT_EQ(summary->failures[1].code, "timeStamp.mismatch");
    EXPECT_EQ(summary->credentials["notes"].size(), 2U);
}

TEST(ManifestSummary, FollowsHistoryWithoutGoingInCircles) {
    const std::string manifests = R"({
        "m": {"ingredients": [{"active_manifest": "n", "relationship": "parentOf"}, {"active_manifest": "m"}, {"active_manifest": "gone"}],
              "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.opened"}, {"action": "c2pa.cropped"}]}}]},
        "n": {"ingredients": [{"active_manifest": "m", "relationship": "parentOf"}, {"active_manifest": "p", "relationship": "componentOf"}],
              "assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.filtered"}]}}]},
        "p": {"assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.resized", "digitalSourceType": "x/compositeSynthetic"}]}}]}})";
    const auto summary = summarise(store("Valid", "{}", manifests), false);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->declared_edits, 2);  // the component's own past is no edit of this file
    EXPECT_TRUE(summary->declared_synthetic);
    EXPECT_EQ(summary->ingredients.size(), 5U);
}

TEST(ManifestSummary, ReadsSourceTypesFromMetadataAssertions) {
    const std::string manifests =
        R"({"m": {"assertions": [{"label": "stds.iptc", "data": {"Iptc4xmpExt:DigitalSourceType": {"@id": "http://x/trainedAlgorithmicMedia"}}}]}})";
    EXPECT_TRUE(summarise(store("Valid", "{}", manifests), false)->declared_synthetic);
}

TEST(ManifestSummary, StandsDeepAndOddJson) {
    std::string deep(5000, '[');
    deep += std::string(5000, ']');
    const std::string manifests =
        R"({"m": {"title": 5, "ingredients": [1, "a", [], {}], "assertions": [null, {"data": )" + deep +
        R"(}, {"label": "c2pa.actions", "data": {"actions": [7, {"action": 8}, {"action": "x", "softwareAgent": 9}]}}]}})";
    const auto summary = summarise(store("Valid", "[]", manifests), false);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->state, ProvenanceState::kValid);
}

TEST(JsonAccess, CutsAtCharacterBoundaries) {
    EXPECT_EQ(shortened("aä", 2), "a");
    EXPECT_EQ(shortened("aä", 3), "aä");
    EXPECT_EQ(shortened("", 0), "");
}

}  // namespace
}  // namespace bonafide::analyzers::credentials
