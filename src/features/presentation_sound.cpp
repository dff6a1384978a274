// Waveform and spectrogram for the eye alone: nothing is measured from them. Averaging columns keeps short events
// visible only down to the width of a column (an hour in 1,000 columns: 3.6 s); the analyzers work on the full sound.
#include "features/presentation_sound.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::features {
namespace {

constexpr double kShownRangeDb = 60.0;
/// Power below which sound is silent; also keeps the logarithm finite.
constexpr float kSilence = 1e-12F;

/// Dark blue over magenta to light yellow, lightness rising evenly, so that it reads the same in grey and to the
/// colour-blind.
cv::Vec3b colour_of(double level) {
    static constexpr std::array<std::array<double, 3>, 5> kStops = {
        {{4, 5, 22}, {66, 21, 105}, {158, 42, 99}, {235, 104, 52}, {252, 245, 170}}};
    const double position = std::clamp(level, 0.0, 1.0) * (kStops.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(position), kStops.size() - 2);
    const double share = position - static_cast<double>(below);
    cv::Vec3b colour;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        colour[static_cast<int>(channel)] =
            cv::saturate_cast<uchar>(kStops[below][channel] * (1 - share) + kStops[below + 1][channel] * share);
    }
    return colour;
}

}  // namespace

void WaveformKeeper::add(const media::SoundBlock& block) {
    if (block.channels.empty() || block.rate_hz <= 0) return;
    rate_hz_ = block.rate_hz;
    std::size_t length = block.channels.front().size();
    for (const std::span<const float> channel : block.channels)
        length = std::min(length, channel.size());
    const float share = 1.0F / static_cast<float>(block.channels.size());
    for (std::size_t i = 0; i < length; ++i) {
        float sum = 0;
        for (const std::span<const float> channel : block.channels)
            sum += channel[i];
        add_sample(sum * share);
    }
}

void WaveformKeeper::add_sample(float sample) {
    sample = std::isfinite(sample) ? std::clamp(sample, -1.0F, 1.0F) : 0.0F;
    if (minimum_.empty() || in_last_bin_ == samples_a_bin_) {
        if (minimum_.size() == kMostBins) {
            for (std::size_t i = 0; i < kMostBins / 2; ++i) {
                minimum_[i] = std::min(minimum_[2 * i], minimum_[2 * i + 1]);
                maximum_[i] = std::max(maximum_[2 * i], maximum_[2 * i + 1]);
            }
            minimum_.resize(kMostBins / 2);
            maximum_.resize(kMostBins / 2);
            samples_a_bin_ *= 2;
        }
        minimum_.push_back(sample);
        maximum_.push_back(sample);
        in_last_bin_ = 0;
    }
    minimum_.back() = std::min(minimum_.back(), sample);
    maximum_.back() = std::max(maximum_.back(), sample);
    ++in_last_bin_;
    ++samples_;
}

SpectrogramKeeper::SpectrogramKeeper() : window_(1, kWindow, CV_32F, cv::Scalar(0)), taper_(1, kWindow, CV_32F) {
    for (int i = 0; i < kWindow; ++i) {
        taper_.at<float>(i) = static_cast<float>(0.5 - 0.5 * std::cos(2 * CV_PI * i / kWindow));
    }
}

void SpectrogramKeeper::add(std::span<const float> mono_16k) {
    auto* const samples = window_.ptr<float>();
    for (const float sample : mono_16k) {
        samples[filled_++] = std::isfinite(sample) ? std::clamp(sample, -1.0F, 1.0F) : 0.0F;
        if (filled_ == kWindow) {
            add_window();
            filled_ = 0;
        }
    }
}

void SpectrogramKeeper::add_window() {
    if (columns_.empty() || in_last_column_ == windows_a_column_) {
        if (!columns_.empty()) {
            for (float& power : columns_.back())
                power /= static_cast<float>(windows_a_column_);
        }
        if (columns_.size() == kMostColumns) {
            for (std::size_t i = 0; i < kMostColumns / 2; ++i) {
                std::vector<float> merged = std::move(columns_[2 * i]);
                for (std::size_t bin = 0; bin < merged.size(); ++bin)
                    merged[bin] = (merged[bin] + columns_[2 * i + 1][bin]) / 2;
                columns_[i] = std::move(merged);
            }
            columns_.resize(kMostColumns / 2);
            windows_a_column_ *= 2;
        }
        columns_.emplace_back(kBins, 0.0F);
        in_last_column_ = 0;
    }
    cv::multiply(window_, taper_, spectrum_);
    cv::dft(spectrum_, spectrum_);
    // Packed as OpenCV leaves real transforms: re 0, re 1, im 1, re 2, im 2, ..., re n/2.
    const auto* const packed = spectrum_.ptr<float>();
    std::vector<float>& column = columns_.back();
    column.front() += packed[0] * packed[0];
    for (int bin = 1; bin < kBins - 1; ++bin) {
        const float real = packed[2 * bin - 1], imaginary = packed[2 * bin];
        column[static_cast<std::size_t>(bin)] += real * real + imaginary * imaginary;
    }
    column.back() += packed[kWindow - 1] * packed[kWindow - 1];
    ++in_last_column_;
    ++windows_;
}

cv::Mat SpectrogramKeeper::picture() const {
    if (columns_.empty()) return {};
    const auto divisor = [&](std::size_t column) {
        return column + 1 == columns_.size() ? static_cast<float>(in_last_column_) : 1.0F;
    };
    float loudest = kSilence;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        for (const float power : columns_[i])
            loudest = std::max(loudest, power / divisor(i));
    }
    cv::Mat picture(kBins, static_cast<int>(columns_.size()), CV_8UC3);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        for (int bin = 0; bin < kBins; ++bin) {
            const float power = std::max(columns_[i][static_cast<std::size_t>(bin)] / divisor(i), kSilence);
            const double below_db = 10 * std::log10(loudest / power);
            picture.at<cv::Vec3b>(kBins - 1 - bin, static_cast<int>(i)) =
                colour_of(loudest > kSilence ? 1 - below_db / kShownRangeDb : 0.0);
        }
    }
    return picture;
}

}  // namespace bonafide::features
