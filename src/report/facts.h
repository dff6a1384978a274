#pragma once

#include "report/report.h"

#include <string>
#include <vector>

namespace bonafide::report {

/// One particular of a report, as page and document show it beside its label. Texts are as they stand, not yet made
/// safe to show.
struct Fact {
    enum class Kind {
        kWords,    ///< this program's own
        kForeign,  ///< may come from the input, or from whoever asked for the check
        kHash,
    };
    std::string label, value;
    Kind kind = Kind::kWords;
    std::string warning = {};  ///< stands out before the value; empty: none
};
using Facts = std::vector<Fact>;

/// Case number, examiner and time; empty where nobody gave any.
Facts case_facts(const Report& report);
Facts input_facts(const Input& input);
/// Hashes before and after, part of input_facts().
Facts hash_facts(const Input& input);
/// Program, propositions, parameters and times.
Facts run_facts(const Report& report);

}  // namespace bonafide::report
