// How a mouth moves on a head. Distances are in units of the head (about 63 mm); a loud open vowel opens lips by about
// 14 mm, of which the upper one takes a fifth. Limits: two degrees of freedom and a press; no tongue, no asymmetry.
#include "forge/mouth/person.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

using features::faces::Face;
namespace landmark = features::faces::landmark;

constexpr std::size_t kMostKept = 24;
constexpr float kLikeTheMostClosed = 0.02F;
constexpr float kWidestGap = 0.24F, kUpperShare = 0.2F, kChinShare = 0.75F;
constexpr float kCornersDown = 0.25F;  // of the gap
constexpr float kSpread = 0.055F, kRound = 0.085F, kNarrowByJaw = 0.03F, kPout = 0.10F;
constexpr float kPressed = 0.12F;  // of the lips' height
constexpr float kMostTurned_deg = 25;

float ramp(float value, float from, float to) {
    const float share = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
    return share * share * (3 - 2 * share);
}

/// How much of the way skin beyond the lips goes with them.
float skin_share(std::size_t place) {
    const bool upper = place > 0 && place < kHalfAround;
    return upper ? 0.45F : place > kHalfAround ? 0.95F : 0.85F;
}

/// Teeth in the open mouth of `face`: brighter and less red than what is around them.
std::optional<Teeth> teeth_in(const cv::Mat& rgb, const Face& face, const HeadPlace& place, double& seen) {
    std::vector<cv::Point2f> inner;
    for (const std::size_t number : kMouthRings[0]) {
        inner.push_back(face.point(number));
    }
    const cv::Rect box = cv::boundingRect(inner) & cv::Rect({0, 0}, rgb.size());
    if (box.width < 12 || box.height < 3) {
        return std::nullopt;
    }
    std::vector<cv::Point> outline;
    outline.reserve(inner.size());
    for (const cv::Point2f& point : inner) {
        outline.emplace_back(cvRound(point.x) - box.x, cvRound(point.y) - box.y);
    }
    cv::Mat inside = cv::Mat::zeros(box.size(), CV_8UC1);
    cv::fillPoly(inside, std::vector<std::vector<cv::Point>>{outline}, 255);
    cv::erode(inside, inside, cv::Mat());
    constexpr std::size_t kCheek = 205;
    const cv::Point cheek = face.point(kCheek);
    const cv::Rect patch = cv::Rect(cheek.x - 3, cheek.y - 3, 7, 7) & cv::Rect({0, 0}, rgb.size());
    if (patch.empty()) {
        return std::nullopt;
    }
    const cv::Scalar skin = cv::mean(rgb(patch));
    const double skin_luma = std::max(1.0, (skin[0] + skin[1] + skin[2]) / 3);
    const auto skin_red = static_cast<float>(skin[0] / std::max(1.0, (skin[1] + skin[2]) / 2));
    Teeth teeth;
    rgb(box).copyTo(teeth.rgb);
    teeth.share = cv::Mat::zeros(box.size(), CV_32FC1);
    for (int y = 0; y < box.height; ++y) {
        for (int x = 0; x < box.width; ++x) {
            const cv::Vec3b& pixel = teeth.rgb.at<cv::Vec3b>(y, x);
            const float luma = static_cast<float>(pixel[0] + pixel[1] + pixel[2]) / 3;
            const float red =
                static_cast<float>(2 * pixel[0]) / std::max(1.0F, static_cast<float>(pixel[1] + pixel[2]));
            if (inside.at<std::uint8_t>(y, x) != 0) {
                teeth.share.at<float>(y, x) = ramp(luma / static_cast<float>(skin_luma), 0.6F, 0.85F) *
                                              (1 - ramp(red, 0.85F * skin_red, 1.0F * skin_red));
            }
        }
    }
    cv::GaussianBlur(teeth.share, teeth.share, {}, 0.8);
    seen = cv::sum(teeth.share)[0] / static_cast<double>(place.unit_px * place.unit_px);
    const float scale = place.unit_px;
    const cv::Point3f upper = face.landmarks_px[landmark::kUpperLip];
    const cv::Point3f there = place.in_head(upper);
    // The plane of the teeth, seen as it is: head x and y to pixels.
    teeth.places = {scale * place.turn(0, 0), scale * place.turn(0, 1), 0,
                    scale * place.turn(1, 0), scale * place.turn(1, 1), 0};
    teeth.places(0, 2) =
        upper.x - static_cast<float>(box.x) - teeth.places(0, 0) * there.x - teeth.places(0, 1) * there.y;
    teeth.places(1, 2) =
        upper.y - static_cast<float>(box.y) - teeth.places(1, 0) * there.x - teeth.places(1, 1) * there.y;
    return teeth;
}

}  // namespace

float opening_of(const HeadPoints& points) {
    return points[landmark::kLowerLip].y - points[landmark::kUpperLip].y;
}

float jaw_drop(const MouthShape& shape) {
    return kWidestGap * shape.opening;
}

