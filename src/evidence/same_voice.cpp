#include "evidence/same_voice.h"

#include <algorithm>
#include <numeric>

namespace bonafide::evidence {
namespace {

// Logistic regression over pairs, both kinds weighing alike, so that no prior hides in it: llr = kAtZero + kSlope *
// distance.
constexpr double kAtZero = 7.23;
constexpr double kSlope = -22.25;

}  // namespace

bool are_voice_numbers(const VoiceNumbers& numbers) {
    const double squares = std::inner_product(numbers.begin(), numbers.end(), numbers.begin(), 0.0);
    // A breath above 1: they are rounded to 32 bits.
    return std::all_of(numbers.begin(), numbers.end(), [](float number) { return number >= 0; }) && squares > 0 &&
           squares < 1.0001;
}

double voice_distance(const VoiceNumbers& a, const VoiceNumbers& b) {
    return std::clamp(1 - std::inner_product(a.begin(), a.end(), b.begin(), 0.0), 0.0, 1.0);
}

double same_voice_llr(double distance) {
    return std::clamp(kAtZero + kSlope * distance, -kMostSameVoiceLlr, kMostSameVoiceLlr);
}

}  // namespace bonafide::evidence
