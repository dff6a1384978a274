// Levels of bands raised or lowered by the key's signs, through a bank of overlapping windows whose squares add up to
// one (method: finder.cpp). What is added is a faint copy of the sound itself, in the same band at the same moment, and
// lies under it wherever and however loud it is: the masking that Boney, Tewfik and Hamdy, "Digital watermarks for
// audio signals" (ICMCS 1996), reckon from a model of hearing.
#include "features/sound_watermark/marker.h"

#include "base/ensure.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::features::sound_watermark {
namespace {

constexpr double kFrame_s = 0.032;

/// An even length near kFrame_s that is transformed fast.
std::size_t frame_samples(int rate_hz) {
    return 2 * static_cast<std::size_t>(cv::getOptimalDFTSize(std::max(8, cvRound(kFrame_s * rate_hz / 2))));
}

}  // namespace

Marker::Marker(int rate_hz, std::size_t channels, double strength_db)
    : rate_hz_(rate_hz),
      strength_db_(strength_db),
      frame_(frame_samples(rate_hz)),
      hop_(frame_ / 2),
      window_(frame_),
      bin_bands_(frame_ / 2 + 1),
      waiting_(channels),
      sums_(channels, std::vector<float>(frame_)),
      finished_(channels) {
    ENSURE(rate_hz >= 1000 && channels > 0);
    for (std::size_t i = 0; i < frame_; ++i) {
        window_[i] =
            static_cast<float>(std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(frame_)));
    }
    for (std::size_t bin = 0; bin < bin_bands_.size(); ++bin) {
        bin_bands_[bin] = band_of(static_cast<double>(bin) * rate_hz / static_cast<double>(frame_));
    }
    for (std::vector<float>& channel : waiting_) {
        channel.assign(hop_, 0.0F);  // before the first sample
    }
}

Channels Marker::add(const std::vector<std::span<const float>>& channels) {
    ENSURE(channels.size() == waiting_.size());
    for (std::size_t channel = 0; channel < channels.size(); ++channel) {
        ENSURE(channels[channel].size() == channels.front().size());
        for (const float sample : channels[channel]) {
            waiting_[channel].push_back(std::isfinite(sample) ? sample : 0.0F);
        }
    }
    given_ += static_cast<std::int64_t>(channels.front().size());
    while (waiting_.front().size() >= frame_) {
        mark_frame();
    }
    Channels ready(finished_.size());
    std::swap(ready, finished_);
    handed_out_ += static_cast<std::int64_t>(ready.front().size());
    return ready;
}

void Marker::mark_frame() {
    // The middle of the frame, counted from the first sample on.
    const double middle_s = static_cast<double>(frames_) * static_cast<double>(hop_) / rate_hz_;
    const CellKey& coins = key()[static_cast<std::size_t>(middle_s / kCell_s) % kCells];
    const auto up = static_cast<float>(std::pow(10, strength_db_ / 20)), down = 1 / up;
    cv::Mat in(1, static_cast<int>(frame_), CV_32F), spectrum, out;
    for (std::size_t channel = 0; channel < waiting_.size(); ++channel) {
        std::vector<float>& samples = waiting_[channel];
        std::vector<float>& sum = sums_[channel];
        auto* values = in.ptr<float>();
        std::transform(window_.begin(), window_.end(), samples.begin(), values, std::multiplies<>());
        cv::dft(in, spectrum);
        auto* packed = spectrum.ptr<float>();  // Re 0, Re 1, Im 1, ..., Re count / 2
        for (std::size_t bin = 1; bin + 1 < bin_bands_.size(); ++bin) {
            if (const std::size_t band = bin_bands_[bin]; band < kBands) {
                const float gain = coins[band] > 0 ? up : down;
                packed[2 * bin - 1] *= gain;
                packed[2 * bin] *= gain;
            }
        }
        cv::dft(spectrum, out, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
        const auto* marked = out.ptr<float>();
        for (std::size_t i = 0; i < frame_; ++i) {
            sum[i] += marked[i] * window_[i];
        }
        if (frames_ > 0) {  // the first half frame lies before the sound
            for (std::size_t i = 0; i < hop_; ++i) {
                const double change = static_cast<double>(sum[i]) - samples[i];
                signal_ += static_cast<double>(samples[i]) * samples[i];
                change_ += change * change;
            }
            finished_[channel].insert(finished_[channel].end(), sum.begin(),
                                      sum.begin() + static_cast<std::ptrdiff_t>(hop_));
        }
        std::move(sum.begin() + static_cast<std::ptrdiff_t>(hop_), sum.end(), sum.begin());
        std::fill(sum.begin() + static_cast<std::ptrdiff_t>(hop_), sum.end(), 0.0F);
        samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(hop_));
    }
    ++frames_;
}

Channels Marker::finish() {
    const std::vector<float> silence(frame_, 0.0F);
    const std::int64_t given = given_, handed_out = handed_out_;
    Channels rest = add(std::vector<std::span<const float>>(waiting_.size(), silence));
    for (std::vector<float>& channel : rest) {
        channel.resize(static_cast<std::size_t>(given - handed_out));
    }
    return rest;
}

}  // namespace bonafide::features::sound_watermark
