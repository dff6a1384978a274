#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/byte_source.h"

#include <cstdint>
#include <vector>

namespace bonafide::forge {

/// The longest and the shortest recording that the forge makes a voice of.
inline constexpr double kLongestVoice_s = 300, kShortestVoice_s = 2;

/// A recording in memory.
struct VoiceSound {
    int rate_hz = 0;
    std::vector<std::vector<float>> channels;  ///< of equal length, at the rate of the recording, in [-1, 1]
    std::vector<float> mono_16k;

    double duration_s() const;
};

/// The sound of a recording or film. kUnsupported where there is none, kTruncated where it is damaged, kUsage where it
/// is silent, shorter than kShortestVoice_s or longer than kLongestVoice_s.
Result<VoiceSound> read_voice(const ingest::ByteSource& source, const Limits& limits, int threads);

/// `channels` as a WAV file of 16 bits; what lies beyond [-1, 1] is made quieter as a whole first.
Result<std::vector<std::uint8_t>> as_wav(std::vector<std::vector<float>> channels, int rate_hz);

}  // namespace bonafide::forge
