#pragma once

#include "analysis/analyzer.h"
#include "analyzers/voice/splice/grid_shifts.h"
#include "analyzers/voice/splice/hum_jumps.h"
#include "analyzers/voice/splice/room_changes.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::analyzers {

const analysis::AnalyzerDefinition& voice_splice();

namespace voice {

struct SpliceOptions {
    double least_shift = 0;  ///< deviations
    double least_jump_degrees = 0;
    double least_room_change = 0;  ///< deviations
};

/// Everything that was gathered of a recording at one sample rate. Bounded, whatever the length.
class SpliceSearch {
  public:
    SpliceSearch(int rate_hz, const SpliceOptions& options);
    /// Takes the next samples of every channel (equal lengths) and their mean at 16 kHz.
    void add(const std::vector<std::span<const float>>& channels, std::span<const float> mono_16k);
    void finish();
    analysis::Analysis summary() const;

  private:
    int rate_hz_;
    std::int64_t samples_ = 0;
    GridShifts shifts_;
    HumJumps jumps_;
    RoomChanges rooms_;
    std::vector<float> mono_;
};

}  // namespace voice
}  // namespace bonafide::analyzers
