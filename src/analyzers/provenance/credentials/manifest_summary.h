#pragma once

#include "base/result.h"
#include "evidence/evidence.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::credentials {

/// A check of the C2PA specification that did not pass.
struct FailedCheck {
    std::string code;         ///< as the current validator reports it, "assertion.dataHash.mismatch"
    std::string former_code;  ///< the name that validators of C2PA 1.x gave it, where that differs; else empty
    std::string url;          ///< JUMBF address of what was checked
    std::string explanation;  ///< the validator's words
    bool of_ingredient = false;
};

/// One thing that was put into the file, as its manifest declares it.
struct Ingredient {
    std::string title;
    evidence::ProvenanceState state = evidence::ProvenanceState::kAbsent;
};

/// What a manifest store says and how much of it holds.
struct Summary {
    evidence::ProvenanceState state = evidence::ProvenanceState::kInvalid;
    std::vector<FailedCheck>
        failures;  ///< of the active manifest and what it vouches for; an untrusted signer is not among them
    std::vector<evidence::Mark> marks;
    std::vector<Ingredient> ingredients;  ///< of every manifest that the active one leads to
    bool declared_synthetic = false;
    int declared_edits = 0;  ///< editing actions of the active manifest and of its parents
    nlohmann::json credentials;
};

/// Reads the JSON that libc2pa reports of a manifest store. `anchors_given`: without trust anchors nothing is ever
/// trusted. kInvalid where it is no such JSON. Lists are bounded; nothing in it is believed beyond the validator's own
/// codes.
Result<Summary> summarise(std::string_view store_json, bool anchors_given);

/// What a validation code means, for a person; "" for a code not known here.
std::string_view meaning_of(std::string_view code);

/// The code under which C2PA 1.x validators reported the same failure; "" where it is the same or there was none.
std::string_view former_code_of(std::string_view code);

}  // namespace bonafide::analyzers::credentials
