// Periodic variance of interpolated pixels.
//
// Interpolation predicts some pixels from their neighbours better than others, periodically: Popescu and Farid,
// "Exposing digital forgeries by detecting traces of resampling", IEEE TSP 53(2), 2005. A fixed linear predictor does
// as well as an estimated one: Kirchner, "Fast and reliable resampling detection by spectral analysis of fixed linear
// predictor residue", ACM MM&Sec 2008; here its filter, which is the second difference across of the second difference
// down. The residual's size is averaged along each direction and transformed: Mahdian and Saic, IEEE TIFS 3(3), 2008.
// Deviations: the size is bounded, |e| / (|e| + c), so that edges do not drown the rest; the same spectrum of the
// signed residual tells what is periodic in the scene (fabric, fences), which is taken off. Rotation leaves less, since
// rows then differ.
#include "analyzers/image/resampling/spectra.h"

#include "base/ensure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace bonafide::analyzers::resampled {
namespace {

constexpr int kStepPx = kWindowStepPx;
// Residual, in 8-bit levels, at which the bounded size is one half.
constexpr float kHalfSize = 2;
// The frequencies around that a power is compared with: this near, without the very next.
constexpr int kNeighbours = 8, kNext = 2;
// A single direction of a single window counts for this much at most.
constexpr float kMostRatio = 12;
// Mean bounded size below which a window is called even.
constexpr float kLeastSize = 0.02F;

// Sums of the residual along rows and columns within squares of kStepPx.
struct Profiles {
    cv::Mat size_across, signed_across;  // one row a band of kStepPx rows, one value a column of the picture
    cv::Mat size_down, signed_down;      // one row a band of kStepPx columns, one value a row of the picture
};

float finite(float value) {
    return value > 0 ? std::min(value, 255.0F) : 0.0F;
}

Profiles measure_profiles(const cv::Mat& luma) {
    const int bands_down = (luma.rows - 2) / kStepPx, bands_across = (luma.cols - 2) / kStepPx;
    Profiles profiles{
        cv::Mat::zeros(bands_down, luma.cols - 2, CV_32FC1), cv::Mat::zeros(bands_down, luma.cols - 2, CV_32FC1),
        cv::Mat::zeros(bands_across, luma.rows - 2, CV_32FC1), cv::Mat::zeros(bands_across, luma.rows - 2, CV_32FC1)};
    std::vector<float> vertical(luma.cols), residual(luma.cols), size(luma.cols);
    for (int y = 0; y < bands_down * kStepPx; ++y) {
        const float* above = luma.ptr<float>(y);
        const float* here = luma.ptr<float>(y + 1);
        const float* below = luma.ptr<float>(y + 2);
        for (int x = 0; x < luma.cols; ++x) {
            vertical[x] = finite(here[x]) - 0.5F * (finite(above[x]) + finite(below[x]));
        }
        float* size_across = profiles.size_across.ptr<float>(y / kStepPx);
        float* signed_across = profiles.signed_across.ptr<float>(y / kStepPx);
        for (int x = 0; x < luma.cols - 2; ++x) {
            const float value = vertical[x + 1] - 0.5F * (vertical[x] + vertical[x + 2]);
            residual[x] = value;
            size[x] = std::abs(value) / (std::abs(value) + kHalfSize);
            size_across[x] += size[x];
            signed_across[x] += value;
        }
        for (int band = 0; band < bands_across; ++band) {
            float sizes = 0, values = 0;
            for (int x = band * kStepPx; x < (band + 1) * kStepPx; ++x) {
                sizes += size[x];
                values += residual[x];
            }
            profiles.size_down.at<float>(band, y) = sizes;
            profiles.signed_down.at<float>(band, y) = values;
        }
    }
    return profiles;
}

using Powers = std::array<float, kFrequencies>;

// The powers around a frequency, kept in order.
class Neighbours {
  public:
    void add(float value) {
        std::size_t at = count_++;
        for (; at > 0 && ordered_[at - 1] > value; --at) {
            ordered_[at] = ordered_[at - 1];
        }
        ordered_[at] = value;
    }
    void remove(float value) {
        const auto end = ordered_.begin() + static_cast<std::ptrdiff_t>(count_--);
        const auto at = std::find(ordered_.begin(), end, value);
        std::copy(at + 1, end, at);
    }
    float upper_median() const { return ordered_[count_ / 2]; }

