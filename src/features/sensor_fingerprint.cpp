// From noise residuals to the fingerprint of a sensor.
//
// Chen, Fridrich, Goljan and Lukas, "Determining image origin and integrity using sensor noise", IEEE TIFS 2008: the
// maximum-likelihood estimate is the sum of residual times intensity over the sum of intensity squared; means of rows
// and columns are taken out, and a Wiener filter in the Fourier domain takes out every periodic pattern that stands
// above its surroundings (JPEG blocks, demosaicing), which cameras of one kind share. Deviation: outliers are clipped,
// which lowers the agreement with foreign pictures of similar content and raises that with the camera's own. Limits:
// what the lens correction or the firmware of one model adds beyond periodic patterns stays in.
#include "features/sensor_fingerprint.h"

#include "base/ensure.h"
#include "features/sensor_residual.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::features {
namespace {

/// As if each pixel had been seen in one more, black picture of this weight: keeps dark pixels from being made of
/// noise.
constexpr double kLeastSquares = 400;

/// A sensor's deviations are close to normal; what stands out further is content that leaked, and weighs most exactly
/// where it should not.
constexpr double kMostDeviations = 2.5;

void clip_outliers(cv::Mat& pattern) {
    const double most =
        kMostDeviations * std::sqrt(pattern.dot(pattern) / std::max(1.0, static_cast<double>(pattern.total())));
    cv::min(pattern, most, pattern);
    cv::max(pattern, -most, pattern);
}

cv::Mat pattern_of(const SensorSums& sums) {
    cv::Mat weight = sums.squares + kLeastSquares, pattern;
    cv::divide(sums.products, weight, pattern);
    cv::patchNaNs(pattern, 0);
    remove_line_means(pattern);
    clip_outliers(pattern);
    remove_periodic(pattern);
    clip_outliers(pattern);
    return pattern;
}

}  // namespace

void remove_periodic(cv::Mat& pattern) {
    const cv::Size size(cv::getOptimalDFTSize(pattern.cols), cv::getOptimalDFTSize(pattern.rows));
    cv::Mat padded;
    cv::copyMakeBorder(pattern, padded, 0, size.height - pattern.rows, 0, size.width - pattern.cols,
                       cv::BORDER_CONSTANT, cv::Scalar(0));
    const double variance = padded.dot(padded) / static_cast<double>(padded.total());
    if (!(variance > 0)) {
        return;
    }
    cv::Mat spectrum;
    cv::dft(padded, spectrum, cv::DFT_COMPLEX_OUTPUT);
    padded.release();
    cv::Mat power(size, CV_32FC1), least(size, CV_32FC1);
    const float scale = 1 / static_cast<float>(size.area());
    for (int y = 0; y < size.height; ++y) {
        const auto* bins = spectrum.ptr<cv::Vec2f>(y);
        auto* row = power.ptr<float>(y);
        for (int x = 0; x < size.width; ++x) {
            row[x] = (bins[x][0] * bins[x][0] + bins[x][1] * bins[x][1]) * scale;
        }
    }
    least.setTo(std::numeric_limits<float>::max());
    for (const int window : {3, 5, 7, 9}) {
        cv::Mat local;
        cv::blur(power, local, cv::Size(window, window), {-1, -1}, cv::BORDER_REFLECT);
        cv::min(least, local, least);
    }
    const auto noise = static_cast<float>(variance);
    for (int y = 0; y < size.height; ++y) {
        auto* bins = spectrum.ptr<cv::Vec2f>(y);
        const auto* row = least.ptr<float>(y);
        for (int x = 0; x < size.width; ++x) {
            bins[x] *= noise / std::max(row[x], noise);
        }
    }
    cv::Mat cleaned;
    cv::dft(spectrum, cleaned, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
    pattern = cleaned(cv::Rect({}, pattern.size())).clone();
}

double correlation(const cv::Mat& a, const cv::Mat& b) {
    ENSURE(a.size() == b.size() && a.type() == CV_32FC1 && b.type() == CV_32FC1);
    if (a.empty()) {
        return 0;
    }
    const double count = static_cast<double>(a.total()), mean_a = cv::sum(a)[0] / count, mean_b = cv::sum(b)[0] / count;
    const double covariance = a.dot(b) / count - mean_a * mean_b;
    const double power = (a.dot(a) / count - mean_a * mean_a) * (b.dot(b) / count - mean_b * mean_b);
    return power > 0 ? std::clamp(covariance / std::sqrt(power), -1.0, 1.0) : 0;
}

SensorFingerprint estimate_fingerprint(const SensorSums& first, const SensorSums& second, int pictures) {
    ENSURE(first.products.size() == second.products.size() && first.squares.size() == second.squares.size() &&
           first.products.size() == first.squares.size());
    SensorFingerprint made;
    made.pictures = pictures;
    {
        const cv::Mat one = pattern_of(first);
        made.agreement = correlation(one, pattern_of(second));
    }
    made.pattern = pattern_of({first.products + second.products, first.squares + second.squares});
    return made;
}

}  // namespace bonafide::features
