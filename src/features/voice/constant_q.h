#pragma once

#include "features/voice/windows.h"

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::features::voice {

inline constexpr std::size_t kConstantQBins = 120;         ///< 24 an octave, from 250 Hz up to 8 kHz
inline constexpr double kLowestConstantQ_hz = 250;         ///< where the first is centred
inline constexpr std::size_t kConstantQBinsAnOctave = 24;  ///< neighbours lie half a semitone apart
/// Frames at each end of a window that get no row, since what a row looks at reaches past the window there.
inline constexpr std::size_t kConstantQMargin = 6;

/// The constant-Q transform of windows: each band looks at as many periods of its centre as the others (34), from
/// 0.13 s at 250 Hz down to 4 ms at 8 kHz. One for each recording: it remembers the latest window, so that what the
/// next one shares with it is not computed again.
class ConstantQ {
  public:
    ConstantQ();
    /// Powers (samples in [-1, 1], under a Hann window that adds up to 1), a row a frame of the window but for
    /// kConstantQMargin at each end, kConstantQBins columns (32-bit floats); no rows where the window is too short.
    /// Finite whatever the samples hold. Valid until the next call.
    const cv::Mat& of(const Window& window);

    /// One bin of the Fourier transforms of two sounds: real and imaginary part of the first, then of the second.
    using TwoSpectra = std::array<float, 4>;

  private:
    /// The transform of one band: real weights of neighbouring bins of a Fourier transform centred on the frame.
    struct Kernel {
        std::size_t first = 0;
        std::vector<float> weights;
        std::array<float, 2> powers(const std::vector<TwoSpectra>& spectra) const;
    };
    /// `rate_hz`: of the samples that the Fourier transform sees.
    static Kernel kernel_of(double centre_hz, double rate_hz);
    /// Rows [first, last) of `rows_` from `samples`, which begin where the window does.
    void transform(std::span<const float> samples, std::size_t first, std::size_t last);

    std::vector<Kernel> low_, high_;  // of samples at a quarter of the rate, and as they are
    cv::Mat rows_, spare_;
    std::int64_t start_frame_ = 0;  // of the latest window in the recording
};

}  // namespace bonafide::features::voice
