#include "forge/mouth/from_clip.h"

#include "features/voice/statistics.h"
#include "forge/mouth/person.h"
#include "forge/mouth/render.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

using features::faces::TrackedFace;
using features::faces::Tracker;
namespace landmark = features::faces::landmark;

constexpr double kGivenUp_s = 0.5, kBridged_s = 0.34;
constexpr double kRest = 0.1, kWide = 0.97;              // quantiles of the opening
constexpr float kHardlyMoves = 0.025F;                   // of the distance between the eyes
constexpr float kLeastRange = 0.08F, kMostRange = 0.3F;  // who mumbles is not made to shout
constexpr float kWideOpening = 0.9F, kMostOpening = 1.2F;
constexpr float kSpread = 0.055F, kRound = 0.085F, kNarrowByJaw = 0.03F;  // of half a mouth's width, as person.cpp
constexpr double kSigma = 1.5;

}  // namespace

Result<MouthWatcher> MouthWatcher::open(const infer::ModelStore& models, int threads) {
    auto tracker = Tracker::open(models, {.threads = std::max(1, threads)}, {});
    return tracker ? Result<MouthWatcher>(MouthWatcher(std::move(*tracker))) : Result<MouthWatcher>(tracker.error());
}

Result<void> MouthWatcher::next(const cv::Mat& rgb, double time_s) {
    const auto found = tracker_.next(rgb, time_s);
    if (!found) {
        return found.error();
    }
    if (track_ && time_s - track_seen_s_ > kGivenUp_s) {
        track_.reset();
    }
    const TrackedFace* watched = nullptr;
    for (const TrackedFace& each : *found) {
        const float height = each.face.box_px().height;
        const bool larger = watched == nullptr || height > watched->face.box_px().height;
        if (track_ ? each.track == *track_ : height >= kSmallestSpeakingFacePx && larger) {
            watched = &each;
        }
    }
    if (watched == nullptr) {
        return {};
    }
    track_ = watched->track;
    track_seen_s_ = time_s;
    if (reference_.empty()) {
        reference_ = own_place(watched->face).in_head(watched->face);
    }
    const HeadPoints points = place_of(reference_, watched->face).in_head(watched->face);
    const cv::Point3f across = points[landmark::kMouthLeft] - points[landmark::kMouthRight];
    seen_.push_back({time_s, opening_of(points), static_cast<float>(cv::norm(across)) / 2});
    return {};
}

Result<MouthCurve> mouth_like(const std::vector<SeenMouth>& seen) {
    if (seen.empty()) {
        return Error{ErrorCode::kUsage, "no face of at least " +
                                            std::to_string(static_cast<int>(kSmallestSpeakingFacePx)) +
                                            " px from forehead to chin was found"};
    }
    std::vector<float> openings, widths;
    for (const SeenMouth& mouth : seen) {
        openings.push_back(mouth.opening);
    }
    const float rest = features::voice::quantile(openings, kRest), wide = features::voice::quantile(openings, kWide);
    if (wide - rest < kHardlyMoves) {
        return Error{ErrorCode::kUsage, "the mouth hardly moves"};
    }
    const float range = std::clamp(wide - rest, kLeastRange, kMostRange);
    const auto opening_like = [&](const SeenMouth& mouth) {
        return std::clamp(kWideOpening * (mouth.opening - rest) / range, 0.0F, kMostOpening);
    };
    for (const SeenMouth& mouth : seen) {
        widths.push_back(mouth.half_width + kNarrowByJaw * opening_like(mouth));
    }
    const float usual = features::voice::quantile(widths, 0.5);
    const auto steps = static_cast<std::size_t>(std::max(0.0, seen.back().time_s) / MouthCurve::kStep_s) + 1;
    std::vector<float> opening(steps), width(steps);
    std::size_t next = 0;
    for (std::size_t i = 0; i < steps; ++i) {
        const double time_s = static_cast<double>(i) * MouthCurve::kStep_s;
        while (next < seen.size() && seen[next].time_s < time_s) {
            ++next;
        }
        const std::size_t after = std::min(next, seen.size() - 1), before = next > 0 ? next - 1 : 0;
        const double apart_s = seen[after].time_s - seen[before].time_s;
        if (apart_s > kBridged_s || seen[before].time_s > time_s + kBridged_s) {
            continue;
        }
        const auto share =
            static_cast<float>(apart_s > 0 ? std::clamp((time_s - seen[before].time_s) / apart_s, 0.0, 1.0) : 0.0);
        const auto width_like = [&](std::size_t k) {
            const float change = widths[k] - usual;
            return std::clamp(change / (change > 0 ? kSpread : kRound), -1.0F, 1.0F);
        };
        opening[i] = opening_like(seen[before]) + share * (opening_like(seen[after]) - opening_like(seen[before]));
        width[i] = width_like(before) + share * (width_like(after) - width_like(before));
    }
    opening = smoothed_without_lag(opening, kSigma);
    width = smoothed_without_lag(width, kSigma);
    std::vector<MouthShape> shapes(steps);
    for (std::size_t i = 0; i < steps; ++i) {
        shapes[i] = {opening[i], width[i], 0};
    }
    return MouthCurve(std::move(shapes));
}

}  // namespace bonafide::forge