  private:
    std::array<float, 2 * kNeighbours> ordered_{};
    std::size_t count_ = 0;
};

// Power of every frequency over the median of those around it.
Powers ratios(const cv::Mat& profiles, int band, int start, bool& any) {
    static const std::vector<float> taper = [] {
        std::vector<float> values(kWindowPx);
        for (int x = 0; x < kWindowPx; ++x) {
            values[x] = static_cast<float>(0.5 - 0.5 * std::cos(2 * CV_PI * (x + 0.5) / kWindowPx));
        }
        return values;
    }();
    cv::Mat profile(1, kWindowPx, CV_32FC1), spectrum;
    float mean = 0;
    for (int x = 0; x < kWindowPx; ++x) {
        const float value = profiles.at<float>(band, start + x) + profiles.at<float>(band + 1, start + x);
        profile.at<float>(x) = value;
        mean += value / kWindowPx;
    }
    any = mean > kLeastSize * kWindowPx;
    for (int x = 0; x < kWindowPx; ++x) {
        profile.at<float>(x) = (profile.at<float>(x) - mean) * taper[x];
    }
    cv::dft(profile, spectrum, cv::DFT_COMPLEX_OUTPUT);
    Powers powers{}, result{};
    for (int k = 0; k < kFrequencies; ++k) {
        const cv::Vec2f value = spectrum.at<cv::Vec2f>(k);
        powers[k] = value.dot(value);
    }
    Neighbours around;
    for (int k = 0; k < kFrequencies; ++k) {
        // What lies kNext to kNeighbours away, but for the constant part; from one k to the next little changes.
        for (const int gone : {k - 1 - kNeighbours, k - 1 + kNext}) {
            if (k > 0 && gone >= 1 && gone < kFrequencies) {
                around.remove(powers[gone]);
            }
        }
        for (const int come : {k - kNext, k + kNeighbours}) {
            if (k > 0 && come >= 1 && come < kFrequencies) {
                around.add(powers[come]);
            }
        }
        for (int other = kNext; k == 0 && other <= kNeighbours; ++other) {
            around.add(powers[other]);
        }
        // The median of an exponential distribution is ln 2 of its mean.
        result[k] = std::min(kMostRatio, powers[k] * 0.693F / (around.upper_median() + 1e-4F));
    }
    return result;
}

Powers trace(const cv::Mat& sizes, const cv::Mat& values, int band, int start, bool& informative) {
    bool ignored = false;
    Powers trace = ratios(sizes, band, start, informative);
    const Powers scene = ratios(values, band, start, ignored);
    for (int k = 0; k < kFrequencies; ++k) {
        // A pattern shows in the size at its own frequency and at twice that, which may be folded.
        const float own = std::max({scene[k], scene[k / 2], scene[(kWindowPx - k) / 2 % kFrequencies]});
        trace[k] = std::max(0.0F, trace[k] - std::max(0.0F, own - 4));
    }
    return trace;
}

}  // namespace

Spectra measure_spectra(const cv::Mat& luma) {
    ENSURE(luma.type() == CV_32FC1 && luma.cols >= kWindowPx + 2 && luma.rows >= kWindowPx + 2);
    const Profiles profiles = measure_profiles(luma);
    Spectra spectra;
    spectra.windows = {(luma.cols - 2) / kStepPx - 1, (luma.rows - 2) / kStepPx - 1};
    spectra.trace.create(spectra.windows.area(), kFrequencies, CV_32FC1);
    spectra.informative.create(spectra.windows, CV_8UC1);
    for (int y = 0; y < spectra.windows.height; ++y) {
        for (int x = 0; x < spectra.windows.width; ++x) {
            bool across_any = false, down_any = false;
            const Powers across = trace(profiles.size_across, profiles.signed_across, y, x * kStepPx, across_any);
            const Powers down = trace(profiles.size_down, profiles.signed_down, x, y * kStepPx, down_any);
            const bool informative = across_any && down_any;
            spectra.informative.at<unsigned char>(y, x) = informative ? 255 : 0;
            float* row = spectra.trace.ptr<float>(y * spectra.windows.width + x);
            for (int k = 0; k < kFrequencies; ++k) {
                row[k] = informative ? std::sqrt(across[k] * down[k]) : 1.0F;
            }
        }
    }
    return spectra;
}

}  // namespace bonafide::analyzers::resampled
