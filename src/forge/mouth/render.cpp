// The lower face warped from what it does to what it is to do. Where the lips and the jaw belong follows from the head
// alone: its place is fitted to what does not speak, and the mouth at rest and its movement are laid onto it. So the
// picture's own movement of the mouth is taken out by the same warp that puts the new one in, and the skin keeps its
// own light and grain; only what lies between the lips is drawn. Limits: creases of cheeks and chin stay as they were;
// a beard or a hand in front is warped along; from about 30 degrees to the side the far corner is guessed.
#include "forge/mouth/render.h"

#include "base/ensure.h"
#include "forge/face.h"
#include "forge/mouth/inside.h"
#include "forge/mouth/warp.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::forge {
namespace {

using features::faces::Face;
namespace landmark = features::faces::landmark;

/// Chin and what lies between it and the lips: goes with the jaw as far as goes_with_jaw() says.
constexpr std::array<std::size_t, 38> kJaw = {200, 199, 175, 152, 148, 176, 149, 150, 377, 400, 378, 379, 140,
                                              171, 396, 369, 208, 428, 201, 421, 32,  262, 194, 418, 204, 424,
                                              211, 431, 170, 395, 169, 394, 210, 430, 212, 432, 202, 422};
/// Nose, cheeks and the rest of the outline: stays.
constexpr std::array<std::size_t, 40> kFixed = {2,   97,  326, 98,  327, 1,   129, 358, 50,  280, 205, 425, 187, 411,
                                                147, 376, 123, 352, 213, 433, 192, 416, 138, 367, 136, 365, 172, 397,
                                                58,  288, 132, 361, 93,  323, 36,  266, 101, 330, 207, 427};
/// The outline of the lower face; beyond it nothing moves.
constexpr std::array<std::size_t, 19> kOutline = {93,  132, 58,  172, 136, 150, 149, 176, 148, 152,
                                                  377, 400, 378, 379, 365, 397, 288, 361, 323};
constexpr float kBeyond = 1.55F;
constexpr float kOffTheTeeth = 0.2F;  // of an open lip's height: its inner edge shows teeth or dark
constexpr int kFiner = 4;

/// The anchors of the skin around the lips, and of all that stays.
std::vector<Anchor> skin_anchors(const Face& face, const MouthOwner& owner, const HeadPlace& place,
                                 const HeadPoints& held) {
    std::vector<Anchor> anchors;
    const auto goes = [&](std::size_t number, float share) {
        const cv::Point2f there = face.point(number);
        const cv::Point3f wanted = place.in_picture(held[number]);
        anchors.push_back({there + share * (cv::Point2f(wanted.x, wanted.y) - there), there});
    };
    for (std::size_t ring = kLipRings - 1; ring < kMouthRings.size(); ++ring) {
        for (std::size_t i = 0; i < kAround; ++i) {
            const bool upper = i > 0 && i < kHalfAround;
            goes(kMouthRings[ring][i], ring < kLipRings ? 1 : upper ? 0.6F : 0.95F);
        }
    }
    for (const std::size_t number : kJaw) {
        goes(number, goes_with_jaw(owner, owner.neutral[number]));
    }
    for (const std::size_t number : kFixed) {
        goes(number, 0);
    }
    const cv::Point2f middle = face.point(landmark::kNoseTip);
    for (const std::size_t number : kOutline) {
        const cv::Point2f beyond = middle + kBeyond * (face.point(number) - middle);
        anchors.push_back({beyond, beyond});
    }
    return anchors;
}

/// 1 where the warp counts, fading to 0 towards the edge of the area.
cv::Mat warp_weight(const std::vector<Anchor>& anchors, const cv::Rect& area, float unit_px) {
    std::vector<cv::Point2f> places;
    places.reserve(anchors.size());
    for (const Anchor& anchor : anchors) {
        places.push_back(anchor.here - cv::Point2f(area.tl()));
    }
    cv::Mat mask = filled_hull(places, area.size()), weight;
    const int reach = std::max(1, cvRound(0.1F * unit_px));
    cv::erode(mask, mask, cv::getStructuringElement(cv::MORPH_RECT, {2 * reach + 1, 2 * reach + 1}));
    mask.convertTo(weight, CV_32F, 1 / 255.0);
    cv::blur(weight, weight, {2 * reach + 1, 2 * reach + 1});
    return weight;
}

/// The lips, ring by ring: each ring of landmarks, where it goes and where it is.
std::array<std::array<Anchor, kAround>, kLipRings> lip_anchors(const Face& face, const HeadPlace& place,
                                                               const HeadPoints& held) {
    std::array<std::array<Anchor, kAround>, kLipRings> rings;
    for (std::size_t ring = 0; ring < kLipRings; ++ring) {
        for (std::size_t i = 0; i < kAround; ++i) {
            const std::size_t number = kMouthRings[ring][i];
            const cv::Point3f wanted = place.in_picture(held[number]);
            rings[ring][i] = {{wanted.x, wanted.y}, face.point(number)};
        }
    }
    for (std::size_t i = 0; i < kAround; ++i) {
        const std::size_t opposite = (kAround - i) % kAround;
        const cv::Point2f outer = face.point(kMouthRings[kLipRings - 1][i]), inner = face.point(kMouthRings[0][i]);
        const auto gap = static_cast<float>(cv::norm(inner - face.point(kMouthRings[0][opposite])));
        const float lip = std::max(1.0F, static_cast<float>(cv::norm(outer - inner)));
        const float open = std::min(1.0F, 2 * gap / lip);
        rings[0][i].there += kOffTheTeeth * open * (outer - inner);
        rings[1][i].there += kOffTheTeeth / 2 * open * (outer - inner);
    }
    return rings;
}

void map_lips(cv::Mat& map, const cv::Rect& area, const std::array<std::array<Anchor, kAround>, kLipRings>& rings) {
    for (std::size_t ring = 0; ring + 1 < kLipRings; ++ring) {
        for (std::size_t i = 0; i < kAround; ++i) {
            const std::size_t next = (i + 1) % kAround;
            map_triangle(map, area, rings[ring][i], rings[ring + 1][i], rings[ring + 1][next]);
            map_triangle(map, area, rings[ring][i], rings[ring + 1][next], rings[ring][next]);
        }
    }
}

/// How much of each pixel of `area` lies between the lips: CV_32FC1. `least_px`: lips that touch still leave a line.
cv::Mat between_lips(const std::array<Anchor, kAround>& inner, const cv::Rect& area, float unit_px, float line) {
    const cv::Size fine(area.width * kFiner, area.height * kFiner);
    cv::Mat mask = cv::Mat::zeros(fine, CV_8UC1);
    std::vector<std::vector<cv::Point>> outline(1);
    std::vector<cv::Point> seam;
    for (const Anchor& anchor : inner) {
        const cv::Point2f place = (anchor.here - cv::Point2f(area.tl())) * kFiner;
        outline[0].emplace_back(cvRound(place.x), cvRound(place.y));
    }
    for (std::size_t i = 0; i <= kHalfAround; ++i) {
        seam.push_back((outline[0][i] + outline[0][(kAround - i) % kAround]) / 2);
    }
    const int width = std::max(1, cvRound(0.012F * unit_px * kFiner));
    cv::polylines(mask, seam, false, cv::Scalar::all(line * 255), width, cv::LINE_AA);
    cv::fillPoly(mask, outline, 255, cv::LINE_AA);
    cv::Mat small, weight;
    cv::resize(mask, small, area.size(), 0, 0, cv::INTER_AREA);
    small.convertTo(weight, CV_32F, 1 / 255.0);
    cv::GaussianBlur(weight, weight, {}, std::max(0.5, 0.008 * static_cast<double>(unit_px)));
    return weight;
}

cv::Vec3f skin_around(const cv::Mat& rgb, const Face& face) {
    cv::Vec3f sum;
    float count = 0;
    for (const std::size_t number : {205U, 425U, 18U, 200U, 50U, 280U}) {
        const cv::Point place = face.point(number);
        if (cv::Rect({0, 0}, rgb.size()).contains(place)) {
            sum += cv::Vec3f(rgb.at<cv::Vec3b>(place)) / 255;
            ++count;
        }
    }
    return count > 0 ? sum * (1 / count) : cv::Vec3f(0.5F, 0.5F, 0.5F);
}

}  // namespace

