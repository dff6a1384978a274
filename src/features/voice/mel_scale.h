#pragma once

#include <cmath>

namespace bonafide::features::voice {

/// The mel scale of O'Shaughnessy, "Speech Communication: Human and Machine", 1987: 2595 log10(1 + f / 700).
inline double mel_of(double frequency_hz) {
    return 2595 * std::log10(1 + frequency_hz / 700);
}
inline double hertz_of(double mel) {
    return 700 * (std::pow(10, mel / 2595) - 1);
}

}  // namespace bonafide::features::voice
