// The picture's own noise-level function, and how far each tile departs from it.
//
// Liu, Szeliski, Kang, Zitnick and Freeman, "Automatic estimation and removal of noise from a single image", IEEE TPAMI
// 2008, fit noise against brightness as a lower envelope with a prior from camera response functions. Two deviations:
// the function is fitted by medians, piecewise linear, without a prior, because what is sought is the picture's own
// rule, whatever processing made it; and it depends on local activity as well as brightness, which takes the place of
// excluding texture: a textured tile is compared with equally textured ones. Limits: the function is additive in both
// variables; content whose finest detail is unlike the rest of the picture's (foliage, fabric, print) departs from it
// without any manipulation.
#include "analyzers/image/noise_level/expectation.h"

#include "base/ensure.h"
#include "base/median.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bonafide::analyzers::noise {
namespace {

constexpr int kBins = 8;
constexpr std::size_t kFewestValues = 16;
constexpr std::size_t kMostFitted = 20'000;
// Variance of rounding to whole levels; below it differences mean nothing.
constexpr float kRoundingVariance = 1.0F / 12;
// Finer steps of brightness would sort even tiles by their noise: the noisier ones stray further from the mean.
constexpr float kBrightnessStep = 4;
// Noise makes activity, too: what is below this multiple of the even surfaces' noise variance is no content.
constexpr float kActivityPerNoise = 3;
constexpr float kLeastActivity = 0.5F;
constexpr float kMostDepartureDb = 18;
constexpr float kDbPerOctave = 6.0206F;  // 20 log10(2)

// Values at `positions` of a matrix, through `transform`.
template <class Transform>
std::vector<float> pick(const cv::Mat& matrix, const std::vector<int>& positions, Transform transform) {
    std::vector<float> values(positions.size());
    std::transform(positions.begin(), positions.end(), values.begin(),
                   [&](int position) { return transform(matrix.ptr<float>()[position]); });
    return values;
}

// Half the binary logarithm: octaves of the standard deviation.
float octaves(float variance) {
    return 0.5F * std::log2(variance + kRoundingVariance);
}

// Noise variance on the less active half of the tiles at `positions`, from the coarse detail.
float even_variance(const Tiles& tiles, const std::vector<int>& positions) {
    const std::vector<float> activity = pick(tiles.activity, positions, [](float value) { return value; });
    std::vector<float> variances;
    const float middle = median_of(activity);
    for (std::size_t index = 0; index < positions.size(); ++index) {
        if (activity[index] <= middle) {
            variances.push_back(tiles.coarse_variance.ptr<float>()[positions[index]]);
        }
    }
    return median_of(variances);
}

// Replaces each of `rest` by what is left of it above the median curve over `x`; nothing where no curve can be fitted.
std::optional<MedianCurve> take_out(const std::vector<float>& x, std::vector<float>& rest) {
    std::optional<MedianCurve> curve = MedianCurve::fit(x, rest, kBins);
    for (std::size_t index = 0; curve && index < rest.size(); ++index) {
        rest[index] -= curve->at(x[index]);
    }
    return curve;
}

}  // namespace

std::optional<MedianCurve> MedianCurve::fit(const std::vector<float>& x, const std::vector<float>& y, int bins) {
    ENSURE(x.size() == y.size() && bins >= 1);
    if (x.size() < kFewestValues) {
        return std::nullopt;
    }
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : a < b; });
    MedianCurve curve;
    std::vector<float> pooled;
    for (int bin = 0; bin < bins; ++bin) {
        const std::size_t first = order.size() * bin / bins, last = order.size() * (bin + 1) / bins;
        if (first == last) {
            continue;
        }
        // Bins whose middle is one and the same value (even surfaces) are one knot.
        const float middle = x[order[(first + last) / 2]];
        if (curve.x_.empty() || middle > curve.x_.back()) {
            curve.x_.push_back(middle);
            curve.y_.push_back(0);
            pooled.clear();
        }
        for (std::size_t index = first; index < last; ++index) {
            pooled.push_back(y[order[index]]);
        }
        curve.y_.back() = median_of(pooled);
    }
    return curve;
}

float MedianCurve::at(float x) const {
    const auto upper = std::upper_bound(x_.begin(), x_.end(), x);
    if (upper == x_.begin()) {
        return y_.front();
    }
    if (upper == x_.end()) {
        return y_.back();
    }
    const std::size_t index = static_cast<std::size_t>(upper - x_.begin());
    const float share = (x - x_[index - 1]) / (x_[index] - x_[index - 1]);
    return y_[index - 1] + share * (y_[index] - y_[index - 1]);
}

std::optional<cv::Mat> departures_db(const Tiles& tiles) {
    std::vector<int> usable;
    const int count = tiles.size().area();
    for (int position = 0; position < count; ++position) {
        if (tiles.usable.ptr()[position] != 0) {
            usable.push_back(position);
        }
    }
    // The curves need no more than a sample; every n-th tile keeps the cost linear and the answer the same.
    std::vector<int> sample;
    const std::size_t stride = usable.size() / kMostFitted + 1;
    for (std::size_t index = 0; index < usable.size(); index += stride) {
        sample.push_back(usable[index]);
    }
    if (sample.size() < kFewestValues) {
        return std::nullopt;
    }
    const float floor = std::max(kLeastActivity, kActivityPerNoise * even_variance(tiles, sample));
    const auto activity_octaves = [floor](float active) { return 0.5F * std::log2(std::max(active, floor)); };
    const std::vector<float> activity = pick(tiles.activity, sample, activity_octaves);
    const std::vector<float> brightness = pick(
        tiles.brightness, sample, [](float value) { return kBrightnessStep * std::round(value / kBrightnessStep); });

    cv::Mat departures = cv::Mat::zeros(tiles.size(), CV_32FC1);
    for (const cv::Mat* variance : {&tiles.fine_variance, &tiles.coarse_variance}) {
        std::vector<float> rest = pick(*variance, sample, octaves);
        // Activity is fitted again after brightness, since the two go together in most pictures.
        const std::optional<MedianCurve> by_activity = take_out(activity, rest);
        const std::optional<MedianCurve> by_brightness = take_out(brightness, rest);
        const std::optional<MedianCurve> by_activity_again = take_out(activity, rest);
        if (!by_activity || !by_brightness || !by_activity_again) {
            return std::nullopt;
        }
        for (const int position : usable) {
            const float active = activity_octaves(tiles.activity.ptr<float>()[position]);
            const float expected = by_activity->at(active) +
                                   by_brightness->at(tiles.brightness.ptr<float>()[position]) +
                                   by_activity_again->at(active);
            const float departure = kDbPerOctave * (octaves(variance->ptr<float>()[position]) - expected);
            departures.ptr<float>()[position] += 0.5F * std::clamp(departure, -kMostDepartureDb, kMostDepartureDb);
        }
    }
    return departures;
}

}  // namespace bonafide::analyzers::noise
