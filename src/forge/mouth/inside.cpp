// Proportions of teeth: central incisors are about 8.5 mm wide, then 6.5, 7.5 and 7; at rest a grown-up's lip leaves
// one to three millimetres of the upper ones to be seen (Vig and Brundo, "The kinetics of anterior tooth display",
// Journal of Prosthetic Dentistry 39(5), 1978). Limits: no gums, no gaps, no braces; one light for all.
#include "forge/mouth/inside.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::forge {
namespace {

namespace landmark = features::faces::landmark;

constexpr std::array<float, 5> kToothEdges = {0.0F, 0.135F, 0.235F, 0.35F, 0.46F};
constexpr float kShown = 0.03F;     // below the seam of the closed lips
constexpr float kSmileArc = 0.32F;  // the upper teeth rise to the sides
constexpr float kLowerTeethBelow = 0.02F;
constexpr float kSoft = 0.012F;
constexpr float kGapHalfWidth = 0.007F;

float ramp(float value, float from, float to) {
    const float share = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
    return share * share * (3 - 2 * share);
}

cv::Vec3f mix(const cv::Vec3f& first, const cv::Vec3f& second, float share) {
    return first + share * (second - first);
}

/// 1 on a tooth, less between two of them; `narrower` than the upper ones.
float between_teeth(float x, float narrower, bool middle_gap) {
    float nearest = 1;
    for (std::size_t i = middle_gap ? 0 : 1; i < kToothEdges.size(); ++i) {
        nearest = std::min(nearest, std::abs(std::abs(x) - narrower * kToothEdges[i]));
    }
    return 0.86F + 0.14F * ramp(nearest, 0, 2 * kGapHalfWidth);
}

/// The colours of one mouth.
class Palette {
  public:
    explicit Palette(const cv::Vec3f& skin) {
        const float luma = (skin[0] + skin[1] + skin[2]) / 3;
        const cv::Vec3f cast = skin * (1 / std::max(0.05F, luma));
        // Teeth take a part of the light's colour, which skin shows together with its own.
        const cv::Vec3f ivory(1.0F, 0.95F, 0.84F);
        for (int channel = 0; channel < 3; ++channel) {
            tooth[channel] = (0.22F + 0.68F * luma) * ivory[channel] * (0.5F + 0.5F * cast[channel]);
        }
        dark = cv::Vec3f(0.16F, 0.065F, 0.06F) * (0.35F + luma);
        tongue = cv::Vec3f(0.50F, 0.23F, 0.22F) * (0.3F + 0.9F * luma);
    }
    cv::Vec3f tooth, dark, tongue;
};

}  // namespace

cv::Mat draw_inside(const InsideOrder& order, const cv::Rect& area) {
    const MouthOwner& owner = order.owner;
    const Palette palette(order.skin);
    const cv::Point3f upper = owner.neutral[landmark::kUpperLip];
    // From pixels to the plane of the lips, as the head is turned.
    const cv::Point3f origin = order.place.in_picture({0, 0, upper.z}), right = order.place.in_picture({1, 0, upper.z}),
                      down = order.place.in_picture({0, 1, upper.z});
    const cv::Matx23f to_picture{right.x - origin.x, down.x - origin.x, origin.x,
                                 right.y - origin.y, down.y - origin.y, origin.y};
    cv::Matx23f to_head;
    cv::invertAffineTransform(to_picture, to_head);
    const float middle = (owner.neutral[landmark::kMouthLeft].x + owner.neutral[landmark::kMouthRight].x) / 2;
    const float upper_lip = order.held[landmark::kUpperLip].y, lower_lip = order.held[landmark::kLowerLip].y;
    const float gap = std::max(0.01F, lower_lip - upper_lip);

    cv::Mat own_rgb, own_share;
    if (owner.teeth) {
        // From pixels of the area to pixels of the cut that shows them.
        cv::Mat_<cv::Vec2f> map(area.size());
        for (int y = 0; y < area.height; ++y) {
            for (int x = 0; x < area.width; ++x) {
                const cv::Vec2f head =
                    to_head * cv::Vec3f(static_cast<float>(area.x + x), static_cast<float>(area.y + y), 1);
                map(y, x) = owner.teeth->places * cv::Vec3f(head[0], head[1], 1);
            }
        }
        cv::remap(owner.teeth->rgb, own_rgb, map, cv::Mat(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
        cv::remap(owner.teeth->share, own_share, map, cv::Mat(), cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                  cv::Scalar::all(0));
    }
    cv::Mat_<cv::Vec3f> drawn(area.size());
    for (int y = 0; y < area.height; ++y) {
        for (int x = 0; x < area.width; ++x) {
            const cv::Vec2f head =
                to_head * cv::Vec3f(static_cast<float>(area.x + x), static_cast<float>(area.y + y), 1);
            const float across = head[0] - middle, height = head[1];
            const float aside = across / owner.half_width;
            // Darker to the corners and under the upper lip, where no light comes.
            const float lit = (1 - 0.55F * ramp(std::abs(aside), 0.35F, 1.0F));
            cv::Vec3f colour = palette.dark * (0.55F + 0.45F * lit);
            const float deep = (height - upper_lip) / gap;
            const float tongue =
                ramp(deep, 0.62F, 1.0F) * (1 - ramp(std::abs(aside), 0.3F, 0.75F)) * ramp(gap, 0.08F, 0.2F);
            colour = mix(colour, palette.tongue * (0.6F + 0.4F * lit), 0.75F * tongue);

            const float lower_edge = owner.seam + 0.75F * order.drop + kLowerTeethBelow + 0.1F * across * across;
            const float lower =
                ramp(height, lower_edge - kSoft, lower_edge + kSoft) * (1 - ramp(std::abs(across), 0.24F, 0.34F));
            colour = mix(colour, palette.tooth * (0.62F * lit * between_teeth(across, 0.62F, true)), lower);

            const cv::Vec3f shadow = palette.tongue * 0.35F;
            const float upper_edge = owner.seam + kShown - kSmileArc * across * across;
            float share =
                (1 - ramp(height, upper_edge - kSoft, upper_edge + kSoft)) * (1 - ramp(std::abs(across), 0.36F, 0.46F));
            // The lip's shadow, and what little light a narrow slit lets in.
            const float shaded = (0.5F + 0.5F * ramp((height - upper_lip) / 0.06F, 0.0F, 1.0F)) *
                                 (0.55F + 0.45F * ramp(gap, 0.01F, 0.06F));
            cv::Vec3f tooth = palette.tooth * (lit * between_teeth(across, 1, true));
            if (owner.teeth) {
                const float own =
                    own_share.at<float>(y, x) * (1 - ramp(height, upper_edge + 0.03F, upper_edge + 0.09F));
                const cv::Vec3b& pixel = own_rgb.at<cv::Vec3b>(y, x);
                const cv::Vec3f seen(static_cast<float>(pixel[0]) / 255, static_cast<float>(pixel[1]) / 255,
                                     static_cast<float>(pixel[2]) / 255);
                tooth = mix(tooth, seen, own);
                share = std::max(share, own);
            }
            drawn(y, x) = mix(colour, mix(shadow, tooth, shaded), share);
        }
    }
    return drawn;
}

}  // namespace bonafide::forge
