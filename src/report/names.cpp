#include "report/report.h"

#include <array>

namespace bonafide::report {
namespace {

constexpr std::array kVerdicts = {Verdict::kLikelyAuthentic, Verdict::kInconclusive,  Verdict::kLikelyManipulated,
                                  Verdict::kLikelySynthetic, Verdict::kNotApplicable, Verdict::kFailed};

}  // namespace

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return "likely_authentic";
        case Verdict::kInconclusive:
            return "inconclusive";
        case Verdict::kLikelyManipulated:
            return "likely_manipulated";
        case Verdict::kLikelySynthetic:
            return "likely_synthetic";
        case Verdict::kNotApplicable:
            return "not_applicable";
        case Verdict::kFailed:
            return "failed";
    }
    return "failed";
}

std::optional<Verdict> verdict_from(std::string_view name) {
    for (const Verdict verdict : kVerdicts) {
        if (name == name_of(verdict)) {
            return verdict;
        }
    }
    return std::nullopt;
}

}  // namespace bonafide::report
