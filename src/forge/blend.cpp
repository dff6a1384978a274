// Shiohara and Yamasaki, "Detecting deepfakes with self-blended images", CVPR 2022. Deviations: the changes of colour
// and sharpness are always made to the copy that is blended in, never to its surroundings, so that the picture outside
// the mask stays as it was; masks come from 468 landmarks; no compression follows (`forge launder` does that).
#include "forge/blend.h"

#include "forge/face.h"
#include "forge/random.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bonafide::forge {
namespace {

using features::faces::Face;
namespace landmark = features::faces::landmark;

// Ranges of the paper's own program, where it names them.
constexpr double kColourShift = 12;                                // grey levels, each channel by itself
constexpr double kHueShift = 8, kSaturation = 0.3, kValue = 0.15;  // degrees; shares
constexpr double kContrast = 0.1, kBrightness = 0.1;
constexpr double kShiftAcross = 0.03, kShiftDown = 0.015;  // of the face's size
constexpr double kLeastScale = 0.95, kMostScale = 1.05;
constexpr std::array<double, 6> kShares = {0.25, 0.5, 0.75, 1, 1, 1};
constexpr double kWarp = 0.04;  // of the face's size
constexpr double kThinnestEdge = 0.012, kWidestEdge = 0.07;
constexpr int kPatchPoints = 14;
// Along the line from forehead to chin.
constexpr float kBrows = 0.24F, kMiddle = 0.52F;
constexpr float kInnerShare = 0.68F;

/// Share of the way from the forehead to the chin at which `point` lies.
float height_on(const Face& face, cv::Point2f point) {
    const cv::Point2f top = face.point(landmark::kForehead), axis = face.point(landmark::kChin) - top;
    return (point - top).dot(axis) / std::max(1.0F, axis.dot(axis));
}

std::vector<cv::Point2f> outline_of(const Face& face, MaskShape shape, Random& random) {
    const std::vector<cv::Point2f> all = points_of(face);
    if (shape == MaskShape::kFace) {
        return all;
    }
    std::vector<cv::Point2f> chosen;
    if (shape == MaskShape::kInner) {
        cv::Point2f middle;
        for (const cv::Point2f& point : all) {
            middle += point * (1 / static_cast<float>(all.size()));
        }
        for (const cv::Point2f& point : all) {
            chosen.push_back(middle + (point - middle) * kInnerShare);
        }
        return chosen;
    }
    if (shape == MaskShape::kPatch) {
        // A neighbourhood of one landmark, so that now and then a single eye or a corner of the mouth is exchanged.
        const cv::Point2f centre = all[random.below(all.size())];
        const double reach = random.between(0.25, 0.5) * face.box_px().height;
        for (int i = 0; i < kPatchPoints; ++i) {
            const double angle = 2 * CV_PI * (i + random.unit()) / kPatchPoints;
            const double length = reach * random.between(0.6, 1);
            chosen.emplace_back(centre.x + static_cast<float>(length * std::cos(angle)),
                                centre.y + static_cast<float>(length * std::sin(angle)));
        }
        return chosen;
    }
    const float least = shape == MaskShape::kBelowBrows ? kBrows : kMiddle;
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [&](const cv::Point2f& point) { return height_on(face, point) >= least; });
    return chosen;
}

/// Bends `mask` by a smooth random field of up to `reach_px`.
cv::Mat warped(const cv::Mat& mask, double reach_px, Random& random) {
    constexpr int kKnots = 5;
    std::array<cv::Mat, 2> fields;
    for (cv::Mat& field : fields) {
        cv::Mat knots(kKnots, kKnots, CV_32FC1);
        for (auto knot = knots.begin<float>(); knot != knots.end<float>(); ++knot) {
            *knot = static_cast<float>(random.between(-reach_px, reach_px));
        }
        cv::resize(knots, field, mask.size(), 0, 0, cv::INTER_CUBIC);
        for (int y = 0; y < field.rows; ++y) {
            for (int x = 0; x < field.cols; ++x) {
                field.at<float>(y, x) += static_cast<float>(&field == fields.data() ? x : y);
            }
        }
    }
    cv::Mat bent;
    cv::remap(mask, bent, fields[0], fields[1], cv::INTER_LINEAR, cv::BORDER_CONSTANT);
    return bent;
}

/// The paper's soft mask: blurred, cut where it fades, and blurred again, so that it stays within the shape.
cv::Mat softened(const cv::Mat& shape, double face_px, Random& random) {
    cv::Mat soft, inside;
    const double first = random.between(kThinnestEdge, kWidestEdge) * face_px;
    const double second = random.between(kThinnestEdge, kWidestEdge) * face_px;
    shape.convertTo(soft, CV_32F, 1 / 255.0);
    cv::GaussianBlur(soft, soft, {}, first, first, cv::BORDER_CONSTANT);
    cv::threshold(soft, inside, 0.75, 1, cv::THRESH_BINARY);
    cv::GaussianBlur(inside, soft, {}, second, second, cv::BORDER_CONSTANT);
    double most = 0;
    cv::minMaxLoc(soft, nullptr, &most);
    return most > 0 ? cv::Mat(soft / most) : soft;
}

