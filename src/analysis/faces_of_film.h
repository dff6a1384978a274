#pragma once

#include "analysis/work.h"
#include "features/faces/tracker.h"

#include <tbb/task_group.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace bonafide::analysis {

/// Follows the faces of the film once, for all who want them. Each of those looks at the frames in their order, but
/// side by side with the others, and with the decoding and tracking of frames that follow: an analyzer that takes long
/// at one frame and nothing at the next keeps no core waiting.
class FacesOfFilm {
  public:
    /// Both outlive it.
    FacesOfFilm(std::vector<Work>& works, const infer::ModelStore& models);
    ~FacesOfFilm() noexcept { settle(); }
    FacesOfFilm(const FacesOfFilm&) = delete;
    FacesOfFilm& operator=(const FacesOfFilm&) = delete;

    /// Finds the faces of the next frame, and has it looked at by and by.
    void next(const media::VideoFrame& frame);

    /// Waits until all have looked at every frame so far. Until then those who want faces are not to be touched.
    void settle();

  private:
    struct Seen {
        double time_s = 0;
        cv::Mat rgb;
        std::vector<features::faces::TrackedFace> faces;
    };
    /// What waits for one analyzer.
    struct Line {
        Work* work = nullptr;
        std::deque<std::shared_ptr<const Seen>> waiting;
        bool busy = false;
    };

    /// Not yet broken, as far as one can tell while it is busy.
    static bool goes_on(const Line& line) { return line.busy || line.work->failure.empty(); }
    void hand_out(const std::shared_ptr<const Seen>& seen);
    /// Lets the analyzer for which most is waiting look at one frame; false where there is none, or all are busy.
    bool look_once(std::unique_lock<std::mutex>& lock);
    /// There must be a line that is busy or has something waiting.
    void help_or_wait(std::unique_lock<std::mutex>& lock);
    std::vector<features::faces::TrackedFace> follow(const cv::Mat& rgb, double time_s);

    const infer::ModelStore& models_;
    std::optional<features::faces::Tracker> tracker_;
    double following_s_ = 0;  ///< since they were last settled
    std::mutex mutex_;        ///< of what follows
    std::condition_variable looked_;
    std::vector<Line> lines_;
    std::size_t helping_ = 0;
    tbb::task_group helpers_;
};

}  // namespace bonafide::analysis
