// Cuts in sound that was lossy before: the blocks of the coder do not go on.
//
// Yang, Qu and Huang, "Detecting digital audio forgeries by checking frame offsets" (MM&Sec 2008); Gärtner et al.,
// "Efficient cross-codec framing grid analysis for audio tampering detection" (AES 136th Convention, 2014). Deviations:
// features/codec_grid/search.cpp; the grid of up to four stretches before a moment is compared with that of as many
// after it, and what counts is how much better each side fits its own grid than the other's. Limits: a cut by a
// multiple of the block length (one in 576 for MP3) leaves the grid; so does sound that never was lossy, was resampled,
// or was cut before it was first coded. A second coding at a low bit rate covers the first.
#include "analyzers/voice/splice/grid_shifts.h"

#include <algorithm>
#include <cstdlib>

namespace bonafide::analyzers::voice {
namespace {

using features::codec_grid::Levels;
using features::codec_grid::Trace;
using features::codec_grid::Transform;

constexpr std::size_t kMostASide = 4;
constexpr std::size_t kMostKept = 16;
constexpr std::int64_t kCloseTogether = 16;
constexpr double kTraceSeen = 6;  // deviations
/// Neighbouring offsets show the same grid.
constexpr int kSamePlace = 2;

features::codec_grid::Stretches::Plan plan(int rate_hz) {
    const auto apart = std::max<std::int64_t>(features::codec_grid::kStretchSamples, rate_hz / 2);
    return {features::codec_grid::kStretchSamples, apart, kCloseTogether, 10 * static_cast<std::int64_t>(rate_hz)};
}

void add_to(Levels& sum, const Levels& levels) {
    if (levels.empty()) {
        return;
    }
    sum.resize(levels.size(), 0.0F);
    std::transform(sum.begin(), sum.end(), levels.begin(), sum.begin(), std::plus<>());
}

/// The larger strength at an offset or beside it.
double strength_around(const Levels& levels, int offset) {
    const auto hop = static_cast<int>(levels.size());
    double strongest = 0;
    for (int beside = -kSamePlace; beside <= kSamePlace; ++beside) {
        strongest = std::max(strongest, features::codec_grid::trace_at(levels, (offset + beside + hop) % hop).strength);
    }
    return strongest;
}

}  // namespace

GridShifts::GridShifts(int rate_hz, double least_strength)
    : rate_hz_(rate_hz), least_strength_(least_strength), search_(rate_hz), stretches_(plan(rate_hz)) {}

void GridShifts::add(std::span<const float> mono) {
    if (search_.applicable()) {
        stretches_.add(mono, [this](std::span<const float> stretch, std::int64_t first) { take(stretch, first); });
    }
}

void GridShifts::take(std::span<const float> stretch, std::int64_t first) {
    Heard heard{first, search_.examine(stretch, first, only_)};
    const bool any =
        std::any_of(heard.levels.begin(), heard.levels.end(), [](const Levels& levels) { return !levels.empty(); });
    if (!any) {
        return;
    }
    ++stretches_heard_;
    sum_.add(heard.levels);
    heard_.push_back(std::move(heard));
    if (stretches_heard_ >= kCloseTogether) {
        // A long recording: on with the coder that was heard, closely; else only now and then with all.
        only_.reset();
        for (const Transform transform : {Transform::kMp3, Transform::kAac, Transform::kAacSine}) {
            const double strength = sum_.trace(transform).strength;
            if (strength >= kTraceSeen && (!only_ || strength > sum_.trace(*only_).strength)) {
                only_ = transform;
            }
        }
        stretches_.space((only_ ? 2 : 10) * static_cast<std::int64_t>(rate_hz_));
    }
    if (heard_.size() >= next_split_ + kMostASide) {
        judge(next_split_++);
    }
    if (heard_.size() == 2 * kMostASide) {
        heard_.pop_front();
        --next_split_;
    }
}

void GridShifts::judge(std::size_t split) {
    GridShift best;
    best.start_s = static_cast<double>(heard_[split - 1].first) / rate_hz_;
    best.end_s =
        static_cast<double>(heard_[split].first + static_cast<std::int64_t>(features::codec_grid::kStretchSamples)) /
        rate_hz_;
    for (std::size_t i = 0; i < features::codec_grid::kTransforms; ++i) {
        Levels before, after;
        for (std::size_t k = split - std::min(split, kMostASide); k < split; ++k) {
            add_to(before, heard_[k].levels[i]);
        }
        for (std::size_t k = split; k < std::min(heard_.size(), split + kMostASide); ++k) {
            add_to(after, heard_[k].levels[i]);
        }
        if (before.empty() || after.empty()) {
            continue;
        }
        const Trace first = features::codec_grid::deepest(before), second = features::codec_grid::deepest(after);
        const auto hop = static_cast<int>(before.size());
        const int shift = (second.offset - first.offset + hop) % hop;
        double strength = std::min(first.strength - strength_around(before, second.offset),
                                   second.strength - strength_around(after, first.offset));
        strength = std::min(shift, hop - shift) > kSamePlace ? std::max(strength, 0.0) : 0;
        strongest_ = std::max(strongest_.value_or(0), strength);
        if (strength > best.strength) {
            best.strength = strength;
            best.transform = static_cast<Transform>(i);
            best.shift = shift;
        }
    }
    ++splits_;
    if (best.strength < least_strength_) {
        return;
    }
    // Moments around a cut see the same shift: the strongest of them is where the cut lies.
    const bool same = candidate_ && candidate_->transform == best.transform &&
                      std::abs(candidate_->shift - best.shift) <= kSamePlace &&
                      splits_ - candidate_split_ <= static_cast<std::int64_t>(kMostASide);
    if (!same) {
        keep();
    }
    if (!candidate_ || best.strength > candidate_->strength) {
        candidate_ = best;
        candidate_split_ = splits_;
    }
}

void GridShifts::keep() {
    if (!candidate_) {
        return;
    }
    ++count_;
    if (found_.size() == kMostKept) {
        const auto weakest = std::min_element(found_.begin(), found_.end(), [](const GridShift& a, const GridShift& b) {
            return a.strength < b.strength;
        });
        if (weakest->strength < candidate_->strength) {
            found_.erase(weakest);
        }
    }
    if (found_.size() < kMostKept) {
        found_.push_back(*candidate_);
    }
    candidate_.reset();
}

void GridShifts::finish() {
    for (; next_split_ < heard_.size(); ++next_split_) {
        judge(next_split_);
    }
    keep();
}

}  // namespace bonafide::analyzers::voice
