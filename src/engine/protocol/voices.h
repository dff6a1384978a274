#pragma once

#include "base/result.h"
#include "evidence/same_voice.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// Name under which a worker sends what it heard.
inline constexpr const char* kVoicesArtifact = "voices";

/// Up to four seconds of one voice.
struct HeardMoment {
    double start_s = 0, end_s = 0;
};

/// One voice of a recording.
struct HeardVoice {
    std::vector<HeardMoment> moments;  ///< in the order of time; at least one
    double speech_s = 0;               ///< in them; moments overlap
    std::optional<double> spread;      ///< mean distance between two of them, where there are several
    evidence::VoiceNumbers numbers{};  ///< their mean
};

/// All voices of one input.
struct HeardVoices {
    double duration_s = 0;              ///< of sound that was decoded
    std::vector<HeardVoice> voices;     ///< the one heard longest first
    std::string nothing;                ///< why there are none, in words; else empty
    std::vector<std::string> problems;  ///< what went wrong on the way, in words
};

nlohmann::ordered_json to_json(const HeardVoices& voices);
/// kInvalid where `bytes` are not what to_json() makes, or hold numbers out of range: they come from a process that has
/// listened to a foreign file.
Result<HeardVoices> parse_heard_voices(std::span<const std::uint8_t> bytes);

}  // namespace bonafide::engine
