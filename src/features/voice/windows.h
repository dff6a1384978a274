#pragma once

#include "features/voice/frames.h"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace bonafide::features::voice {

inline constexpr std::size_t kWindowFrames = 398;      ///< four seconds
inline constexpr std::size_t kWindowHopFrames = 100;   ///< one second
inline constexpr std::size_t kLeastWindowFrames = 98;  ///< one second: shorter recordings get no window

/// A stretch of frames and the samples that they were made of, valid only during the call that hands it over.
struct Window {
    double start_s = 0, end_s = 0;
    std::span<const Frame> frames;
    std::span<const float> samples;
};

/// Cuts a stream of 16 kHz samples into windows of four seconds, one every second; a shorter recording, and what is
/// left over at the end of a longer one, gets one window that ends with it. Memory does not grow with the length.
class WindowStream {
  public:
    using Take = std::function<void(const Window&)>;
    explicit WindowStream(Take take) : take_(std::move(take)) {}
    void add(std::span<const float> samples);
    /// Hands over the last window.
    void finish();
    double duration_s() const { return static_cast<double>(samples_) / kRate_hz; }

  private:
    void take_frame(const Frame& frame);
    void emit();

    Take take_;
    FrameStream stream_;
    std::vector<Frame> frames_;  // the latest, at most kWindowFrames
    std::vector<float> sound_;   // from the first of these frames on
    std::size_t fresh_ = 0;      // frames since the latest window
    std::size_t all_ = 0;        // frames so far
    std::size_t samples_ = 0;
    bool emitted_ = false;
};

}  // namespace bonafide::features::voice
