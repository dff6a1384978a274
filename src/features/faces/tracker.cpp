#include "features/faces/tracker.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::features::faces {
namespace {

// A cut changes most of the picture at once: mean absolute difference of two thumbnails, in 8-bit levels, beyond which
// faces are not followed but looked for anew.
constexpr double kCutDifference = 40;
constexpr int kThumbnailPx = 32;
constexpr int kSamplesACell = 4;  // along each side
constexpr float kSameFaceOverlap = 0.3F;
// A returning face may have moved by so much of its own size.
constexpr float kReturnDistance = 1.0F;
// One Euro filter: the lower the cutoff the steadier at rest; the higher the slope the less it lags in motion. Speeds
// are in face sizes a second, so that near and far faces are smoothed alike.
constexpr float kRestCutoffHz = 1.5F, kCutoffSlope = 3.0F, kSpeedCutoffHz = 1.0F;

float overlap_over_union(const cv::Rect2f& a, const cv::Rect2f& b) {
    const float both = (a & b).area();
    const float either = a.area() + b.area() - both;
    return either > 0 ? both / either : 0;
}

cv::Point2f middle_of(const cv::Rect2f& box) {
    return (box.tl() + box.br()) / 2;
}

float smoothing(float cutoff_hz, float elapsed_s) {
    const float ratio = 2 * std::numbers::pi_v<float> * cutoff_hz * elapsed_s;
    return ratio / (ratio + 1);
}

}  // namespace

Result<Tracker> Tracker::open(const infer::ModelStore& models, const infer::SessionOptions& session,
                              const TrackerOptions& options) {
    auto detector = Detector::open(models, session);
    if (!detector) {
        return detector.error();
    }
    auto mesh = Mesh::open(models, session);
    if (!mesh) {
        return mesh.error();
    }
    return Tracker(std::move(*detector), std::move(*mesh), options);
}

bool Tracker::is_cut(const cv::Mat& rgb) {
    // A mean of all pixels takes as long as following a face; of some it tells scenes apart as well.
    const int step = std::max(1, std::min(rgb.cols, rgb.rows) / (kSamplesACell * kThumbnailPx));
    cv::Mat sampled, small;
    cv::resize(rgb, sampled, {std::max(1, rgb.cols / step), std::max(1, rgb.rows / step)}, 0, 0, cv::INTER_NEAREST);
    cv::resize(sampled, small, {kThumbnailPx, kThumbnailPx}, 0, 0, cv::INTER_AREA);
    const bool cut = !thumbnail_.empty() &&
                     cv::norm(small, thumbnail_, cv::NORM_L1) / (3.0 * kThumbnailPx * kThumbnailPx) > kCutDifference;
    thumbnail_ = small;
    return cut;
}

void Tracker::take(Track& track, Face face, double time_s) {
    const auto elapsed_s = static_cast<float>(time_s - track.seen_s);
    const float size = std::max(1.0F, face.box_px().height);
    const bool anew = track.smoothed.size() != kLandmarks || track.lost || !(elapsed_s > 0);
    track.smoothed.resize(kLandmarks);
    track.speed.resize(kLandmarks);
    for (std::size_t k = 0; k < kLandmarks; ++k) {
        const cv::Point2f place = face.point(k);
        if (anew) {
            track.smoothed[k] = place;
            track.speed[k] = {};
            continue;
        }
        const cv::Point2f speed = (place - track.last.point(k)) / elapsed_s;
        track.speed[k] += smoothing(kSpeedCutoffHz, elapsed_s) * (speed - track.speed[k]);
        const float cutoff_hz = kRestCutoffHz + kCutoffSlope * static_cast<float>(cv::norm(track.speed[k])) / size;
        track.smoothed[k] += smoothing(cutoff_hz, elapsed_s) * (place - track.smoothed[k]);
    }
    track.last = std::move(face);
    track.seen_s = time_s;
    track.lost = false;
}

