#pragma once

#include "features/speaker/encoder.h"
#include "features/voice/condition.h"
#include "features/voice/windows.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::features::speaker {

/// Up to four seconds in which somebody speaks.
struct Moment {
    double start_s = 0, end_s = 0;
    double speech_s = 0;
    double snr_db = 0, bandwidth_hz = 0;
    evidence::VoiceNumbers numbers{};  ///< of length 1
};

/// Why nothing was said of who speaks in a window.
enum class Refusal { kNone, kNoSpeech, kTooLittleSpeech, kTooNoisy, kTooNarrow };
inline constexpr std::size_t kRefusals = 5;

/// From which quality on a window is listened to.
struct ListenerOptions {
    double least_snr_db = 15;
    double least_bandwidth_hz = 5000;
};
Refusal refusal_of(const voice::Condition& condition, const ListenerOptions& options);

/// Listens to a recording for who speaks in it, in memory that does not grow with its length: at most kMostMoments are
/// kept, ever wider apart.
class Listener {
  public:
    static constexpr std::size_t kMostMoments = 64;
    static constexpr double kFirstSpacing_s = 2;

    explicit Listener(Encoder encoder, const ListenerOptions& options = {})
        : encoder_(std::move(encoder)), options_(options) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Takes in 16 kHz samples, in order. kInternal: the model failed.
    Result<void> add(std::span<const float> samples);
    /// Takes in what is left over at the end.
    Result<void> finish();

    const std::vector<Moment>& moments() const { return moments_; }
    double duration_s() const { return windows_.duration_s(); }
    /// In words, why there are no moments.
    std::string why_nothing() const;

  private:
    void take(const voice::Window& window);
    void keep(Moment moment);
    Result<void> failure() const;

    Encoder encoder_;
    ListenerOptions options_;
    voice::WindowStream windows_{[this](const voice::Window& window) { take(window); }};
    std::vector<float> recent_;     // the latest samples, at least one window's
    std::size_t recent_start_ = 0;  // number of the first of them
    std::vector<Moment> moments_;
    double spacing_s_ = kFirstSpacing_s;
    std::array<std::int64_t, kRefusals> refused_{};
    std::optional<voice::Content> other_content_;  // of the latest window without speech
    std::optional<Error> failure_;
};

}  // namespace bonafide::features::speaker
