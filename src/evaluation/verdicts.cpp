#include "evaluation/verdicts.h"

namespace bonafide::evaluation {
namespace {

std::optional<double> share(std::size_t part, std::size_t whole) {
    return whole > 0 ? std::optional(static_cast<double>(part) / static_cast<double>(whole)) : std::nullopt;
}

VerdictRates rates(const Answers& answers, std::size_t wrong, std::size_t right) {
    return {share(wrong, answers.all()), share(wrong, answers.answered()), share(right, answers.all()),
            share(answers.inconclusive, answers.all())};
}

}  // namespace

VerdictRates attack_rates(const Answers& answers) {
    return rates(answers, answers.authentic, answers.manipulated);
}

VerdictRates genuine_rates(const Answers& answers) {
    return rates(answers, answers.manipulated, answers.authentic);
}

}  // namespace bonafide::evaluation
