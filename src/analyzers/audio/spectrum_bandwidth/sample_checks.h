#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::analyzers::audio {

/// A stretch of time.
struct Stretch {
    double start_s = 0, end_s = 0;
};

/// Looks at single samples: runs that do not change, clipping, offset. Memory does not grow.
class SampleChecks {
  public:
    /// `least_silence_s`: shortest run of one value that counts as digital silence.
    SampleChecks(int rate_hz, double least_silence_s) : rate_hz_(rate_hz), least_silence_s_(least_silence_s) {}
    /// Takes the next samples of every channel (equal lengths, as many channels as before).
    void add(const std::vector<std::span<const float>>& channels);
    void finish();

    double offset() const;         ///< mean of all samples
    double clipped_share() const;  ///< samples that repeat full scale

    /// Digital silence: all of it; what lies between sounds; a bounded number of the latter, the longest.
    double silence_s = 0, inner_silence_s = 0;
    std::int64_t inner_runs = 0;
    std::vector<Stretch> inner;
    std::int64_t samples = 0;

  private:
    void end_run(bool at_end);
    int rate_hz_;
    double least_silence_s_;
    std::vector<float> last_;
    std::int64_t run_ = 0, clipped_ = 0;
    bool heard_ = false;  ///< something before the current run
    double sum_ = 0;
};

}  // namespace bonafide::analyzers::audio
