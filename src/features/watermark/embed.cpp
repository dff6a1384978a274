// Informed embedding: the picture's own phases are known here, so only those that disagree with the key are turned, and
// no further than into a cone around it (Cox, Miller, McKellips, "Watermarking as communications with side
// information", Proceedings of the IEEE 87, 1999; Malvar and Florencio, "Improved spread spectrum", IEEE Transactions
// on Signal Processing 51, 2003). Strength rises until the mark is found after what it has to survive.
#include "features/watermark/lattice.h"
#include "features/watermark/watermark.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/encode.h"
#include "media/image.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::features::watermark {
namespace {

constexpr int kPasses = 8;
constexpr float kCone = 2.0F;       ///< tangent of the cone's half angle
constexpr float kFaintest = 0.04F;  ///< amplitude of a harmonic, grey levels
constexpr float kStrongest = 0.8F;
constexpr float kStronger = 1.3F;
constexpr double kWantedExponent = 15;  ///< after laundering: what other codecs and scalers take away is left as margin
constexpr int kJpegQuality = 60;
constexpr double kLeastPsnrDb = 32;
// Where the picture is rough, the eye sees less: strength in smooth and in rough places, and what counts as rough.
constexpr double kSmoothShare = 0.2, kRoughShare = 3, kRoughLevels = 8, kRoughPx = 3;

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F);
    return luma;
}

/// How strong the mark may be in each place of `working`: the mean is 1.
cv::Mat strength_of(const cv::Mat& working) {
    cv::Mat mean, square, roughness;
    cv::GaussianBlur(working, mean, {}, kRoughPx);
    cv::GaussianBlur(working.mul(working), square, {}, kRoughPx);
    cv::sqrt(cv::max(square - mean.mul(mean), 0), roughness);
    cv::Mat strength = cv::min(kSmoothShare + roughness * (1 / kRoughLevels), kRoughShare);
    return strength / cv::mean(strength)[0];
}

/// The change of `working` after which its phases agree with the key.
cv::Mat change_for(const cv::Mat& working, const cv::Mat& strength, float amplitude) {
    cv::Mat change = cv::Mat::zeros(working.size(), CV_32FC1);
    for (int pass = 0; pass < kPasses; ++pass) {
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

cv::Mat apply(const cv::Mat& rgb, const cv::Mat& change) {
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

double psnr_db(const cv::Mat& before, const cv::Mat& after) {
    const double distance = cv::norm(before, after, cv::NORM_L2);
    const double mean_square = distance * distance / (3.0 * static_cast<double>(before.total()));
    return mean_square > 0 ? 10 * std::log10(255 * 255 / mean_square) : 99;
}

}  // namespace

Result<Marked> embed(const cv::Mat& rgb, const std::function<void(cv::Mat&)>& draw_over) {
    ENSURE(rgb.type() == CV_8UC3);
    if (std::max(rgb.cols, rgb.rows) < 2 * kSmallestSidePx) {
        return Error{ErrorCode::kUsage,
                     "the picture is too small to carry the forge's watermark: its longer side must have at "
                     "least " +
                         std::to_string(2 * kSmallestSidePx) + " px"};
    }
    const cv::Mat working = working_size(luma_of(rgb), kWorkingPx);
    const cv::Mat strength = strength_of(working);
    for (float amplitude = kFaintest; amplitude <= kStrongest; amplitude *= kStronger) {
        Marked marked;
        marked.rgb = apply(rgb, change_for(working, strength, amplitude));
        marked.psnr_db = psnr_db(rgb, marked.rgb);
        if (marked.psnr_db < kLeastPsnrDb) {
            break;
        }
        if (draw_over) {
            draw_over(marked.rgb);
        }
        const auto passed_on = laundered(marked.rgb);
        if (!passed_on) {
            return passed_on.error();
        }
        marked.after_laundering = find(luma_of(*passed_on));
        if (marked.after_laundering.scale == 1 && marked.after_laundering.false_alarm_exponent >= kWantedExponent) {
            return marked;
        }
    }
    return Error{ErrorCode::kUsage,
                 "the picture cannot carry the forge's watermark: it is nearly all black or white, or too "
                 "narrow; nothing leaves the forge without it"};
}

}  // namespace bonafide::features::watermark
