#pragma once

#include "analysis/analyzer.h"
#include "features/codec_grid/search.h"
#include "features/codec_grid/stretches.h"
#include "features/sound/bandwidth.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::analyzers {

const analysis::AnalyzerDefinition& voice_codec();

namespace voice {

/// How many samples lie on the 256 levels of G.711, the coding of telephone networks.
class TelephoneLevels {
  public:
    void add(std::span<const float> samples);
    /// Of the samples that are not silent, the larger of both laws; nothing where there are none.
    std::optional<double> share() const;

  private:
    std::int64_t heard_ = 0, mu_law_ = 0, a_law_ = 0;
};

/// Shape of the upper end of a long-term spectrum.
struct Edge {
    double at_hz = 0;  ///< half the sample rate where there is none
    double height_db = 0;
    double width_hz = 0;     ///< in which the middle 60 % of the height are lost; 0 where there is no edge
    double low_band_db = 0;  ///< 80 to 200 Hz against 300 to 1,000 Hz
};
/// Pure; finite whatever the spectrum holds (bins from 0 to half of `rate_hz`).
Edge edge_of(std::span<const double> power, int rate_hz);

/// Everything that was gathered of a recording at one sample rate. Bounded, whatever the length.
class CodecHistory {
  public:
    explicit CodecHistory(int rate_hz);
    /// Takes the next samples of every channel (equal lengths).
    void add(const std::vector<std::span<const float>>& channels);
    /// `stored_as`: FFmpeg's name of the coding that the recording came in.
    analysis::Analysis summary(const std::string& stored_as, double least_trace) const;

  private:
    int rate_hz_;
    features::codec_grid::Search search_;
    features::codec_grid::Stretches stretches_, frames_;
    features::codec_grid::Sum sum_;
    TelephoneLevels levels_;
    std::vector<double> power_;  // sum over loud frames
    std::int64_t loud_frames_ = 0, samples_ = 0;
    std::vector<float> mono_;
};

}  // namespace voice
}  // namespace bonafide::analyzers
