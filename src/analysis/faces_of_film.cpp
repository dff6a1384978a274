#include "analysis/faces_of_film.h"

#include <tbb/task_arena.h>

#include <algorithm>
#include <stdexcept>

namespace bonafide::analysis {
namespace {

/// Frames that an analyzer may lag behind: as many as it takes to even out one that looks at every third.
constexpr std::size_t kMostWaiting = 6;

}  // namespace

FacesOfFilm::FacesOfFilm(std::vector<Work>& works, const infer::ModelStore& models) : models_(models) {
    for (Work& work : works) {
        if (work.watches) {
            lines_.push_back({&work, {}, false});
        }
    }
}

void FacesOfFilm::next(const media::VideoFrame& frame) {
    {
        const std::lock_guard lock(mutex_);
        if (std::none_of(lines_.begin(), lines_.end(), goes_on)) {
            return;
        }
    }
    const Clock::time_point start = Clock::now();
    auto seen = std::make_shared<Seen>();
    std::string failure;
    try {
        *seen = {frame.time_s, frame.rgb(FrameFaces::kLongestFramePx), {}};
        seen->faces = follow(seen->rgb, seen->time_s);
    } catch (const std::exception& exception) {
        failure = std::string("the faces could not be followed: ") + exception.what();
    }
    following_s_ += seconds_since(start);
    if (failure.empty()) {
        hand_out(seen);
        return;
    }
    settle();
    for (Line& line : lines_) {
        if (line.work->failure.empty()) {
            line.work->failure = failure;
        }
    }
}

void FacesOfFilm::settle() {
    {
        std::unique_lock lock(mutex_);
        while (std::any_of(lines_.begin(), lines_.end(),
                           [](const Line& line) { return line.busy || !line.waiting.empty(); })) {
            help_or_wait(lock);
        }
    }
    helpers_.wait();
    const auto going_on = std::count_if(lines_.begin(), lines_.end(), goes_on);
    for (Line& line : lines_) {
        line.work->time_s += goes_on(line) ? following_s_ / static_cast<double>(going_on) : 0;
    }
    following_s_ = 0;
}

void FacesOfFilm::hand_out(const std::shared_ptr<const Seen>& seen) {
    std::unique_lock lock(mutex_);
    for (Line& line : lines_) {
        if (goes_on(line)) {
            line.waiting.push_back(seen);
        }
    }
    // As many as there are other cores with something to do; each ends when nothing is left.
    const auto most = std::min(lines_.size(), static_cast<std::size_t>(tbb::this_task_arena::max_concurrency() - 1));
    if (helping_ < most) {
        ++helping_;
        helpers_.run([this] {
            std::unique_lock helper_lock(mutex_);
            while (look_once(helper_lock)) {
            }
            --helping_;
        });
    }
    while (std::any_of(lines_.begin(), lines_.end(),
                       [](const Line& line) { return line.waiting.size() >= kMostWaiting; })) {
        help_or_wait(lock);
    }
}

bool FacesOfFilm::look_once(std::unique_lock<std::mutex>& lock) {
    Line* longest = nullptr;
    for (Line& line : lines_) {
        if (!line.busy && !line.waiting.empty() &&
            (longest == nullptr || line.waiting.size() > longest->waiting.size())) {
            longest = &line;
        }
    }
    if (longest == nullptr) {
        return false;
    }
    std::shared_ptr<const Seen> seen = std::move(longest->waiting.front());
    longest->waiting.pop_front();
    longest->busy = true;
    lock.unlock();
    Work& work = *longest->work;
    work.guarded([&] { work.analyzer->on_faces({seen->time_s, seen->rgb, seen->faces}); });
    seen.reset();
    lock.lock();
    longest->busy = false;
    looked_.notify_all();
    return true;
}

void FacesOfFilm::help_or_wait(std::unique_lock<std::mutex>& lock) {
    if (!look_once(lock)) {
        looked_.wait(lock);
    }
}

std::vector<features::faces::TrackedFace> FacesOfFilm::follow(const cv::Mat& rgb, double time_s) {
    if (!tracker_) {  // not before there is a frame: sound and broken films need no networks
        auto tracker = features::faces::Tracker::open(models_, {}, {});
        if (!tracker) {
            throw std::runtime_error(tracker.error().message);
        }
        tracker_.emplace(std::move(*tracker));
    }
    auto found = tracker_->next(rgb, time_s);
    if (!found) {
        throw std::runtime_error(found.error().message);
    }
    return std::move(*found);
}

}  // namespace bonafide::analysis