Result<void> Tracker::follow(const cv::Mat& rgb, double time_s) {
    for (Track& track : tracks_) {
        if (track.lost) {
            continue;
        }
        auto face = mesh_.measure(rgb, UprightSquare::around(track.last.landmarks_px), options_.least_presence,
                                  options_.with_irises);
        if (!face) {
            return face.error();
        }
        // Two tracks that slid onto the same face: the later one ends.
        const bool taken = *face && std::any_of(tracks_.begin(), tracks_.end(), [&](const Track& other) {
            return other.number < track.number && !other.lost && other.seen_s == time_s &&
                   overlap_over_union(other.last.box_px(), (*face)->box_px()) > kSameFaceOverlap;
        });
        if (!*face || taken) {
            track.lost = true;
            continue;
        }
        (*face)->detection = track.last.detection;
        (*face)->detection.box_px = (*face)->box_px();
        take(track, std::move(**face), time_s);
    }
    return {};
}

Result<void> Tracker::look_for_new(const cv::Mat& rgb, double time_s) {
    last_look_s_ = time_s;
    ++looks_;
    const bool thorough = !last_thorough_look_s_ || time_s - *last_thorough_look_s_ >= options_.look_thoroughly_s;
    if (thorough) {
        last_thorough_look_s_ = time_s;
    }
    auto found = thorough ? detector_.detect(rgb, options_.detector) : detector_.glance(rgb, options_.detector);
    if (!found) {
        return found.error();
    }
    for (const Detection& detection : *found) {
        auto face = mesh_.measure(rgb, UprightSquare::around(detection), options_.least_presence, options_.with_irises);
        if (!face) {
            return face.error();
        }
        if (!*face) {
            continue;
        }
        (*face)->detection = detection;
        const cv::Rect2f box = (*face)->box_px();
        const bool known = std::any_of(tracks_.begin(), tracks_.end(), [&](const Track& track) {
            return !track.lost && overlap_over_union(track.last.box_px(), box) > kSameFaceOverlap;
        });
        if (known) {
            continue;
        }
        // The nearest of those who were lost a moment ago, if it is near enough.
        Track* returning = nullptr;
        float nearest = kReturnDistance;
        for (Track& track : tracks_) {
            const cv::Rect2f last = track.last.box_px();
            const float moved =
                static_cast<float>(cv::norm(middle_of(last) - middle_of(box))) / std::max(1.0F, last.height);
            if (track.lost && moved < nearest) {
                nearest = moved;
                returning = &track;
            }
        }
        if (returning == nullptr) {
            tracks_.push_back({next_track_++, {}, time_s, false, {}, {}});
            returning = &tracks_.back();
        }
        take(*returning, std::move(**face), time_s);
    }
    return {};
}

Result<std::vector<TrackedFace>> Tracker::next(const cv::Mat& rgb, double time_s) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    std::vector<TrackedFace> faces;
    if (rgb.empty()) {
        return faces;
    }
    if (is_cut(rgb)) {
        ++cuts_;
        tracks_.clear();  // whoever is seen after a cut is somebody else until proven otherwise
        last_thorough_look_s_.reset();
    }
    if (auto followed = follow(rgb, time_s); !followed) {
        return followed.error();
    }
    std::erase_if(tracks_,
                  [&](const Track& track) { return track.lost && time_s - track.seen_s > options_.bridged_s; });
    const bool all_followed =
        !tracks_.empty() && std::none_of(tracks_.begin(), tracks_.end(), [](const Track& track) { return track.lost; });
    if (!all_followed || time_s - last_look_s_.value_or(time_s) >= options_.look_again_s) {
        if (auto looked = look_for_new(rgb, time_s); !looked) {
            return looked.error();
        }
    }
    for (const Track& track : tracks_) {
        if (!track.lost) {
            faces.push_back({track.number, track.last, track.smoothed});
        }
    }
    return faces;
}

}  // namespace bonafide::features::faces
