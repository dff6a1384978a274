// Short-time analysis of speech: triangular filter banks on a power spectrum, after Davis and Mermelstein, "Comparison
// of parametric representations for monosyllabic word recognition" (IEEE TASSP 28(4), 1980), on the mel scale 2595
// log10(1 + f / 700) and on a linear one (Sahidullah, Kinnunen and Hanilci, "A comparison of features for synthetic
// speech detection", Interspeech 2015). Periodicity: autocorrelation divided by that of the window, after Boersma,
// "Accurate short-term analysis of the fundamental frequency" (IFA Proceedings 17, 1993). Deviations: each frame loses
// its own mean instead of passing a pre-emphasis; the pitch is the best lag of one frame and is not tracked. Limits: a
// pitch below 66 Hz or above 400 Hz is not found.
#include "features/voice/frames.h"

#include "features/voice/mel_scale.h"
#include "features/voice/power_spectrum.h"
#include "features/voice/samples.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace bonafide::features::voice {
namespace {

constexpr std::size_t kShortestLag = 40;  // 400 Hz
constexpr std::size_t kLongestLag = 240;  // 66 Hz

/// A bank of triangles over the bins of the spectrum; only the bins inside each are kept.
class FilterBank {
  public:
    explicit FilterBank(const std::vector<double>& edges_hz) {
        for (std::size_t band = 0; band + 2 < edges_hz.size(); ++band) {
            const double low = edges_hz[band], middle = edges_hz[band + 1], high = edges_hz[band + 2];
            Filter filter;
            for (std::size_t bin = 0; bin < kBins; ++bin) {
                const double frequency = static_cast<double>(bin) * kRate_hz / kTransformSamples;
                const double weight =
                    std::min((frequency - low) / (middle - low), (high - frequency) / (high - middle));
                if (weight > 0) {
                    filter.first = filter.weights.empty() ? bin : filter.first;
                    filter.weights.push_back(static_cast<float>(weight));
                }
            }
            filters_.push_back(std::move(filter));
        }
    }

    void apply(const std::array<float, kBins>& power, std::span<float> bands) const {
        for (std::size_t band = 0; band < bands.size(); ++band) {
            const Filter& filter = filters_[band];
            bands[band] = std::inner_product(filter.weights.begin(), filter.weights.end(),
                                             power.begin() + static_cast<std::ptrdiff_t>(filter.first), 0.0F);
        }
    }

  private:
    struct Filter {
        std::size_t first = 0;
        std::vector<float> weights;
    };
    std::vector<Filter> filters_;
};

std::vector<double> evenly(double first, double last, std::size_t count) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = first + (last - first) * static_cast<double>(i) / static_cast<double>(count - 1);
    }
    return values;
}

std::vector<double> evenly_on_mel(double first_hz, double last_hz, std::size_t count) {
    std::vector<double> edges = evenly(mel_of(first_hz), mel_of(last_hz), count);
    std::transform(edges.begin(), edges.end(), edges.begin(), hertz_of);
    return edges;
}

/// What does not depend on the sound.
struct Tables {
    FilterBank linear{evenly(0, 8000, kLinearBands + 2)};
    FilterBank high{evenly(4000, 8000, kHighBands + 2)};
    FilterBank mel{evenly_on_mel(20, 8000, kMelBands + 2)};
    std::array<float, kFrameSamples> window{};
    std::array<float, kLongestLag + 1> window_correlation{};  // 1 at lag 0

    Tables() {
        for (std::size_t i = 0; i < kFrameSamples; ++i) {
            const double phase = 2 * std::numbers::pi * static_cast<double>(i) / kFrameSamples;
            window[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
        }
        const float whole = std::inner_product(window.begin(), window.end(), window.begin(), 0.0F);
        for (std::size_t lag = 0; lag <= kLongestLag; ++lag) {
            const float sum = std::inner_product(window.begin() + static_cast<std::ptrdiff_t>(lag), window.end(),
                                                 window.begin(), 0.0F);
            window_correlation[lag] = sum / whole;
        }
    }
};

const Tables& tables() {
    static const Tables made;
    return made;
}

/// Transforming the power spectrum gives the autocorrelation; lags up to 112 are exact and longer ones wrap around only
/// where the window has nearly closed.
void find_period(const std::array<float, kBins>& power, cv::Mat& spectrum, cv::Mat& correlation, Frame& frame) {
    auto* packed = spectrum.ptr<float>();
    packed[0] = power.front();
    for (std::size_t bin = 1; bin + 1 < kBins; ++bin) {
        packed[2 * bin - 1] = power[bin];
        packed[2 * bin] = 0;
    }
    packed[kTransformSamples - 1] = power.back();
    cv::dft(spectrum, correlation, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
    const auto* values = correlation.ptr<float>();
    if (!(values[0] > 0)) {
        return;
    }
    std::size_t best = 0;
    const auto normalised = [&](std::size_t lag) { return values[lag] / values[0] / tables().window_correlation[lag]; };
    for (std::size_t lag = kShortestLag; lag <= kLongestLag; ++lag) {
        // Only a crest counts: the slope that falls from lag 0 is no period.
        const float value = normalised(lag);
        if (value > frame.periodicity && values[lag] >= values[lag - 1] && values[lag] >= values[lag + 1]) {
            frame.periodicity = value;
            best = lag;
        }
    }
    frame.pitch_hz = best == 0 ? 0 : static_cast<float>(kRate_hz) / static_cast<float>(best);
}

}  // namespace

Frame analyse_frame(std::span<const float> samples) {
    const std::size_t count = std::min(samples.size(), kFrameSamples);
    const Tables& fixed = tables();
    cv::Mat in = cv::Mat::zeros(1, static_cast<int>(kTransformSamples), CV_32F);
    cv::Mat spectrum, correlation;
    auto* values = in.ptr<float>();
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = usable(samples[i]);
        sum += values[i];
    }
    const auto mean = static_cast<float>(count == 0 ? 0 : sum / static_cast<double>(count));
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = (values[i] - mean) * fixed.window[i];
    }
    std::array<float, kBins> power{};
    power_of(in, spectrum, power);
    Frame frame;
    fixed.linear.apply(power, frame.linear);
    fixed.high.apply(power, frame.high);
    fixed.mel.apply(power, frame.mel);
    frame.power = std::accumulate(power.begin(), power.end(), 0.0F);
    find_period(power, spectrum, correlation, frame);
    return frame;
}

void FrameStream::add(std::span<const float> samples, const std::function<void(const Frame&)>& take) {
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    std::size_t at = 0;
    for (; at + kFrameSamples <= waiting_.size(); at += kHopSamples) {
        take(analyse_frame(std::span(waiting_).subspan(at, kFrameSamples)));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace bonafide::features::voice
