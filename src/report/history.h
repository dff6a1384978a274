#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace bonafide::report {

/// Content credentials as a reader follows them. Everything but `failing_checks` and `notes` is what the credentials
/// claim.
struct History {
    using Facts = std::vector<std::pair<std::string, std::string>>;  ///< label and text

    /// One thing that is said to have been done, or to have been put in.
    struct Entry {
        std::string title;
        Facts facts;
    };
    Facts facts;                 ///< signer, time, program, title, ...
    std::vector<Entry> actions;  ///< in the order of the credentials
    std::vector<Entry> ingredients;
    std::vector<Entry> failing_checks;  ///< what does not hold
    std::vector<Entry> notes;           ///< what was noted without failing

    bool empty() const {
        return facts.empty() && actions.empty() && ingredients.empty() && failing_checks.empty() && notes.empty();
    }
};

/// Reads the object that the analyzer `provenance.credentials` leaves in a report. It may hold anything: keys that are
/// not known here are shown under their own name, nested values as compact JSON. Texts are as they stand, not yet made
/// safe to show.
History history_of(const nlohmann::json& credentials);

}  // namespace bonafide::report
