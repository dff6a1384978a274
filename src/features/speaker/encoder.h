#pragma once

#include "evidence/same_voice.h"
#include "infer/session.h"

#include <span>
#include <vector>

namespace bonafide::features::speaker {

/// Frames that the encoder looks at in one go: 1.6 seconds of speech. With less, nothing is said of who speaks.
inline constexpr std::size_t kPartialFrames = 160;

/// Tells speakers apart by a recurrent network: Wan, Wang, Papir and Moreno, "Generalized end-to-end loss for speaker
/// verification", ICASSP 2018, with the weights of Resemblyzer 0.1.4. Not thread-safe.
class Encoder {
  public:
    /// Errors of infer::Session::open.
    static Result<Encoder> open(const infer::ModelStore& models, const infer::SessionOptions& options);

    /// What is said of a moment. `samples`: 16 kHz, in [-1, 1]; `is_speech`: for each of its frames of
    /// voice::kFrameSamples every voice::kHopSamples, whether somebody speaks there. ENSURE: that many frames, at least
    /// kPartialFrames of them speech. The mean over partials of 1.6 s, one every 0.8 s, brought to length 1.
    /// kInternal: the model failed.
    Result<evidence::VoiceNumbers> numbers_of(std::span<const float> samples, const std::vector<bool>& is_speech);

  private:
    explicit Encoder(infer::Session session) : session_(std::move(session)) {}
    infer::Session session_;
};

}  // namespace bonafide::features::speaker
