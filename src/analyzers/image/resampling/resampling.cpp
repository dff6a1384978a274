// Interpolation traces of places against those of the whole picture. Papers and deviations: spectra.cpp. A picture that
// was rescaled as a whole has a trace everywhere, which is harmless; a place with a trace of its own was not. Limits:
// see README.md beside this file.
#include "analyzers/image/resampling/resampling.h"

#include "analyzers/image/resampling/spectra.h"
#include "base/ensure.h"
#include "evidence/map_grid.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using namespace resampled;

constexpr int kSmallestSidePx = 192;
constexpr int kMapStepPx = 16;
constexpr double kThresholdGrey = 128;
// Frequencies judged: slow changes are content, and at one half the colour mosaic leaves its own trace.
constexpr int kLowest = 10, kHighest = 61;
constexpr int kBlockHarmonic = kWindowPx / 8;
// Standard deviation of a window's trace where there is none, about: the geometric mean of two exponential variables.
constexpr double kSpread = 0.62;
constexpr double kMeanWithout = 0.785;
// Windows overlap by half: so much of their number counts as independent.
constexpr double kIndependent = 0.5;
// Median over mean of a window's trace, about.
constexpr double kMedianShare = 0.84;
constexpr int kPlaceWindows[] = {2, 3, 5};

bool judged(int k) {
    const int rest = k % kBlockHarmonic;
    return k >= kLowest && k <= kHighest && rest > 1 && rest < kBlockHarmonic - 1;
}

struct Place {
    cv::Rect windows;
    int frequency = 0;
    double contrast = 0;
};

// Nothing in `place` stays below `value`.
void raise(cv::Mat& values, cv::Rect place, float value) {
    for (int y = place.y; y < place.y + place.height; ++y) {
        float* row = values.ptr<float>(y) + place.x;
        std::transform(row, row + place.width, row, [value](float other) { return std::max(other, value); });
    }
}

}  // namespace

double enlargement_of(double frequency) {
    return 1 / (1 - std::clamp(frequency, 0.0, 0.5));
}

ResamplingResult resampling(const cv::Mat& luma, const ResamplingOptions& options) {
    ResamplingResult result;
    if (luma.cols < kSmallestSidePx + 2 || luma.rows < kSmallestSidePx + 2) {
        result.not_applicable = "The picture is smaller than 194 px on a side.";
        return result;
    }
    ENSURE(luma.type() == CV_32FC1);
    const Spectra spectra = measure_spectra(luma);
    const int count = spectra.windows.area();
    const int informative = cv::countNonZero(spectra.informative);
    result.informative_area_percent = 100.0 * informative / count;
    if (informative * 10 < count) {
        result.not_applicable = "The picture is too even for traces of interpolation to show.";
        return result;
    }
    cv::Mat strongest = cv::Mat::zeros(spectra.windows, CV_32FC1);
    Place best;
    best.contrast = -1;
    for (int k = kLowest; k <= kHighest; ++k) {
        if (!judged(k)) {
            continue;
        }
        cv::Mat values = spectra.trace.col(k).clone().reshape(1, spectra.windows.height);
        const cv::Scalar mean = cv::mean(values, spectra.informative);
        const double deviation = (mean[0] - kMeanWithout) / kSpread * std::sqrt(kIndependent * informative);
        if (deviation > result.whole_trace || result.whole_frequency == 0) {
            result.whole_trace = deviation;
            result.whole_frequency = static_cast<double>(k) / kWindowPx;
        }
        // What the picture shows elsewhere: the place itself must not raise it much.
        std::vector<float> sorted(values.begin<float>(), values.end<float>());
        std::nth_element(sorted.begin(), sorted.begin() + count / 2, sorted.end());
        const double usual = std::max(1.0, sorted[count / 2] / kMedianShare);
        for (const int side : kPlaceWindows) {
            if (side * 2 > std::max(spectra.windows.width, spectra.windows.height) && side > 1) {
                break;
            }
            cv::Mat means;
            cv::boxFilter(values, means, CV_32F, {side, side}, {0, 0}, true, cv::BORDER_REPLICATE);
            const double scale = std::sqrt(side == 1 ? 1.0 : kIndependent * side * side) / (kSpread * usual);
            for (int y = 0; y + side <= values.rows; ++y) {
                for (int x = 0; x + side <= values.cols; ++x) {
                    const double contrast = (means.at<float>(y, x) - usual) * scale;
                    if (contrast > best.contrast) {
                        best = {{x, y, side, side}, k, contrast};
                    }
                    if (contrast > 0) {
                        raise(strongest, {x, y, side, side}, static_cast<float>(contrast));
                    }
                }
            }
        }
    }
    result.inconsistency = std::max(0.0, best.contrast);
    result.place_frequency = static_cast<double>(best.frequency) / kWindowPx;
    if (best.contrast >= options.threshold) {
        result.box_px =
            cv::Rect(best.windows.tl() * kWindowStepPx,
                     cv::Size((best.windows.width + 1) * kWindowStepPx, (best.windows.height + 1) * kWindowStepPx)) &
            cv::Rect({0, 0}, luma.size());
    }
    // Windows are centred on the corners of their squares; the map holds a value for each 16 px.
    const cv::Size size = evidence::map_size(luma.size(), kMapStepPx);
    result.map.create(size, CV_8UC1);
    int suspicious = 0;
    cv::Mat smooth;
    const double ratio = static_cast<double>(kWindowStepPx) / kMapStepPx;
    cv::Mat where_x(size, CV_32FC1), where_y(size, CV_32FC1);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            where_x.at<float>(y, x) = static_cast<float>((x + 0.5) / ratio - 1);
            where_y.at<float>(y, x) = static_cast<float>((y + 0.5) / ratio - 1);
        }
    }
    cv::remap(strongest, smooth, where_x, where_y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    smooth.convertTo(result.map, CV_8U, kThresholdGrey / options.threshold);
    suspicious = cv::countNonZero(result.map >= kThresholdGrey);
    result.suspicious_area_percent = 100.0 * suspicious / size.area();
    return result;
}

}  // namespace bonafide::analyzers
