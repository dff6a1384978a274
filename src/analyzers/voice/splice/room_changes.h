#pragma once

#include "features/voice/decays.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bonafide::analyzers::voice {

/// Where sound begins to die away at another pace and goes on so.
struct RoomChange {
    double start_s = 0, end_s = 0;
    double strength = 0;               ///< deviations
    double before_s = 0, after_s = 0;  ///< in which sound falls by 60 dB
};

/// Compares how sound dies away before and after each moment of 16 kHz sound. Memory does not grow with the length.
class RoomChanges {
  public:
    explicit RoomChanges(double least_strength);
    // The stream of decays calls back into this object.
    RoomChanges(const RoomChanges&) = delete;
    RoomChanges& operator=(const RoomChanges&) = delete;
    RoomChanges(RoomChanges&&) = delete;
    RoomChanges& operator=(RoomChanges&&) = delete;
    ~RoomChanges() = default;

    void add(std::span<const float> mono_16k) { decays_.add(mono_16k); }
    void finish();

    /// In order of time, the strongest where there are too many.
    const std::vector<RoomChange>& found() const { return found_; }
    std::int64_t count() const { return count_; }
    /// Also below what counts; nothing where too few decays could be measured on both sides of a moment.
    std::optional<double> strongest() const { return strongest_; }

  private:
    void take(const features::voice::DecayBlock& block);
    void judge();
    void keep();

    double least_strength_;
    features::voice::DecayStream decays_;
    std::vector<features::voice::DecayBlock> blocks_;  // around the moment
    std::size_t before_ = 0;                           // those of them that lie before it
    std::optional<RoomChange> candidate_;
    std::size_t since_candidate_ = 0;  // moments
    std::int64_t count_ = 0;
    std::vector<RoomChange> found_;
    std::optional<double> strongest_;
};

}  // namespace bonafide::analyzers::voice
