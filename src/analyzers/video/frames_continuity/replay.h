#pragma once

#include "analyzers/video/frames_continuity/picture_events.h"

#include <array>
#include <cstdint>
#include <vector>

namespace bonafide::analyzers::video {

/// Looks for stretches that repeat an earlier one within the last 1,024 frames, frame by frame at one distance.
class ReplayFinder {
  public:
    static constexpr std::size_t kHistoryFrames = 1024;
    static constexpr std::int64_t kLeastFrames = 10;

    explicit ReplayFinder(double least_strength)
        : least_strength_(least_strength), history_(kHistoryFrames), runs_(kHistoryFrames) {}
    void add(const FrameNote& note);
    void finish();

    EventList replayed;

  private:
    static constexpr std::size_t kColumns = 8, kRows = 6, kValues = kColumns * kRows;
    struct Moment {
        std::array<std::int16_t, kValues> means{};  ///< sixteenths of a grey level
        double time_s = 0;
    };
    struct Run {
        std::int32_t frames = 0, missed = 0;
        float distance_sum = 0, neighbour_sum = 0;
        double start_s = 0, end_s = 0, source_start_s = 0;
        std::int64_t first_frame = 0;
    };
    static Moment describe(const FrameNote& note);
    static float distance(const Moment& a, const Moment& b);
    const Moment& back(std::size_t lag) const { return history_[(seen_ - lag) % kHistoryFrames]; }
    void end(Run& run);

    double least_strength_;
    std::vector<Moment> history_;
    std::vector<Run> runs_;  ///< by distance in frames
    std::vector<float> distances_;
    std::size_t seen_ = 0;  ///< frames before the current one
    double reported_until_s_ = -1;
};

}  // namespace bonafide::analyzers::video
