#pragma once

#include "analysis/analyzer.h"
#include "analyzers/audio/spectrum_bandwidth/breaks.h"
#include "analyzers/audio/spectrum_bandwidth/sample_checks.h"
#include "features/sound/bandwidth.h"
#include "features/sound/short_time.h"

#include <memory>

namespace bonafide::analyzers {

const analysis::AnalyzerDefinition& audio_spectrum_bandwidth();

namespace audio {

struct ListenerOptions {
    double least_silence_s = 0;
    double least_click_ratio = 0;
    double least_noise_step_db = 0;
};

/// Everything that was gathered of a recording at one sample rate. Bounded, whatever the length.
class Listener {
  public:
    Listener(int rate_hz, const ListenerOptions& options);
    /// Takes the next samples of every channel (equal lengths).
    void add(const std::vector<std::span<const float>>& channels);
    void finish();

    int rate_hz;
    SampleChecks samples;
    features::sound::SpectrumAverage spectrum;
    Clicks clicks;
    NoiseSteps noise;

  private:
    features::sound::Framer framer_;
    std::vector<float> mono_;
};

/// Measurements, observations and explanation of a recording that was heard to its end. Pure: reads nothing but its
/// argument.
analysis::Analysis summarise(const Listener& listener);

}  // namespace audio
}  // namespace bonafide::analyzers
