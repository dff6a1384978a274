#include "features/watermark/embedding.h"

#include "features/watermark/lattice.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/encode.h"
#include "media/image.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::features::watermark {
namespace {

constexpr float kCone = 2.0F;  ///< tangent of the cone's half angle
constexpr int kJpegQuality = 60;
// Where the picture is rough, the eye sees less: strength in smooth and in rough places, and what counts as rough.
constexpr double kSmoothShare = 0.2, kRoughShare = 3, kRoughLevels = 8, kRoughPx = 3;

}  // namespace

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F);
    return luma;
}

cv::Mat strength_of(const cv::Mat& working) {
    cv::Mat mean, square, roughness;
    cv::GaussianBlur(working, mean, {}, kRoughPx);
    cv::GaussianBlur(working.mul(working), square, {}, kRoughPx);
    cv::sqrt(cv::max(square - mean.mul(mean), 0), roughness);
    cv::Mat strength = cv::min(kSmoothShare + roughness * (1 / kRoughLevels), kRoughShare);
    return strength / cv::mean(strength)[0];
}

cv::Mat change_for(const cv::Mat& working, const cv::Mat& strength, float amplitude, int passes, const cv::Mat& start) {
    cv::Mat change = start.empty() ? cv::Mat(cv::Mat::zeros(working.size(), CV_32FC1)) : start.clone();
    for (int pass = 0; pass < passes; ++pass) {
        const cv::Mat changed = cv::min(cv::max(working + change, 0), 255);
        auto values = amplitudes(folded(detail_of(changed)));
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::complex<float> key = harmonics()[i].phase;
            const std::complex<float> now = values[i] * std::conj(key);
            // The nearest point of the cone, cut off at the least amplitude.
            const float along =
                std::max(amplitude / 2, (now.real() + kCone * std::abs(now.imag())) / (1 + kCone * kCone));
            const float real = now.real() * kCone >= std::abs(now.imag()) ? std::max(now.real(), amplitude / 2) : along;
            const float imaginary = std::clamp(now.imag(), -kCone * real, kCone * real);
            values[i] = (std::complex<float>(real, imaginary) - now) * key;
        }
        cv::Mat tiled;
        cv::repeat(tile_of(values), working.rows / kTilePx + 1, working.cols / kTilePx + 1, tiled);
        change += tiled({0, 0, working.cols, working.rows}).mul(strength);
    }
    return change;
}

cv::Mat applied(const cv::Mat& rgb, const cv::Mat& change) {
    cv::Mat large, coloured, sum;
    cv::resize(change, large, rgb.size(), 0, 0, cv::INTER_CUBIC);
    cv::merge(std::vector<cv::Mat>(3, large), coloured);
    rgb.convertTo(sum, CV_32F);
    sum += coloured;
    cv::Mat marked;
    sum.convertTo(marked, CV_8U);
    return marked;
}

Result<cv::Mat> laundered(const cv::Mat& rgb) {
    cv::Mat half;
    cv::resize(rgb, half, {std::max(1, rgb.cols / 2), std::max(1, rgb.rows / 2)}, 0, 0, cv::INTER_AREA);
    const std::vector<std::uint8_t> jpeg = media::encode_jpeg(half, kJpegQuality, media::Chroma::kHalved);
    const auto source = ingest::open_memory(jpeg);
    auto image = media::decode_image(ingest::identify(*source), jpeg, {});
    if (!image) {
        return image.error();
    }
    return image->rgb;
}

}  // namespace bonafide::features::watermark
