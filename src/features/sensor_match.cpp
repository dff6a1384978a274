// Is a sensor's pattern in a picture, and where?
//
// Goljan and Fridrich, "Camera identification from cropped and scaled images", SPIE 6819, 2008: the pattern, brought to
// a candidate scale, is correlated at every offset at once through the Fourier transform; the height of the peak over
// the energy of the plane outside its 11 x 11 neighbourhood (PCE) decides. Goljan, Fridrich and Filler, "Large scale
// test of sensor fingerprint camera identification", SPIE 7254, 2009, found 24 in a million foreign pictures of full
// size above a PCE of 60. Deviations: what is correlated with the pattern is residual times intensity, weighted, which
// is the matched filter; scales are a short list of those in use instead of a fine search; quarter turns are tried too.
// Limits: a crop resized by an unusual factor, and pictures from which the camera takes lens distortion out, are not
// found.
#include "features/sensor_match.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::features {
namespace {

constexpr int kPeakRadius = 5;  // 11 x 11
constexpr int kSlackPx = 4;     // rounding of resized sizes
constexpr double kLargestScale = 2, kSmallestScale = 0.1;
/// Long sides, in px, to which pictures are brought before they are sent or shown; and simple fractions.
constexpr std::array kUsualSidesPx = {3264, 2592, 2560, 2048, 1920, 1600, 1440, 1280, 1200, 1080, 1024, 960, 800, 640};
constexpr std::array kUsualFractions = {0.75, 2 / 3.0, 0.5, 1 / 3.0, 0.25};
constexpr double kSameScale = 0.0008;

cv::Size scaled(cv::Size size, double scale) {
    return {static_cast<int>(std::lround(size.width * scale)), static_cast<int>(std::lround(size.height * scale))};
}

cv::Mat resized(const cv::Mat& pattern, cv::Size size) {
    if (size == pattern.size()) {
        return pattern;
    }
    cv::Mat made;
    cv::resize(pattern, made, size, 0, 0, size.width < pattern.cols ? cv::INTER_AREA : cv::INTER_CUBIC);
    return made;
}

cv::Mat turned(const cv::Mat& plane, int quarter_turns) {
    cv::Mat made;
    switch (quarter_turns & 3) {
        case 1:
            cv::rotate(plane, made, cv::ROTATE_90_CLOCKWISE);
            return made;
        case 2:
            cv::rotate(plane, made, cv::ROTATE_180);
            return made;
        case 3:
            cv::rotate(plane, made, cv::ROTATE_90_COUNTERCLOCKWISE);
            return made;
        default:
            return plane;
    }
}

cv::Mat spectrum_of(const cv::Mat& plane, cv::Size size) {
    cv::Mat padded = cv::Mat::zeros(size, CV_32FC1);
    plane.copyTo(padded(cv::Rect({}, plane.size())));
    cv::dft(padded, padded, 0, plane.rows);
    return padded;
}

struct Peak {
    double pce = 0;
    cv::Point at;
    double positions = 0;
};

/// The highest point of `plane` (periodic) within offsets of -kSlackPx to `room` + kSlackPx from `origin`, over the
/// energy around it.
Peak peak_of(const cv::Mat& plane, cv::Point origin, cv::Size room) {
    const cv::Size size = plane.size();
    Peak peak;
    float highest = -std::numeric_limits<float>::max();
    const int wide = std::min(room.width + 2 * kSlackPx + 1, size.width);
    const int high = std::min(room.height + 2 * kSlackPx + 1, size.height);
    for (int y = 0; y < high; ++y) {
        const auto* row = plane.ptr<float>(((origin.y - kSlackPx + y) % size.height + size.height) % size.height);
        int at = ((origin.x - kSlackPx) % size.width + size.width) % size.width;
        for (int x = 0; x < wide; ++x, ++at) {
            at = at == size.width ? 0 : at;
            if (row[at] > highest) {
                highest = row[at];
                peak.at = {x - kSlackPx, y - kSlackPx};
            }
        }
    }
    double near = 0;
    for (int y = -kPeakRadius; y <= kPeakRadius; ++y) {
        const int row = ((origin.y + peak.at.y + y) % size.height + size.height) % size.height;
        for (int x = -kPeakRadius; x <= kPeakRadius; ++x) {
            const int column = ((origin.x + peak.at.x + x) % size.width + size.width) % size.width;
            near += std::pow(plane.at<float>(row, column), 2);
        }
    }
    constexpr double kNear = (2 * kPeakRadius + 1) * (2 * kPeakRadius + 1);
    const double energy = (plane.dot(plane) - near) / std::max(1.0, static_cast<double>(plane.total()) - kNear);
    peak.pce = energy > 0 ? std::copysign(static_cast<double>(highest) * highest / energy, highest) : 0;
    peak.positions = static_cast<double>(wide) * high;
    return peak;
}

/// Compares `products` and its half turn with `pattern`, and keeps in `best` what is better.
void compare(const cv::Mat& products, const cv::Mat& pattern, int quarter_turns, const SensorSearch& search,
             SensorMatch& best) {
    const cv::Size size(cv::getOptimalDFTSize(std::max(pattern.cols, products.cols)),
                        cv::getOptimalDFTSize(std::max(pattern.rows, products.rows)));
    const cv::Mat of_pattern = spectrum_of(pattern, size), of_picture = spectrum_of(products, size);
    const cv::Size room(std::max(0, pattern.cols - products.cols), std::max(0, pattern.rows - products.rows));
    for (const int half : {0, 2}) {
        if (best.pce >= search.enough_pce || (half != 0 && !search.turned)) {
            return;
        }
        // A picture turned by half correlates as the picture itself convolves.
        cv::Mat plane;
        cv::mulSpectrums(of_pattern, of_picture, plane, 0, half == 0);
        cv::dft(plane, plane, cv::DFT_INVERSE | cv::DFT_SCALE);
        const cv::Point origin = half == 0 ? cv::Point() : cv::Point(products.cols - 1, products.rows - 1);
        const Peak peak = peak_of(plane, origin, room);
        ++best.trials;
        best.positions += peak.positions;
        if (best.trials == 1 || peak.pce > best.pce) {
            best.pce = peak.pce;
            best.offset = peak.at;
            best.pattern_size = pattern.size();
            best.quarter_turns = quarter_turns + half;
        }
    }
}

bool covers(cv::Size pattern, cv::Size picture) {
    return pattern.width + 1 >= picture.width && pattern.height + 1 >= picture.height;
}

}  // namespace

