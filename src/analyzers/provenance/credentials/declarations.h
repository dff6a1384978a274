#pragma once

#include "evidence/evidence.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers::credentials {

/// What one manifest declares about how its content came to be. Claims of whoever signed, not facts.
struct Declarations {
    std::vector<nlohmann::json> actions;  ///< in the order of the manifest, bounded
    std::vector<evidence::Mark> marks;    ///< forgeable until the caller knows better
    bool synthetic = false;               ///< a digital source type names a trained algorithm, alone or as a part
    int edits = 0;                        ///< actions that change what is seen or heard
};

/// Reads actions and digital source types (IPTC NewsCodes) of `manifest`, bounded in number, depth and text.
Declarations read_declarations(const nlohmann::json& manifest, const std::string& label, bool is_active);

/// The program that made the claim, from claim_generator_info (claims of version 2) or claim_generator (version 1).
std::string generator_of(const nlohmann::json& manifest);

struct IngredientReading {
    std::string title;
    evidence::ProvenanceState state = evidence::ProvenanceState::kAbsent;
    nlohmann::json description;
};

/// An ingredient with the state of its own credentials: absent where it has none; invalid where its validation failed
/// when it was added, or fails now (`results`: the store's validation results); trusted where its signer chains to a
/// given anchor.
IngredientReading read_ingredient(const nlohmann::json& ingredient, const std::string& manifest_label,
                                  const nlohmann::json& results, bool anchors_given);

/// Drops marks that say the same, keeps at most 50.
void bound_marks(std::vector<evidence::Mark>& marks);

}  // namespace bonafide::analyzers::credentials
