#include "evidence/evidence.h"

#include <gtest/gtest.h>

namespace bonafide::evidence {
namespace {

TEST(Evidence, OutcomesAreThreeDifferentNamesThatReadBack) {
    EXPECT_STREQ(name_of(Outcome::kRan), "ran");
    EXPECT_STREQ(name_of(Outcome::kNotApplicable), "not_applicable");
    EXPECT_STREQ(name_of(Outcome::kFailed), "failed");
    for (const Outcome outcome : {Outcome::kRan, Outcome::kNotApplicable, Outcome::kFailed}) {
        EXPECT_EQ(outcome_from(name_of(outcome)), outcome);
    }
}

TEST(Evidence, ProvenanceStatesAreFourDifferentNamesThatReadBack) {
    EXPECT_STREQ(name_of(ProvenanceState::kAbsent), "absent");
    EXPECT_STREQ(name_of(ProvenanceState::kInvalid), "invalid");
    EXPECT_STREQ(name_of(ProvenanceState::kValid), "valid");
    EXPECT_STREQ(name_of(ProvenanceState::kTrusted), "trusted");
    for (const ProvenanceState state :
         {ProvenanceState::kAbsent, ProvenanceState::kInvalid, ProvenanceState::kValid, ProvenanceState::kTrusted}) {
        EXPECT_EQ(provenance_state_from(name_of(state)), state);
    }
}

TEST(Evidence, OtherNamesAreRefused) {
    for (const char* name : {"", "Ran", "ran ", "clean", "trust"}) {
        EXPECT_FALSE(outcome_from(name)) << name;
        EXPECT_FALSE(provenance_state_from(name)) << name;
    }
}

}  // namespace
}  // namespace bonafide::evidence
