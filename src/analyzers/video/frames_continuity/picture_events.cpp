// Interruptions in the flow of pictures, from 32 x 18 block means.
//
// Frame duplication and deletion leave outliers in the difference of neighbouring frames: Wang and Farid, "Exposing
// digital forgeries in video by detecting duplication" (2007); Chao, Jiang and Sun, "A novel video inter-frame forgery
// model detection scheme based on optical flow consistency" (2012). Deviations: block means instead of pixels or flow,
// which costs a tiny part of the decoding; outliers are measured as ratios to the usual change in the twenty frames
// around, and brightness changes, key-frame pulses, scene cuts and times that explain a jump are taken out first.
// Limits: motion that a 32 x 18 picture does not show is not seen; an insertion in an unmoving scene shows, a deletion
// there does not.
#include "analyzers/video/frames_continuity/picture_events.h"

#include "base/median.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::video {
namespace {

constexpr std::size_t kMostKept = 64;
constexpr std::size_t kReach = 10;  // frames looked at on either side
constexpr std::size_t kMostInsertedFrames = 3;
constexpr double kLeastUsual = 0.12;       // grey levels: below it, change is noise and coding
constexpr double kLeastMotion = 0.16;      // grey levels a frame that count as motion
constexpr double kStill = 0.03;            // grey levels a frame that count as none
constexpr double kStillShare = 0.1;        // of the motion before it
constexpr std::int64_t kMovingFrames = 6;  // of motion asked for before and after a freeze
constexpr double kLeastInsertedStep = 4;   // grey levels
constexpr double kLeastJump = 0.8;         // grey levels
constexpr double kStumble = 0.4;           // of the usual change: a frame that hardly moves on
constexpr double kCutChange = 8;           // grey levels
constexpr double kCutCorrelation = 0.7;
constexpr double kSameSceneCorrelation = 0.75;
constexpr double kFlashUnexplained = 0.4;
constexpr double kMostStrength = 100;

}  // namespace

void EventList::add(const FlowEvent& event) {
    ++count;
    strongest = std::max(strongest, event.strength);
    if (kept.size() < kMostKept) {
        kept.push_back(event);
        return;
    }
    const auto weakest = std::min_element(
        kept.begin(), kept.end(), [](const FlowEvent& a, const FlowEvent& b) { return a.strength < b.strength; });
    if (weakest->strength < event.strength) {
        *weakest = event;
    }
}

bool PictureEvents::add(const FrameNote& note) {
    ++frames;
    Entry entry;
    if (!window_.empty()) {
        const SmallPicture& before = window_.back().note.picture;
        repeated_frames += note.picture == before ? 1 : 0;
        entry.change = difference(before, note.picture);
        if (entry.change > kCutChange) {
            const Likeness likeness = compare(before, note.picture);
            entry.cut = likeness.correlation < kCutCorrelation;
            scene_cuts += entry.cut ? 1 : 0;
        }
    }
    entry.note = note;
    if (!window_.empty()) {
        follow_still_run(entry);
    }
    const bool cut = entry.cut;
    window_.push_back(entry);
    if (next_ + kReach < window_.size()) {
        judge(next_);
        ++next_;
    }
    if (window_.size() > 2 * kReach + 1 && next_ > kReach) {
        window_.pop_front();
        --next_;
    }
    return cut;
}

void PictureEvents::finish() {
    for (; next_ < window_.size(); ++next_) {
        judge(next_);
    }
    end_still_run();
}

double PictureEvents::usual_change(std::size_t at, std::size_t event_frames) const {
    const std::size_t first = at > kReach ? at - kReach : 1;
    const std::size_t last = std::min(window_.size(), at + kReach + 1);
    std::vector<double> changes;
    for (std::size_t i = first; i < last; ++i) {
        if (i < at || i > at + event_frames) {
            changes.push_back(window_[i].change);
        }
    }
    return changes.size() < kReach / 2 ? -1 : median_of(changes);
}

void PictureEvents::judge(std::size_t at) {
    if (window_[at].taken) {
        return;
    }
    const double usual = usual_change(at, kMostInsertedFrames);
    if (usual < 0) {
        return;
    }
    if (!judge_inserted(at, usual)) {
        judge_jump(at, usual);
    }
}

bool PictureEvents::judge_inserted(std::size_t at, double usual) {
    const Entry& entry = window_[at];
    if (entry.change < kLeastInsertedStep) {
        return false;
    }
    for (std::size_t length = 1; length <= kMostInsertedFrames && at + length < window_.size(); ++length) {
        const double leaving = window_[at + length].change;
        const double across = difference(window_[at - 1].note.picture, window_[at + length].note.picture);
        const double expected = std::max({across, static_cast<double>(length + 1) * usual, kLeastUsual});
        const double strength = std::min(entry.change, leaving) / expected;
        if (leaving < kLeastInsertedStep || strength < least_strength_) {
            continue;
        }
        for (std::size_t i = 0; i <= length; ++i) {
            window_[at + i].taken = true;
        }
        // Both its edges were taken for cuts at first.
        scene_cuts -= (entry.cut ? 1 : 0) + (window_[at + length].cut ? 1 : 0);
        if (compare(window_[at - 1].note.picture, entry.note.picture).unexplained_share < kFlashUnexplained) {
            ++flashes;
        } else {
            inserted.add({EventKind::kInserted, entry.note.time_s, window_[at + length].note.time_s, entry.note.index,
                          static_cast<std::int64_t>(length), std::min(strength, kMostStrength), 0});
        }
        return true;
    }
    return false;
}

