#pragma once

#include "analysis/analyzer.h"
#include "analyzers/video/frames_continuity/coding_rhythm.h"
#include "analyzers/video/frames_continuity/picture_events.h"
#include "analyzers/video/frames_continuity/replay.h"
#include "analyzers/video/frames_continuity/timing.h"

#include <map>

namespace bonafide::analyzers {

const analysis::AnalyzerDefinition& video_frames_continuity();

namespace video {

/// Everything that was gathered of a film's flow. Bounded, whatever the length.
class Continuity {
  public:
    /// `least_strength`: how many times the change must differ from what is usual around it to count as an
    /// interruption.
    explicit Continuity(double least_strength) : events(least_strength), replay(least_strength) {}
    void add(const media::VideoFrame& frame);
    /// Follows the decoding times of every stream, in the container's order.
    void add(const media::Packet& packet);

    PictureEvents events;
    ReplayFinder replay;
    Timing timing;
    CodingRhythm coding;
    std::int64_t decoding_time_faults = 0;
    double end_s = 0;

  private:
    std::map<int, double> last_dts_s_;  ///< by stream
};

/// Measurements, observations and explanation of a film that was seen to its end. Pure: reads nothing but its argument.
analysis::Analysis summarise(Continuity& continuity);

}  // namespace video
}  // namespace bonafide::analyzers
