#include "evidence/evidence.h"

#include <array>

namespace bonafide::evidence {
namespace {

constexpr std::array kOutcomes = {Outcome::kRan, Outcome::kNotApplicable, Outcome::kFailed};
constexpr std::array kStates = {ProvenanceState::kAbsent, ProvenanceState::kInvalid, ProvenanceState::kValid,
                                ProvenanceState::kTrusted};

}  // namespace

const char* name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::kRan:
            return "ran";
        case Outcome::kNotApplicable:
            return "not_applicable";
        case Outcome::kFailed:
            return "failed";
    }
    return "failed";
}

std::optional<Outcome> outcome_from(std::string_view name) {
    for (const Outcome outcome : kOutcomes) {
        if (name == name_of(outcome)) {
            return outcome;
        }
    }
    return std::nullopt;
}

const char* name_of(ProvenanceState state) {
    switch (state) {
        case ProvenanceState::kAbsent:
            return "absent";
        case ProvenanceState::kInvalid:
            return "invalid";
        case ProvenanceState::kValid:
            return "valid";
        case ProvenanceState::kTrusted:
            return "trusted";
    }
    return "invalid";
}

std::optional<ProvenanceState> provenance_state_from(std::string_view name) {
    for (const ProvenanceState state : kStates) {
        if (name == name_of(state)) {
            return state;
        }
    }
    return std::nullopt;
}

}  // namespace bonafide::evidence