std::vector<double> scales_to_try(cv::Size picture, cv::Size pattern, bool with_scaled) {
    std::vector<double> scales;
    const double span = std::max(static_cast<double>(picture.width) / pattern.width,
                                 static_cast<double>(picture.height) / pattern.height);
    const auto add = [&](double scale) {
        const bool known = std::any_of(scales.begin(), scales.end(),
                                       [&](double other) { return std::abs(other / scale - 1) < kSameScale; });
        if (!known && scale >= kSmallestScale && scale <= kLargestScale && covers(scaled(pattern, scale), picture)) {
            scales.push_back(scale);
        }
    };
    add(1);
    if (with_scaled) {
        add(span);
        const auto usual = scales.size();
        for (const int side : kUsualSidesPx) {
            if (side < std::max(pattern.width, pattern.height)) {
                add(static_cast<double>(side) / std::max(pattern.width, pattern.height));
            }
        }
        for (const double fraction : kUsualFractions) {
            add(fraction);
        }
        std::sort(scales.begin() + static_cast<std::ptrdiff_t>(usual), scales.end());
    }
    return scales;
}

SensorMatch match_sensor(const WeightedResidual& picture, const cv::Mat& pattern, const SensorSearch& search) {
    const cv::Size size = picture.residual.size();
    ENSURE(std::min({size.width, size.height, pattern.cols, pattern.rows}) >= kSmallestSensorSidePx);
    cv::Mat products = picture.residual.mul(picture.intensity);
    cv::patchNaNs(products, 0);
    remove_line_means(products);
    SensorMatch best;
    best.pattern_size = pattern.size();
    const auto try_scales = [&](const std::vector<double>& scales, std::size_t first, std::size_t last, int turns) {
        const cv::Mat upright = turned(products, turns);
        for (std::size_t index = first; index < std::min(last, scales.size()); ++index) {
            if (best.pce >= search.enough_pce) {
                return;
            }
            const cv::Mat under = resized(pattern, scaled(pattern.size(), scales[index]));
            compare(upright, under, turns, search, best);
        }
    };
    // The likely ones of both orientations come before the list of usual sizes.
    constexpr std::size_t kLikely = 2;
    const std::vector<double> scales = scales_to_try(size, pattern.size(), search.scaled);
    try_scales(scales, 0, kLikely, 0);
    if (search.turned) {
        std::vector<double> across = scales_to_try({size.height, size.width}, pattern.size(), search.scaled);
        std::erase_if(across, [](double scale) { return scale > 1; });
        try_scales(across, 0, kLikely, 1);
    }
    try_scales(scales, kLikely, scales.size(), 0);
    best.scale = static_cast<double>(best.pattern_size.width) / pattern.cols;
    return best;
}

cv::Mat pattern_under(const cv::Mat& pattern, const SensorMatch& match, cv::Size picture) {
    const cv::Mat large = resized(pattern, match.pattern_size);
    const bool across = (match.quarter_turns & 1) != 0;
    const cv::Size size = across ? cv::Size(picture.height, picture.width) : picture;
    cv::Mat under = cv::Mat::zeros(size, CV_32FC1);
    const cv::Rect wanted(match.offset, size);
    const cv::Rect there = wanted & cv::Rect({}, large.size());
    if (!there.empty()) {
        large(there).copyTo(under(there - match.offset));
    }
    return turned(under, (4 - match.quarter_turns) & 3);
}

double chance_of_pce(double pce, double positions) {
    if (pce <= 0) {
        return 1;
    }
    const double one = 0.5 * std::erfc(std::sqrt(pce / 2));
    return -std::expm1(positions * std::log1p(-one));
}

}  // namespace bonafide::features
