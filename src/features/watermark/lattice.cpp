#include "features/watermark/lattice.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace bonafide::features::watermark {
namespace {

/// In cycles a tile. Below, pictures have too much of their own; above, JPEG 60 at half size leaves too little.
constexpr int kLowest = 4, kHighest = 16;
/// The key: public, and never to be changed, or old marks are no longer found.
constexpr std::uint64_t kKey = 0x626F'6E61'6669'6465;  // "bonafide"
/// What counts as slow: standard deviation of the blur that is taken off, in shares of the longer side.
constexpr double kSlowShare = 1 / 51.2;

/// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9E37'79B9'7F4A'7C15;
    std::uint64_t value = state;
    value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
    return value ^ (value >> 31);
}

std::vector<Harmonic> make_harmonics() {
    std::vector<Harmonic> all;
    std::uint64_t state = kKey;
    for (int y = 0; y <= kHighest; ++y) {
        for (int x = y == 0 ? 1 : -kHighest; x <= kHighest; ++x) {
            const int square = x * x + y * y;
            if (square < kLowest * kLowest || square > kHighest * kHighest) {
                continue;
            }
            const double turn = static_cast<double>(next_random(state) >> 11) * 0x1p-53;
            const double angle = 2 * std::numbers::pi * turn;
            all.push_back({x, y, {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))}});
        }
    }
    return all;
}

int wrapped(int frequency) {
    return frequency < 0 ? frequency + kTilePx : frequency;
}

/// Both of each conjugate pair, CV_32FC2, kTilePx square.
cv::Mat spectrum_of(const std::vector<std::complex<float>>& amplitudes) {
    ENSURE(amplitudes.size() == harmonics().size());
    cv::Mat spectrum = cv::Mat::zeros(kTilePx, kTilePx, CV_32FC2);
    for (std::size_t i = 0; i < amplitudes.size(); ++i) {
        const Harmonic& harmonic = harmonics()[i];
        const std::complex<float> value = amplitudes[i];
        spectrum.at<cv::Vec2f>(wrapped(harmonic.y), wrapped(harmonic.x)) = {value.real(), value.imag()};
        spectrum.at<cv::Vec2f>(wrapped(-harmonic.y), wrapped(-harmonic.x)) = {value.real(), -value.imag()};
    }
    return spectrum;
}

cv::Mat resized(const cv::Mat& plane, int longer_px, int interpolation) {
    const double scale = static_cast<double>(longer_px) / std::max(plane.cols, plane.rows);
    const auto scaled = [&](int length) { return std::max(1, cvRound(length * scale)); };
    cv::Mat result;
    cv::resize(plane, result, {scaled(plane.cols), scaled(plane.rows)}, 0, 0, interpolation);
    return result;
}

}  // namespace

const std::vector<Harmonic>& harmonics() {
    static const std::vector<Harmonic> all = make_harmonics();
    return all;
}

cv::Mat working_size(const cv::Mat& plane, int longer_px) {
    return resized(plane, longer_px, longer_px < std::max(plane.cols, plane.rows) ? cv::INTER_AREA : cv::INTER_CUBIC);
}

cv::Mat nearby_size(const cv::Mat& plane, int longer_px) {
    return resized(plane, longer_px, cv::INTER_LINEAR);
}

cv::Mat detail_of(const cv::Mat& luma) {
    ENSURE(luma.type() == CV_32FC1);
    cv::Mat slow;
    cv::GaussianBlur(luma, slow, {}, kSlowShare * std::max(luma.cols, luma.rows), 0, cv::BORDER_REFLECT_101);
    return luma - slow;
}

cv::Mat folded(const cv::Mat& detail) {
    ENSURE(detail.type() == CV_32FC1);
    cv::Mat sum = cv::Mat::zeros(kTilePx, kTilePx, CV_32FC1);
    for (int y = 0; y < detail.rows; y += kTilePx) {
        for (int x = 0; x < detail.cols; x += kTilePx) {
            const int width = std::min(kTilePx, detail.cols - x), height = std::min(kTilePx, detail.rows - y);
            cv::Mat part = sum({0, 0, width, height});
            part += detail({x, y, width, height});
        }
    }
    // The picture's edge cuts the last tiles: the first rows and columns of the tile were seen once more than the rest.
    const auto parts = [](int length) { return std::array{length % kTilePx, kTilePx - length % kTilePx}; };
    const auto heights = parts(detail.rows), widths = parts(detail.cols);
    for (int down = 0; down < 2; ++down) {
        for (int across = 0; across < 2; ++across) {
            const int count = (detail.rows / kTilePx + 1 - down) * (detail.cols / kTilePx + 1 - across);
            cv::Mat part = sum({across * widths[0], down * heights[0], widths[static_cast<std::size_t>(across)],
                                heights[static_cast<std::size_t>(down)]});
            part *= 1.0 / std::max(1, count);
        }
    }
    return sum;
}

std::vector<std::complex<float>> amplitudes(const cv::Mat& tile) {
    ENSURE(tile.type() == CV_32FC1 && tile.rows == kTilePx && tile.cols == kTilePx);
    cv::Mat spectrum;
    cv::dft(tile, spectrum, cv::DFT_COMPLEX_OUTPUT | cv::DFT_SCALE);
    std::vector<std::complex<float>> values;
    values.reserve(harmonics().size());
    for (const Harmonic& harmonic : harmonics()) {
        const auto& value = spectrum.at<cv::Vec2f>(wrapped(harmonic.y), wrapped(harmonic.x));
        values.emplace_back(value[0], value[1]);
    }
    return values;
}

cv::Mat tile_of(const std::vector<std::complex<float>>& amplitudes) {
    cv::Mat tile;
    cv::dft(spectrum_of(amplitudes), tile, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
    return tile;
}

cv::Mat against_key(const cv::Mat& tile) {
    ENSURE(tile.type() == CV_32FC1 && tile.rows == kTilePx && tile.cols == kTilePx);
    static const cv::Mat key = [] {
        std::vector<std::complex<float>> phases;
        for (const Harmonic& harmonic : harmonics()) {
            phases.push_back(harmonic.phase);
        }
        return spectrum_of(phases);
    }();
    cv::Mat spectrum, length;
    cv::dft(tile, spectrum, cv::DFT_COMPLEX_OUTPUT);
    cv::mulSpectrums(spectrum, key, spectrum, 0, true);
    std::vector<cv::Mat> parts;
    cv::split(spectrum, parts);
    cv::magnitude(parts[0], parts[1], length);
    length.setTo(1, length <= 0);  // the key is 0 outside the harmonics, and so is the product
    parts[0] /= length;
    parts[1] /= length;
    cv::merge(parts, spectrum);
    return spectrum;
}

}  // namespace bonafide::features::watermark