void MouthStudy::add(const cv::Mat& rgb, const Face& face) {
    if (reference_.empty()) {
        reference_ = own_place(face).in_head(face);
    }
    const HeadPlace place = place_of(reference_, face);
    Kept kept{0, place.in_head(face)};
    kept.opening = opening_of(kept.points);
    // Turned far, what is measured of the mouth is a guess: it counts as less closed.
    kept.opening += 0.01F * std::max(0.0F, std::abs(face.pose.yaw_deg) - kMostTurned_deg);
    double seen = 0;
    if (auto teeth = teeth_in(rgb, face, place, seen); teeth && seen > teeth_seen_) {
        constexpr double kWorthKeeping = 0.01;  // of the square of the eyes' distance
        teeth_ = seen > kWorthKeeping ? std::move(teeth) : teeth_;
        teeth_seen_ = seen;
    }
    const auto after = std::upper_bound(kept_.begin(), kept_.end(), kept,
                                        [](const Kept& a, const Kept& b) { return a.opening < b.opening; });
    kept_.insert(after, std::move(kept));
    if (kept_.size() > kMostKept) {
        kept_.pop_back();
    }
}

MouthOwner MouthStudy::owner() const {
    ENSURE(!kept_.empty());
    MouthOwner owner;
    owner.neutral.assign(reference_.size(), {});
    float count = 0;
    for (const Kept& kept : kept_) {
        if (kept.opening <= kept_.front().opening + kLikeTheMostClosed) {
            for (std::size_t i = 0; i < owner.neutral.size(); ++i) {
                owner.neutral[i] += kept.points[i];
            }
            ++count;
        }
    }
    for (cv::Point3f& point : owner.neutral) {
        point *= 1 / count;
    }
    owner.neutral = closed(std::move(owner.neutral));
    owner.seam = (owner.neutral[landmark::kUpperLip].y + owner.neutral[landmark::kLowerLip].y) / 2;
    owner.half_width =
        std::max(0.1F, (owner.neutral[landmark::kMouthLeft].x - owner.neutral[landmark::kMouthRight].x) / 2);
    owner.teeth = teeth_;
    return owner;
}

HeadPoints closed(HeadPoints points) {
    const float gap = std::max(0.0F, opening_of(points));
    // The jaw first, chin and all, then each pair of lips by what is left between them.
    MouthOwner open{points, (points[landmark::kUpperLip].y + points[landmark::kLowerLip].y) / 2, 0, std::nullopt};
    std::vector<bool> moved(points.size());
    for (std::size_t i = 0; i < kAround; ++i) {
        const bool upper = i < kHalfAround;
        const std::size_t opposite = (kAround - i) % kAround;
        const float own_gap =
            std::max(0.0F, (open.neutral[kMouthRings[0][opposite]].y - open.neutral[kMouthRings[0][i]].y) *
                               (upper ? 1.0F : -1.0F));
        const float move =
            -kCornersDown * std::max(0.0F, gap - own_gap) + (upper ? kUpperShare : kUpperShare - 1) * own_gap;
        for (std::size_t ring = 0; ring < kMouthRings.size(); ++ring) {
            points[kMouthRings[ring][i]].y += move * (ring < kLipRings ? 1 : skin_share(i));
            moved[kMouthRings[ring][i]] = true;
        }
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!moved[i]) {
            points[i].y -= goes_with_jaw(open, open.neutral[i]) * kChinShare * gap;
        }
    }
    return points;
}

float goes_with_jaw(const MouthOwner& owner, const cv::Point3f& place) {
    const float chin = owner.neutral[landmark::kChin].y;
    const float below = (place.y - owner.seam) / std::max(0.1F, chin - owner.seam);
    constexpr float kJawHalfWidth = 0.85F;
    const float aside = place.x / kJawHalfWidth;
    return ramp(below, 0, 0.4F) * std::exp(-aside * aside * aside * aside);
}

HeadPoints holding(const MouthOwner& owner, const MouthShape& shape) {
    HeadPoints points = owner.neutral;
    const float gap = jaw_drop(shape);
    const float round = std::max(0.0F, -shape.width), spread = std::max(0.0F, shape.width);
    const float middle = (owner.neutral[landmark::kMouthLeft].x + owner.neutral[landmark::kMouthRight].x) / 2;
    for (std::size_t ring = 0; ring < kMouthRings.size(); ++ring) {
        for (std::size_t i = 0; i < kAround; ++i) {
            cv::Point3f& point = points[kMouthRings[ring][i]];
            const cv::Point3f& inner = owner.neutral[kMouthRings[0][i]];
            const bool upper = i < kHalfAround;
            const float across = std::clamp((inner.x - middle) / owner.half_width, -1.0F, 1.0F);
            const float open = i % kHalfAround == 0 ? 0 : 1 - std::pow(std::abs(across), 2.2F - 0.6F * round);
            const float share = ring < kLipRings ? 1 : skin_share(i);
            const float lip = upper ? -kUpperShare * open : (1 - kUpperShare) * open;
            const float to_seam = inner.y - point.y;
            point.y += share * (gap * (kCornersDown * (1 - open) + lip)) +
                       (ring < kLipRings ? kPressed * shape.press * to_seam - 0.1F * round * open * to_seam : 0);
            point.x += share * across * (kSpread * spread - kRound * round - kNarrowByJaw * shape.opening);
            point.z -= share * kPout * round * open;
        }
    }
    std::vector<bool> of_mouth(points.size());
    for (const MouthRing& ring : kMouthRings) {
        for (const std::size_t number : ring) {
            of_mouth[number] = true;
        }
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!of_mouth[i]) {
            points[i].y += goes_with_jaw(owner, owner.neutral[i]) * kChinShare * gap;
        }
    }
    return points;
}

}  // namespace bonafide::forge
