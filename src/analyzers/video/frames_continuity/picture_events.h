#pragma once

#include "analyzers/video/frames_continuity/small_picture.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace bonafide::analyzers::video {

enum class EventKind {
    kFrozen,    ///< the picture stands still between motion
    kJump,      ///< more change in one step than the motion around it explains, within one scene
    kInserted,  ///< one to three frames unlike both neighbours, which are alike
    kReplayed   ///< a stretch that repeats an earlier one
};

/// Something that interrupts the flow of pictures.
struct FlowEvent {
    EventKind kind = EventKind::kJump;
    double start_s = 0, end_s = 0;
    std::int64_t first_frame = 0, frames = 0;
    double strength = 0;        ///< how many times the change differs from what is usual around it
    double source_start_s = 0;  ///< kReplayed: where the stretch was seen before
};

/// Events of one kind of interruption: all are counted, a bounded number is kept.
struct EventList {
    std::vector<FlowEvent> kept;
    std::int64_t count = 0;
    double strongest = 0;
    void add(const FlowEvent& event);
};

/// What is known of a frame.
struct FrameNote {
    SmallPicture picture;
    double time_s = 0;
    std::int64_t index = 0;
    bool key = false;
    double steps = 1;  ///< time since the frame before, in nominal frame intervals, at least 1
};

/// Watches pictures go by, twenty-one at a time. Memory does not grow with the number of frames.
class PictureEvents {
  public:
    explicit PictureEvents(double least_strength) : least_strength_(least_strength) {}

    /// Takes the next frame in display order. Returns whether it starts a new scene, which is known at once.
    bool add(const FrameNote& note);
    /// Judges the frames that still lack a future.
    void finish();

    EventList frozen, jumps, inserted;
    std::int64_t frames = 0, scene_cuts = 0, flashes = 0;
    std::int64_t repeated_frames = 0;  ///< equal to the frame before in every sampled pixel's block sum
    std::int64_t still_frames = 0;     ///< within runs of at least `kLeastStillFrames` that hardly change

    static constexpr std::int64_t kLeastStillFrames = 3;

  private:
    struct Entry {
        FrameNote note;
        double change = 0;  ///< from the frame before
        bool cut = false;
        bool taken = false;  ///< explained by an event already
    };
    void judge(std::size_t at);
    bool judge_inserted(std::size_t at, double usual);
    void judge_jump(std::size_t at, double usual);
    double usual_change(std::size_t at, std::size_t event_frames) const;
    void follow_still_run(const Entry& entry);
    void end_still_run();

    double least_strength_;
    std::deque<Entry> window_;
    std::size_t next_ = 1;  ///< position in the window of the next frame to judge

    struct StillRun {
        bool active = false, abrupt_start = false;
        double start_s = 0, end_s = 0, change_sum = 0, usual_before = 0;
        std::int64_t first_frame = 0, frames = 0;
    };
    struct Pending {
        StillRun run;
        std::int64_t moving_after = 0;
        double change_after = 0, first_change = 0;
        bool active = false;
    };
    StillRun still_;
    Pending pending_;            ///< a run that ended and waits to see whether motion goes on
    std::deque<double> moving_;  ///< latest changes of frames that moved, without a still one between
    double key_pulse_ = 1;       ///< running ratio of the change at key frames to the usual one
};

}  // namespace bonafide::analyzers::video
