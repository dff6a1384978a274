// Digital silence is a run in which every channel keeps one value: microphones always leave noise, editors and
// synthesisers need not. Limits: noise gates, voice calls with discontinuous transmission and lossy coders in pauses
// write the same.
#include "analyzers/audio/spectrum_bandwidth/sample_checks.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::audio {
namespace {

constexpr float kFullScale = 0.9995F;
constexpr std::size_t kMostKept = 32;

}  // namespace

void SampleChecks::add(const std::vector<std::span<const float>>& channels) {
    if (channels.empty()) {
        return;
    }
    if (last_.size() != channels.size()) {
        last_.assign(channels.size(), 2.0F);  // no sample has this value: the first one starts a run of its own
    }
    for (std::size_t i = 0; i < channels.front().size(); ++i) {
        bool same = true;
        for (std::size_t channel = 0; channel < channels.size(); ++channel) {
            const float value = channels[channel][i];
            same = same && value == last_[channel];
            clipped_ += value == last_[channel] && std::abs(value) >= kFullScale ? 1 : 0;
            sum_ += value;
            last_[channel] = value;
        }
        if (!same) {
            end_run(false);
            run_ = 0;
        }
        ++run_;
        ++samples;
    }
}

void SampleChecks::finish() {
    end_run(true);
}

void SampleChecks::end_run(bool at_end) {
    const double length_s = static_cast<double>(run_) / rate_hz_;
    if (length_s < least_silence_s_) {
        heard_ = heard_ || run_ > 0;
        return;
    }
    silence_s += length_s;
    if (heard_ && !at_end) {
        inner_silence_s += length_s;
        ++inner_runs;
        const double end_s = static_cast<double>(samples) / rate_hz_;
        const Stretch stretch{end_s - length_s, end_s};
        if (inner.size() < kMostKept) {
            inner.push_back(stretch);
        } else {
            const auto shortest = std::min_element(inner.begin(), inner.end(), [](const Stretch& a, const Stretch& b) {
                return a.end_s - a.start_s < b.end_s - b.start_s;
            });
            if (shortest->end_s - shortest->start_s < length_s) {
                *shortest = stretch;
            }
        }
    }
}

double SampleChecks::offset() const {
    const auto count = static_cast<double>(samples) * static_cast<double>(std::max<std::size_t>(last_.size(), 1));
    return count > 0 ? sum_ / count : 0.0;
}

double SampleChecks::clipped_share() const {
    const auto count = static_cast<double>(samples) * static_cast<double>(std::max<std::size_t>(last_.size(), 1));
    return count > 0 ? static_cast<double>(clipped_) / count : 0.0;
}

}  // namespace bonafide::analyzers::audio
