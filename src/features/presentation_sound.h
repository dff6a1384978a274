#pragma once

#include "media/streams.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::features {

/// Lowest and highest sample a bin, over a sound whose length is not known beforehand: when the bins are full,
/// neighbours are merged and every bin covers twice as many samples from then on.
class WaveformKeeper {
  public:
    static constexpr std::size_t kMostBins = 1000;

    /// Averages the channels; samples that are not numbers count as silence, those beyond [-1, 1] are clipped.
    void add(const media::SoundBlock& block);
    double duration_s() const { return rate_hz_ > 0 ? static_cast<double>(samples_) / rate_hz_ : 0.0; }
    /// At most kMostBins, the last one perhaps not full; empty where there was no sound.
    const std::vector<float>& minimum() const { return minimum_; }
    const std::vector<float>& maximum() const { return maximum_; }

  private:
    void add_sample(float sample);

    std::vector<float> minimum_, maximum_;
    std::int64_t samples_ = 0, samples_a_bin_ = 64;
    std::int64_t in_last_bin_ = 0;
    int rate_hz_ = 0;
};

/// Power spectrum over time of 16 kHz sound in a bounded number of columns. Every window of 512 samples (32 ms, Hann,
/// no overlap) is transformed and its power added to the current column; when the columns are full, neighbours are
/// averaged and every column covers twice as many windows from then on. Shown: 257 rows from 8,000 Hz down to 0,
/// logarithmic, the 60 dB below the loudest value.
class SpectrogramKeeper {
  public:
    static constexpr int kWindow = 512;
    static constexpr int kBins = kWindow / 2 + 1;
    static constexpr std::size_t kMostColumns = 1000;
    static constexpr int kRateHz = 16000;

    SpectrogramKeeper();
    void add(std::span<const float> mono_16k);
    double duration_s() const { return static_cast<double>(windows_) * kWindow / kRateHz; }
    /// CV_8UC3, red first, one column of pixels a column of the spectrogram; empty where the sound is shorter than a
    /// window.
    cv::Mat picture() const;

  private:
    void add_window();

    cv::Mat window_, taper_, spectrum_;        ///< CV_32FC1 rows of kWindow values
    int filled_ = 0;                           ///< samples in window_
    std::vector<std::vector<float>> columns_;  ///< mean power by bin; the last one holds a sum until it is full
    std::int64_t windows_ = 0, windows_a_column_ = 1;
    std::int64_t in_last_column_ = 0;
};

}  // namespace bonafide::features
