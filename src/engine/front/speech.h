#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::engine {

/// The longest sentence that is spoken, in characters.
inline constexpr std::size_t kMostCharacters = 1000;

/// What a speaking program (espeak-ng) is asked to say.
struct Sentence {
    std::string program;          ///< its path; empty: there is none
    std::string text;             ///< UTF-8
    std::string language = "en";  ///< "en", "en-gb", "pt-br": the program's own names of its voices
};

/// kUsage, with the reason, where `sentence` cannot be said: no UTF-8, nothing to say, too long, control characters, or
/// a language that is none.
Result<void> can_be_said(const Sentence& sentence);

/// `sentence` as a recording (WAV, 16 bits, one channel), said by the program: run as a process of its own, without a
/// shell, the text on its standard input, ended after half a minute (or `limits.time_s`) or five minutes of sound.
/// kUsage as can_be_said(), where there is no such program, and with the program's own words where it refuses.
Result<std::vector<std::uint8_t>> said(const Sentence& sentence, const Limits& limits);

}  // namespace bonafide::engine