void change_colour(cv::Mat& rgb, Random& random) {
    const auto shift = [&](double reach) { return random.between(-reach, reach); };
    cv::Mat hsv, values;
    cv::cvtColor(rgb, hsv, cv::COLOR_RGB2HSV_FULL);
    hsv.convertTo(values, CV_32F);
    std::vector<cv::Mat> planes;
    cv::split(values, planes);
    planes[0] += 256 * shift(kHueShift) / 360;
    cv::Mat wrapped;  // hue is a circle
    planes[0] += 256;
    planes[0].convertTo(wrapped, CV_16U);
    wrapped.forEach<std::uint16_t>([](std::uint16_t& value, const int*) { value = value & 255U; });
    wrapped.convertTo(planes[0], CV_32F);
    planes[1] *= 1 + shift(kSaturation);
    planes[2] *= 1 + shift(kValue);
    cv::merge(planes, values);
    values.convertTo(hsv, CV_8U);
    cv::cvtColor(hsv, rgb, cv::COLOR_HSV2RGB_FULL);
    const double gain = 1 + shift(kContrast), lift = 255 * shift(kBrightness) / 2;
    cv::Mat sum;
    rgb.convertTo(sum, CV_32F, gain, 127.5 * (1 - gain) + lift);
    sum += cv::Scalar(shift(kColourShift), shift(kColourShift), shift(kColourShift));
    sum.convertTo(rgb, CV_8U);
}

/// Softer by a detour over a smaller size, or sharper. Returns words for it.
std::string change_sharpness(cv::Mat& rgb, Random& random) {
    char words[64];
    cv::Mat other;
    if (random.chance(0.5)) {
        const double factor = random.between(1.5, 4);
        cv::resize(rgb, other, {}, 1 / factor, 1 / factor, cv::INTER_AREA);
        cv::resize(other, rgb, rgb.size(), 0, 0, random.chance(0.5) ? cv::INTER_LINEAR : cv::INTER_CUBIC);
        std::snprintf(words, sizeof words, "softened %.1f times", factor);
    } else {
        const double amount = random.between(0.3, 1);
        cv::GaussianBlur(rgb, other, {}, 1.2);
        cv::addWeighted(rgb, 1 + amount, other, -amount, 0, rgb);
        std::snprintf(words, sizeof words, "sharpened by %.1f", amount);
    }
    return words;
}

}  // namespace

const std::vector<MaskShapeName>& mask_shapes() {
    static const std::vector<MaskShapeName> all = {
        {MaskShape::kFace, "face", "from the forehead to the chin"},
        {MaskShape::kBelowBrows, "below-brows", "the face without the forehead"},
        {MaskShape::kLowerHalf, "lower", "from the middle of the nose to the chin"},
        {MaskShape::kInner, "inner", "eyes, nose and mouth"},
        {MaskShape::kPatch, "patch", "a place on the face, anywhere"}};
    return all;
}

Blended blend(const cv::Mat& rgb, const Face& face, std::uint64_t seed, const MaskShape* shape) {
    ENSURE(rgb.type() == CV_8UC3);
    Random random(seed);
    Blended result;
    const std::size_t drawn = random.below(mask_shapes().size());  // drawn in any case: the rest must not depend on it
    result.shape = shape != nullptr ? *shape : mask_shapes()[drawn].shape;
    const double face_px = face.box_px().height;

    cv::Mat copy = rgb.clone();
    change_colour(copy, random);
    const std::string sharpness = change_sharpness(copy, random);
    const double scale = random.between(kLeastScale, kMostScale);
    const double across = random.between(-kShiftAcross, kShiftAcross) * face_px;
    const double down = random.between(-kShiftDown, kShiftDown) * face_px;
    const cv::Rect2f box = face.box_px();
    const cv::Point2f centre(box.x + box.width / 2, box.y + box.height / 2);
    const cv::Matx23d move(scale, 0, centre.x * (1 - scale) + across, 0, scale, centre.y * (1 - scale) + down);
    cv::Mat moved;
    cv::warpAffine(copy, moved, move, rgb.size(), cv::INTER_CUBIC, cv::BORDER_REFLECT_101);

    const cv::Mat outline = filled_hull(outline_of(face, result.shape, random), rgb.size());
    const double share = kShares[random.below(kShares.size())];
    result.mask = softened(warped(outline, kWarp * face_px, random), face_px, random) * share;

    cv::Mat weights, below, above;
    cv::merge(std::vector<cv::Mat>(3, result.mask), weights);
    rgb.convertTo(below, CV_32F);
    moved.convertTo(above, CV_32F);
    below += weights.mul(above - below);
    below.convertTo(result.rgb, CV_8U);

    const auto named = std::find_if(mask_shapes().begin(), mask_shapes().end(),
                                    [&](const MaskShapeName& each) { return each.shape == result.shape; });
    char words[240];
    std::snprintf(
        words, sizeof words,
        "a face blended with a changed copy of itself: mask '%s', share %.2f, %s, scale %.3f, shift %.1f, %.1f px",
        std::string(named->name).c_str(), share, sharpness.c_str(), scale, across, down);
    result.description = words;
    return result;
}

}  // namespace bonafide::forge
