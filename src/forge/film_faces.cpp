#include "forge/film_faces.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

using features::faces::Face;
using features::faces::Recogniser;
using features::faces::TrackedFace;
using features::faces::Tracker;

/// A face that is gone for so long is drawn where it was last: a blink of the tracker, not of the person.
constexpr double kHeld_s = 0.2;
/// A track that was not seen for so long is over (features::faces::TrackerOptions::bridged_s is shorter).
constexpr double kForgotten_s = 2;
/// Somebody nearer than this to the chosen person is them: between the equal error rate of recognition and the distance
/// that says nothing either way (src/features/faces/README.md).
constexpr double kSamePerson = 0.48;
constexpr std::size_t kMostLooks = 6;
constexpr double kBetweenLooks_s = 0.4;
/// Depth jitters more than places do, and turns what is drawn.
constexpr double kDepthCutoffHz = 1.5;
/// What moves fast is followed closer than the tracker's filter does, or lips lag behind the sound: share of the raw
/// landmarks, at rest and in motion, and what counts as motion, in face heights a second.
constexpr float kRawAtRest = 0.1F, kRawInMotion = 0.7F, kMotion = 0.6F;

/// Of a face that leaves the picture less than this share can still be drawn on.
constexpr float kLeastInside = 0.6F;

float height_of(const Face& face) {
    return std::max(1.0F, face.box_px().height);
}

bool is_inside(const Face& face, cv::Size size) {
    const cv::Rect2f box = face.box_px(), frame({0, 0}, cv::Size2f(size));
    return (box & frame).area() >= kLeastInside * box.area();
}

}  // namespace

Result<FilmFaces> FilmFaces::open(const infer::ModelStore& models, int threads, const WhoIsMeant& who) {
    const infer::SessionOptions session{.threads = std::max(1, threads)};
    auto tracker = Tracker::open(models, session, {});
    if (!tracker) {
        return tracker.error();
    }
    std::optional<Recogniser> recogniser;
    if (!who.everybody) {
        auto opened = Recogniser::open(models, session);
        if (!opened) {
            return opened.error();
        }
        recogniser.emplace(std::move(*opened));
    }
    return FilmFaces(std::move(*tracker), std::move(recogniser), who);
}

void FilmFaces::choose_first(const std::vector<TrackedFace>& found) {
    float largest = 0;
    for (const TrackedFace& each : found) {
        const cv::Rect2f box = each.face.box_px();
        const bool meant = who_.at ? box.contains(*who_.at) : box.area() > largest;
        if (box.height >= who_.least_px && meant) {
            largest = box.area();
            chosen_ = each.track;
        }
    }
}

Result<void> FilmFaces::decide(const cv::Mat& rgb, const TrackedFace& found, Followed& followed, double time_s) {
    if (who_.everybody || found.track == *chosen_) {
        followed.meant = true;
    }
    const bool learns = followed.meant && !who_.everybody && looks_.size() < kMostLooks && time_s >= next_own_look_s_;
    const bool asks = !followed.meant && !looks_.empty() && time_s >= followed.next_look_s;
    if ((!learns && !asks) || !features::faces::is_recognisable(found.face)) {
        return {};
    }
    const auto numbers = recogniser_->numbers_of(rgb, found.face);
    if (!numbers) {
        return numbers.error();
    }
    if (learns) {
        looks_.push_back(*numbers);
        next_own_look_s_ = time_s + kBetweenLooks_s;
        return {};
    }
    double nearest = 2;
    for (const evidence::FaceNumbers& look : looks_) {
        nearest = std::min(nearest, evidence::face_distance(look, *numbers));
    }
    followed.meant = nearest <= kSamePerson;
    followed.next_look_s = time_s + kBetweenLooks_s;
    return {};
}

Face FilmFaces::steadied(const TrackedFace& found, const Followed* before, double time_s) {
    Face face = found.face;
    const double elapsed_s = before != nullptr ? time_s - before->seen_s : 0;
    if (before == nullptr || !(elapsed_s > 0) || elapsed_s > kHeld_s) {
        return face;
    }
    const double turns = 2 * CV_PI * kDepthCutoffHz * elapsed_s;
    const auto share = static_cast<float>(turns / (turns + 1));
    const float height = height_of(face);
    for (std::size_t i = 0; i < face.landmarks_px.size(); ++i) {
        cv::Point3f& point = face.landmarks_px[i];
        const cv::Point3f& last = before->drawn.landmarks_px[i];
        const cv::Point2f smooth = found.smoothed_px[i], raw = face.point(i);
        const auto speed = static_cast<float>(cv::norm(raw - cv::Point2f(last.x, last.y)) / elapsed_s) / height;
        const float trust = kRawAtRest + (kRawInMotion - kRawAtRest) * std::min(1.0F, speed / kMotion);
        const cv::Point2f place = smooth + trust * (raw - smooth);
        point = {place.x, place.y, last.z + share * (point.z - last.z)};
    }
    return face;
}

Result<std::vector<Face>> FilmFaces::next(const cv::Mat& rgb, double time_s) {
    const auto found = tracker_.next(rgb, time_s);
    if (!found) {
        return found.error();
    }
    cut_ = tracker_.cuts() != cuts_;
    cuts_ = tracker_.cuts();
    std::erase_if(followed_, [&](const auto& each) { return cut_ || time_s - each.second.seen_s > kForgotten_s; });
    if (!chosen_ && !who_.everybody) {
        choose_first(*found);
    }
    std::vector<Face> changed;
    for (const TrackedFace& each : *found) {
        if (!chosen_ && !who_.everybody) {
            break;
        }
        const auto known = followed_.find(each.track);
        Face face = steadied(each, known == followed_.end() ? nullptr : &known->second, time_s);
        Followed& followed = followed_[each.track];
        followed.drawn = std::move(face);
        followed.seen_s = time_s;
        if (auto decided = decide(rgb, each, followed, time_s); !decided) {
            return decided.error();
        }
    }
    for (const auto& [track, followed] : followed_) {
        if (followed.meant && time_s - followed.seen_s <= kHeld_s && is_inside(followed.drawn, rgb.size()) &&
            height_of(followed.drawn) >= static_cast<float>(who_.least_px)) {
            changed.push_back(followed.drawn);
        }
    }
    // Who is nearer is drawn over who is farther.
    std::stable_sort(changed.begin(), changed.end(),
                     [](const Face& a, const Face& b) { return height_of(a) < height_of(b); });
    frames_changed_ += changed.empty() ? 0 : 1;
    return changed;
}

}  // namespace bonafide::forge
