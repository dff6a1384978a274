// Sub-pixel displacement between two colours of a block, by least squares.
//
// Lucas and Kanade, IJCAI 1981, with a gain and an offset: the colour is taken for b + a (G + dx G_x + dy G_y), linear
// in its four unknowns. Johnson and Farid 2006 maximise mutual information over a search instead, which costs far more
// and takes the whole picture's model at once. Limits: displacements beyond about a pixel are underestimated, as are
// those of noisy blocks; where red or blue do not follow green (saturated colours) nothing is measured.
#include "analyzers/image/chromatic_aberration/shifts.h"

#include "base/ensure.h"

#include <array>
#include <cmath>

namespace bonafide::analyzers::aberration {
namespace {

constexpr int kRowStep = 2;
constexpr double kLeastExplained = 0.9;  // share of the colour's variance that green explains
constexpr double kLeastGain = 0.3, kMostGain = 3;
constexpr double kLeastVariance = 30;  // (8-bit levels)^2
constexpr double kMostDisplacementPx = 3;
constexpr double kMostUncertaintyPx = 0.15;
constexpr double kMostClipped = 0.02;
constexpr float kDarkest = 4, kBrightest = 250;

/// What a block's colour varies by, of every second row.
struct Tone {
    double power = 0, sum = 0, clipped = 0;
    static constexpr double kCount = kBlockPx * (kBlockPx / kRowStep);

    double variance() const { return power / kCount - std::pow(sum / kCount, 2); }
    // Most blocks of most pictures are too even: they are told apart before the equations, which cost most.
    bool is_usable() const { return variance() >= kLeastVariance && clipped <= kMostClipped * kCount; }
};

template <class Value>
Tone tone_of(const cv::Mat& rgb, cv::Point corner, int channel, float scale) {
    Tone tone;
    for (int y = corner.y; y < corner.y + kBlockPx; y += kRowStep) {
        const auto* here = rgb.ptr<Value>(y);
        float power = 0, sum = 0;
        int clipped = 0;
        for (int x = corner.x; x < corner.x + kBlockPx; ++x) {
            const float green = static_cast<float>(here[3 * x + 1]) * scale - 128;
            const float colour = static_cast<float>(here[3 * x + channel]) * scale - 128;
            power += colour * colour;
            sum += colour;
            const float level = colour + 128, green_level = green + 128;
            clipped += static_cast<int>(level < kDarkest || level > kBrightest || green_level < kDarkest ||
                                        green_level > kBrightest);
        }
        tone.power += power;
        tone.sum += sum;
        tone.clipped += clipped;
    }
    return tone;
}

/// Normal equations of the four unknowns b, a, a dx, a dy.
struct Equations {
    cv::Matx44d normal = cv::Matx44d::zeros();
    cv::Vec4d right{};
};

template <class Value>
Equations gather(const cv::Mat& rgb, cv::Point corner, int channel, float scale) {
    std::array<float, 13> sums{};
    for (int y = corner.y; y < corner.y + kBlockPx; y += kRowStep) {
        const auto* here = rgb.ptr<Value>(y);
        const auto* above = rgb.ptr<Value>(y - 1);
        const auto* below = rgb.ptr<Value>(y + 1);
        std::array<float, 13> row{};
        for (int x = corner.x; x < corner.x + kBlockPx; ++x) {
            const int at = 3 * x + 1;
            const float green = static_cast<float>(here[at]) * scale - 128;
            const float across = (static_cast<float>(here[at + 3]) - static_cast<float>(here[at - 3])) * scale * 0.5F;
            const float down = (static_cast<float>(below[at]) - static_cast<float>(above[at])) * scale * 0.5F;
            const float colour = static_cast<float>(here[3 * x + channel]) * scale - 128;
            const std::array<float, 13> terms = {
                green,         across,      down,   green * green,  green * across,  green * down, across * across,
                across * down, down * down, colour, colour * green, colour * across, colour * down};
            for (std::size_t index = 0; index < terms.size(); ++index) {
                row[index] += terms[index];
            }
        }
        for (std::size_t index = 0; index < row.size(); ++index) {
            sums[index] += row[index];
        }
    }
    const auto s = [&](int index) { return static_cast<double>(sums[static_cast<std::size_t>(index)]); };
    return {cv::Matx44d(Tone::kCount, s(0), s(1), s(2), s(0), s(3), s(4), s(5), s(1), s(4), s(6), s(7), s(2), s(5),
                        s(7), s(8)),
            cv::Vec4d(s(9), s(10), s(11), s(12))};
}

bool solve(const Equations& equations, const Tone& tone, Shift& shift) {
    bool solved = false;
    const cv::Matx44d inverse = equations.normal.inv(cv::DECOMP_CHOLESKY, &solved);
    if (!solved) {
        return false;
    }
    const cv::Vec4d found = inverse * equations.right;
    const double gain = found[1];
    const double unexplained = std::max(0.0, (tone.power - found.dot(equations.right)) / (Tone::kCount - 4));
    if (!(gain > kLeastGain && gain < kMostGain) || !(unexplained < (1 - kLeastExplained) * tone.variance())) {
        return false;
    }
    // The colour at x shows what green shows at x + d: it lies d further left, hence the sign.
    shift.displacement = {-found[2] / gain, -found[3] / gain};
    const double worst = std::max(inverse(2, 2), inverse(3, 3));
    shift.uncertainty_px = std::sqrt(std::max(0.0, worst * unexplained)) / gain;
    return std::isfinite(shift.uncertainty_px) && shift.uncertainty_px < kMostUncertaintyPx &&
           std::hypot(shift.displacement.x, shift.displacement.y) < kMostDisplacementPx;
}

template <class Value>
bool measure(const cv::Mat& rgb, cv::Point corner, int channel, float scale, Shift& shift) {
    const Tone tone = tone_of<Value>(rgb, corner, channel, scale);
    return tone.is_usable() && solve(gather<Value>(rgb, corner, channel, scale), tone, shift);
}

}  // namespace

std::vector<Shift> measure_shifts(const cv::Mat& rgb, int channel) {
    ENSURE((rgb.type() == CV_8UC3 || rgb.type() == CV_16UC3) && (channel == 0 || channel == 2));
    std::vector<Shift> shifts;
    for (int y = 1; y + kBlockPx < rgb.rows; y += kBlockPx) {
        for (int x = 1; x + kBlockPx < rgb.cols; x += kBlockPx) {
            Shift shift;
            shift.centre_px = {x + kBlockPx / 2.0, y + kBlockPx / 2.0};
            const bool measured = rgb.depth() == CV_16U
                                      ? measure<unsigned short>(rgb, {x, y}, channel, 1 / 257.0F, shift)
                                      : measure<unsigned char>(rgb, {x, y}, channel, 1, shift);
            if (measured) {
                shifts.push_back(shift);
            }
        }
    }
    return shifts;
}

}  // namespace bonafide::analyzers::aberration
