#include "media/yuv420_rgb.h"

#include "base/ensure.h"
#include "base/lanes.h"

#include <algorithm>
#include <vector>

namespace bonafide::media {
namespace {

/// libswscale's table of 8-bit results begins so many steps of luma below zero.
constexpr int kTableStart = 384;
constexpr int kZeroOfFullRange = 384, kZeroOfLimitedRange = 326;
constexpr int kHalf = 0x8000;  // of a step of the result

/// Steps of luma that chroma adds to a colour, in whole numbers.
struct Added {
    std::int32_t slope = 0, at_zero = 0;
    std::int32_t operator()(std::int32_t chroma) const { return ((chroma * slope) >> 16) + at_zero; }
};

/// What the colours are made from; 16 bits behind the point.
struct Rule {
    std::int32_t luma_slope = 0, at_zero = 0;
    Added red_of_red, blue_of_blue, green_of_blue, green_of_red;
};

Rule rule_of(const Yuv420& picture) {
    constexpr std::int64_t kOne = 1 << 16;
    const std::int64_t slope = picture.full_range ? kOne : kOne * 255 / 219;
    const auto added = [&](std::int64_t coefficient) {
        const std::int64_t ranged = picture.full_range ? coefficient * 224 / 255 : coefficient;
        const std::int64_t steps = (ranged * kOne + kHalf) / slope;
        return Added{static_cast<std::int32_t>(steps), static_cast<std::int32_t>(-(steps >> 9))};
    };
    Rule rule;
    rule.luma_slope = static_cast<std::int32_t>(slope);
    const std::int64_t darkest = picture.full_range ? 0 : 16 * kOne;
    const std::int64_t zero = picture.full_range ? kZeroOfFullRange : kZeroOfLimitedRange;
    rule.at_zero = static_cast<std::int32_t>(-kTableStart * kOne - darkest + zero * slope + kHalf);
    rule.red_of_red = added(picture.coefficients[0]);
    rule.blue_of_blue = added(picture.coefficients[1]);
    rule.green_of_blue = added(-static_cast<std::int64_t>(picture.coefficients[2]));
    rule.green_of_red = added(-static_cast<std::int64_t>(picture.coefficients[3]));
    return rule;
}

/// Bicubic weights of four rows of chroma, for a row of the picture that lies a quarter of a row of chroma above the
/// third of them; mirrored for one that lies as far below the second. Of 4096.
constexpr std::array<std::int32_t, 4> kWeightsAbove = {-115, 985, 3572, -346};
/// In the first and the third row the library leaves out the one that lies above the picture.
constexpr std::array<std::int32_t, 4> kWeightsOfTop = {0, 959, 3473, -336};

BONAFIDE_ALSO_FOR_AVX2
void mix_chroma(const std::array<const std::uint8_t*, 4>& rows, const std::array<std::int32_t, 4>& weights, int width,
                std::int32_t* mixed) {
    const std::uint8_t *first = rows[0], *second = rows[1], *third = rows[2], *fourth = rows[3];
    for (int x = 0; x < width; ++x) {
        const std::int32_t sum =
            first[x] * weights[0] + second[x] * weights[1] + third[x] * weights[2] + fourth[x] * weights[3] + 2048;
        mixed[x] = std::min(std::max(sum >> 12, 0), 255);
    }
}

/// What chroma says of the colours of a row, each twice, for both pixels that share it.
BONAFIDE_ALSO_FOR_AVX2
void colours_of(const std::int32_t* __restrict blues, const std::int32_t* __restrict reds, int width, const Rule& given,
                std::int32_t* __restrict red, std::int32_t* __restrict green, std::int32_t* __restrict blue) {
    const Rule rule = given;
    for (int x = 0; x < width; ++x) {
        const std::int32_t r = rule.at_zero + rule.red_of_red(reds[x]) * rule.luma_slope;
        const std::int32_t g =
            rule.at_zero + (rule.green_of_blue(blues[x]) + rule.green_of_red(reds[x])) * rule.luma_slope;
        const std::int32_t b = rule.at_zero + rule.blue_of_blue(blues[x]) * rule.luma_slope;
        red[2 * x] = red[2 * x + 1] = r;
        green[2 * x] = green[2 * x + 1] = g;
        blue[2 * x] = blue[2 * x + 1] = b;
    }
}

BONAFIDE_ALSO_FOR_AVX2
void add_luma(const std::uint8_t* __restrict luma, std::int32_t slope, int width, const std::int32_t* __restrict red,
              const std::int32_t* __restrict green, const std::int32_t* __restrict blue, std::uint8_t* __restrict reds,
              std::uint8_t* __restrict greens, std::uint8_t* __restrict blues) {
    for (int x = 0; x < width; ++x) {
        const std::int32_t light = luma[x] * slope;
        reds[x] = static_cast<std::uint8_t>(std::min(std::max((light + red[x]) >> 16, 0), 255));
        greens[x] = static_cast<std::uint8_t>(std::min(std::max((light + green[x]) >> 16, 0), 255));
        blues[x] = static_cast<std::uint8_t>(std::min(std::max((light + blue[x]) >> 16, 0), 255));
    }
}

}  // namespace

cv::Mat rgb_of(const Yuv420& picture) {
    const int width = picture.size.width, height = picture.size.height;
    ENSURE(width > 0 && height >= Yuv420::kLeastHeight && width % 2 == 0 && height % 2 == 0);
    const Rule rule = rule_of(picture);
    const int chroma_width = width / 2, chroma_height = height / 2;
    cv::Mat rgb(picture.size, CV_8UC3);
    const auto columns = static_cast<std::size_t>(width);
    std::vector<std::int32_t> blues(columns / 2), reds(columns / 2);
    std::array<std::vector<std::int32_t>, 3> added;
    std::array<cv::Mat, 3> colours;
    for (std::size_t i = 0; i < 3; ++i) {
        added[i].resize(columns);
        colours[i].create(1, width, CV_8UC1);
    }
    for (int y = 0; y < height; ++y) {
        const bool is_above = y % 2 == 0;
        std::array<std::int32_t, 4> weights = y == 0 || y == 2 ? kWeightsOfTop : kWeightsAbove;
        if (!is_above) {
            std::reverse(weights.begin(), weights.end());
        }
        const auto mixed = [&](const Yuv420::Plane& plane, std::vector<std::int32_t>& into) {
            std::array<const std::uint8_t*, 4> rows{};
            for (int row = y / 2 - (is_above ? 2 : 1); const std::uint8_t*& each : rows) {
                each = plane.row(std::clamp(row++, 0, chroma_height - 1));
            }
            mix_chroma(rows, weights, chroma_width, into.data());
        };
        mixed(picture.blue, blues);
        mixed(picture.red, reds);
        colours_of(blues.data(), reds.data(), chroma_width, rule, added[0].data(), added[1].data(), added[2].data());
        add_luma(picture.luma.row(y), rule.luma_slope, width, added[0].data(), added[1].data(), added[2].data(),
                 colours[0].ptr(), colours[1].ptr(), colours[2].ptr());
        cv::Mat row = rgb.row(y);
        cv::merge(colours.data(), colours.size(), row);
    }
    return rgb;
}

}  // namespace bonafide::media