void PictureEvents::judge_jump(std::size_t at, double usual) {
    const Entry& entry = window_[at];
    const double steady = std::max(usual, kLeastUsual);
    // Neighbours of a true jump move evenly: the largest of them sets the measure, not the median alone.
    std::vector<double> near;
    for (std::size_t i = at > 4 ? at - 4 : 1; i < std::min(window_.size(), at + 5); ++i) {
        if (i != at) {
            near.push_back(window_[i].change);
        }
    }
    const double largest_near = near.empty() ? entry.change : *std::max_element(near.begin(), near.end());
    // Drawing a picture anew changes it: what key frames usually change is no jump.
    const double pulse = entry.note.key ? key_pulse_ : 1.0;
    // A frame shown twice and the step that makes up for it belong together: the recorder stumbled.
    double steps = entry.note.steps;
    for (std::size_t i = at; i-- > 1 && window_[i].change < kStumble * steady;) {
        steps += 1;
    }
    const double strength = entry.change / (std::max(steady, 0.6 * largest_near) * steps * pulse);
    if (entry.note.key && strength < least_strength_) {
        constexpr double kWeight = 0.2;
        key_pulse_ += kWeight * (std::max(1.0, entry.change / steady) - key_pulse_);
    }
    if (entry.cut || entry.change < kLeastJump || usual < kLeastMotion || strength < least_strength_) {
        return;
    }
    const Likeness likeness = compare(window_[at - 1].note.picture, entry.note.picture);
    if (likeness.correlation < kSameSceneCorrelation) {
        return;
    }
    if (likeness.unexplained_share < kFlashUnexplained) {
        ++flashes;
        return;
    }
    jumps.add({EventKind::kJump, window_[at - 1].note.time_s, entry.note.time_s, entry.note.index, 1,
               std::min(strength, kMostStrength), 0});
}

void PictureEvents::follow_still_run(const Entry& entry) {
    const double before = moving_.empty() ? 0.0 : moving_.back();
    double usual_before = 0;
    if (moving_.size() >= static_cast<std::size_t>(kMovingFrames)) {
        std::vector<double> changes(moving_.begin(), moving_.end());
        usual_before = median_of(changes);
    }
    const double limit = still_.active ? std::max(kStill, kStillShare * still_.usual_before)
                                       : std::max(kStill, kStillShare * usual_before);
    // A key frame drawn anew flickers even where nothing moved.
    const bool flickers = still_.active && entry.note.key && entry.change < 0.5 * still_.usual_before;
    if (entry.change <= limit || flickers) {
        if (!still_.active) {
            still_ = {};
            still_.active = true;
            still_.start_s = window_.back().note.time_s;
            still_.first_frame = window_.back().note.index;
            still_.usual_before = usual_before;
            still_.abrupt_start = usual_before >= kLeastMotion && before >= 0.5 * usual_before;
        }
        ++still_.frames;
        still_.change_sum += flickers ? 0.0 : entry.change;
        still_.end_s = entry.note.time_s;
        moving_.clear();
        pending_.active = false;
        return;
    }
    if (still_.active) {
        end_still_run();
        pending_.first_change = entry.change;
    }
    moving_.push_back(entry.change);
    if (moving_.size() > kReach) {
        moving_.pop_front();
    }
    if (pending_.active) {
        ++pending_.moving_after;
        pending_.change_after += entry.change;
        if (pending_.moving_after == kMovingFrames) {
            const StillRun& run = pending_.run;
            const double after = pending_.change_after / static_cast<double>(kMovingFrames);
            const double within = run.change_sum / static_cast<double>(run.frames);
            const double strength = std::min(run.usual_before, after) / std::max(within, kStill / 3);
            if (after >= kLeastMotion && pending_.first_change >= 0.5 * after && strength >= least_strength_) {
                frozen.add({EventKind::kFrozen, run.start_s, run.end_s, run.first_frame, run.frames,
                            std::min(strength, kMostStrength), 0});
            }
            pending_.active = false;
        }
    }
}

void PictureEvents::end_still_run() {
    if (still_.active && still_.frames >= kLeastStillFrames) {
        still_frames += still_.frames;
        if (still_.abrupt_start) {
            pending_ = {};
            pending_.run = still_;
            pending_.active = true;
        }
    }
    still_.active = false;
}

}  // namespace bonafide::analyzers::video
