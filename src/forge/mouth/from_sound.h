#pragma once

#include "features/voice/frames.h"
#include "features/voice/windows.h"
#include "forge/mouth/formants.h"
#include "forge/mouth/shape.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::forge {

/// What is kept of a hundredth of a second of speech.
struct SpokenFrame {
    float level_db = -120;  ///< features::voice::level_db
    float periodicity = 0;
    float hiss = 0;  ///< share of the power above 3.2 kHz
    Formants formants{};
};

/// Listens to sound and remembers 100 small frames a second.
class SpeechListener {
  public:
    SpeechListener();
    SpeechListener(const SpeechListener&) = delete;  // its parts know where it lives
    SpeechListener& operator=(const SpeechListener&) = delete;
    /// The next run of samples, 16 kHz.
    void add(std::span<const float> samples);
    /// Nothing more comes.
    void finish();

    const std::vector<SpokenFrame>& frames() const { return frames_; }
    /// What was heard where there was no speech in any four seconds: "music", "silence"; nothing where there was.
    std::optional<std::string> no_speech() const;

  private:
    void take(std::span<const float> frame);
    std::vector<float> waiting_;
    std::vector<SpokenFrame> frames_;
    features::voice::WindowStream windows_;
    bool speech_ = false;
    std::optional<std::string> heard_;
};

/// The mouth that says this. Pure.
MouthCurve mouth_saying(const std::vector<SpokenFrame>& frames);

}  // namespace bonafide::forge
