#pragma once

#include <cstddef>
#include <optional>

namespace bonafide::evaluation {

/// What was answered about inputs of one label, by verdict. Failed inputs, and those of which nothing could be judged,
/// are no answers.
struct Answers {
    std::size_t manipulated = 0;  ///< called likely manipulated or likely synthetic
    std::size_t authentic = 0;    ///< called likely authentic
    std::size_t inconclusive = 0;
    std::size_t not_judged = 0;  ///< not applicable
    std::size_t failed = 0;

    std::size_t all() const { return manipulated + authentic + inconclusive + not_judged + failed; }
    std::size_t answered() const { return manipulated + authentic; }
};

/// Error rates in the terms of ISO/IEC 30107-3. Each is nothing where there is nothing to divide by.
struct VerdictRates {
    std::optional<double> error;           ///< answered wrongly, of all: APCER of attacks, BPCER of genuine media
    std::optional<double> error_answered;  ///< the same, of the answered ones
    std::optional<double> right;           ///< answered rightly, of all
    std::optional<double> inconclusive;    ///< of all
};

VerdictRates attack_rates(const Answers& answers);   ///< of manipulated or synthetic inputs
VerdictRates genuine_rates(const Answers& answers);  ///< of genuine inputs

}  // namespace bonafide::evaluation
