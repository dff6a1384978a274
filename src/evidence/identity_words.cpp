#include "evidence/identity_words.h"

#include <cmath>
#include <cstdio>

namespace bonafide::evidence {

std::string in_digits(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string distance_in_words(double llr, const std::string& same, const std::string& other) {
    const double odds = std::pow(10.0, std::abs(llr));
    return "a distance like this is " + in_digits(odds, odds < 10 ? 1 : 0) +
           (odds < 1.05 ? " times as" : " times more") + " likely between " +
           (llr >= 0 ? same + " than between " + other : other + " than between " + same);
}

}  // namespace bonafide::evidence
