#pragma once

#include <string>

namespace bonafide::evidence {

/// `value` with so many decimals.
std::string in_digits(double value, int digits);

/// "a distance like this is 12 times more likely between X than between Y": X is `same` where `llr` (log10) is positive
/// or 0, else X and Y change places.
std::string distance_in_words(double llr, const std::string& same, const std::string& other);

}  // namespace bonafide::evidence
