#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::evidence {

/// The three outcomes of an analyzer, never to be confused: failed is never clean, not applicable is never a score of
/// 0.
enum class Outcome { kRan, kNotApplicable, kFailed };
const char* name_of(Outcome outcome);  ///< "ran", "not_applicable", "failed"
/// The outcome of that name, or nothing.
std::optional<Outcome> outcome_from(std::string_view name);

/// One number in a unit, under a name that the analyzer's definition declares.
struct Measurement {
    std::string name;
    double value = 0;
    std::string unit;
};

/// Where a finding applies. Pixels are those of the picture after EXIF orientation.
struct Where {
    struct Box {
        int x = 0, y = 0, width = 0, height = 0;
    };
    std::optional<Box> box_px;
    std::optional<double> start_s, end_s;
    std::optional<std::string> map;  ///< file name relative to the maps folder
};

/// What one analyzer has to say about one thing. The first finding of an analyzer carries its outcome and measurements
/// for the whole input; further ones point at single places or moments.
struct Finding {
    std::string analyzer;
    int version = 0;
    Outcome outcome = Outcome::kRan;
    std::string reason;  ///< why not applicable or failed; empty when it ran
    std::vector<Measurement> measurements;
    std::optional<double> llr;  ///< log10 likelihood ratio, set by fusion alone
    std::string part;           ///< id of the report part, for example "image"; empty: the whole input
    Where where;
    std::optional<std::string> model_sha256;
    std::string explanation;  ///< a sentence a person understands
};

/// States of provenance, kept apart: absent means unknown, and untrusted does not mean tampered.
enum class ProvenanceState { kAbsent, kInvalid, kValid, kTrusted };
const char* name_of(ProvenanceState state);  ///< "absent", "invalid", "valid", "trusted"
/// The state of that name, or nothing.
std::optional<ProvenanceState> provenance_state_from(std::string_view name);

/// A mark or credential found in the input. `claim` says what it claims, never what is proven.
struct Mark {
    std::string source;     ///< "c2pa", "iptc digitalSourceType", "png text", "encoder tag", ...
    std::string claim;      ///< "made by a trained algorithm", "edited", "captured by a camera", ...
    std::string tool;       ///< generator or software named, may be empty
    std::string detail;     ///< the text that says so, bounded
    bool forgeable = true;  ///< anyone could have written it
};

struct Provenance {
    ProvenanceState state = ProvenanceState::kAbsent;
    std::vector<Mark> marks;
    nlohmann::json credentials;  ///< ingredients, actions, signer and validation results as `provenance.credentials`
                                 ///< lists them; null where absent
};

}  // namespace bonafide::evidence