cv::Mat hold_mouth(const cv::Mat& rgb, const Face& face, const MouthOwner& owner, const MouthShape& shape) {
    ENSURE(rgb.type() == CV_8UC3 && owner.neutral.size() == face.landmarks_px.size());
    const HeadPlace place = place_of(owner.neutral, face);
    const HeadPoints held = holding(owner, shape);
    const std::vector<Anchor> anchors = skin_anchors(face, owner, place, held);
    std::vector<cv::Point2f> all;
    all.reserve(anchors.size());
    for (const Anchor& anchor : anchors) {
        all.push_back(anchor.here);
    }
    const cv::Rect area = cv::boundingRect(all) & cv::Rect({0, 0}, rgb.size());
    cv::Mat result = rgb.clone();
    if (area.width < 8 || area.height < 8) {
        return result;
    }
    const float unit_px = place.unit_px;
    cv::Mat map = thin_plate(anchors, area, unit_px);
    const cv::Mat weight = warp_weight(anchors, area, unit_px);
    for (int y = 0; y < area.height; ++y) {
        for (int x = 0; x < area.width; ++x) {
            const cv::Vec2f still(static_cast<float>(area.x + x), static_cast<float>(area.y + y));
            cv::Vec2f& from = map.at<cv::Vec2f>(y, x);
            from = still + weight.at<float>(y, x) * (from - still);
        }
    }
    const auto rings = lip_anchors(face, place, held);
    map_lips(map, area, rings);
    cv::Mat warped;
    cv::remap(rgb, warped, map, cv::Mat(), cv::INTER_CUBIC, cv::BORDER_REFLECT_101);
    warped.copyTo(result(area));

    std::vector<cv::Point2f> inner;
    for (const Anchor& anchor : rings[0]) {
        inner.push_back(anchor.here);
    }
    cv::Rect mouth = cv::boundingRect(inner);
    const int margin = 3 + cvRound(0.05F * unit_px);
    mouth = cv::Rect(mouth.x - margin, mouth.y - margin, mouth.width + 2 * margin, mouth.height + 2 * margin) & area;
    if (mouth.empty()) {
        return result;
    }
    const float own_opening = std::max(0.0F, opening_of(place.in_head(face)));
    const cv::Mat share = between_lips(rings[0], mouth, unit_px, 0.7F * std::min(1.0F, own_opening / 0.04F));
    const cv::Mat drawn = draw_inside({owner, place, held, jaw_drop(shape), skin_around(rgb, face)}, mouth);
    for (int y = 0; y < mouth.height; ++y) {
        for (int x = 0; x < mouth.width; ++x) {
            cv::Vec3b& pixel = result.at<cv::Vec3b>(mouth.y + y, mouth.x + x);
            const cv::Vec3f above = drawn.at<cv::Vec3f>(y, x) * 255.0F;
            const float part = share.at<float>(y, x);
            for (int channel = 0; channel < 3; ++channel) {
                pixel[channel] = cv::saturate_cast<std::uint8_t>(part * above[channel] +
                                                                 (1 - part) * static_cast<float>(pixel[channel]));
            }
        }
    }
    return result;
}

}  // namespace bonafide::forge
