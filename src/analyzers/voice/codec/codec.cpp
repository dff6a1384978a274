// What coders, channels and resamplers a recording has been through: by the upper end of its spectrum, by the blocks of
// MP3 and AAC, and by the levels of telephone networks.
//
// The search for blocks stands in features/codec_grid/search.cpp, with its papers. Edge: features/sound/bandwidth.cpp.
// Levels: ITU-T Recommendation G.711. Limits: a narrow band has many causes; blocks are found only in sound that was
// not resampled since.
#include "analyzers/voice/codec/codec.h"

#include "features/sound/short_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace bonafide::analyzers {
namespace voice {
namespace {

using analysis::Analysis;
using features::codec_grid::Trace;
using features::codec_grid::Transform;

constexpr double kLeastDuration_s = 1;
constexpr double kLoudPower = 1e-7;  // of a frame, all bins together
constexpr int kTelephoneRate_hz = 8'000;
constexpr double kTelephoneEdge_hz = 4'050;
constexpr double kOnLevels = 0.995;
constexpr std::size_t kZeroPlace = 32'768;  // where the value 0 stands among those of 16 bits

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

/// Which 16-bit values the decoders of G.711 can give: bit 0 for the law of America and Japan (mu), bit 1 for the other
/// one (A).
std::vector<std::uint8_t> telephone_values() {
    std::vector<std::uint8_t> values(65'536, 0);
    const auto mark = [&](std::size_t magnitude, int law) {
        values[kZeroPlace + magnitude] |= static_cast<std::uint8_t>(law);
        values[kZeroPlace - magnitude] |= static_cast<std::uint8_t>(law);
    };
    for (std::size_t exponent = 0; exponent < 8; ++exponent) {
        for (std::size_t mantissa = 0; mantissa < 16; ++mantissa) {
            mark((((mantissa << 3) + 132) << exponent) - 132, 1);
            const std::size_t within = (mantissa << 4) + 8;
            mark(exponent == 0 ? within : (within + 256) << (exponent - 1), 2);
        }
    }
    return values;
}

double mean_db(std::span<const double> power, double bin_hz, double from_hz, double to_hz) {
    const auto first = std::min(power.size() - 1, static_cast<std::size_t>(std::max(1.0, from_hz / bin_hz)));
    const auto last = std::clamp(static_cast<std::size_t>(to_hz / bin_hz), first + 1, power.size());
    const double sum = std::accumulate(power.begin() + static_cast<std::ptrdiff_t>(first),
                                       power.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
    return features::sound::decibels(sum / static_cast<double>(last - first));
}

features::codec_grid::Stretches::Plan grid_plan(int rate_hz) {
    // Once a second over the first eight seconds, later every twelve: less than 1 ms of work for a second of sound.
    return {features::codec_grid::kStretchSamples, rate_hz, 8, 12 * static_cast<std::int64_t>(rate_hz)};
}

features::codec_grid::Stretches::Plan frame_plan(int rate_hz) {
    return {features::sound::frame_samples_at(rate_hz), std::max(1, rate_hz / 20), 200, std::max(1, rate_hz / 4)};
}

Trace stronger(const Trace& a, const Trace& b) {
    return a.strength >= b.strength ? a : b;
}

std::string words_of_edge(const Edge& edge, int rate_hz) {
    const std::string place = with_decimals(edge.at_hz / 1000, 1) + " kHz";
    if (rate_hz <= kTelephoneRate_hz || edge.at_hz <= kTelephoneEdge_hz) {
        return "The sound ends at " + place + ", as on a telephone.";
    }
    if (edge.width_hz <= 0) {
        return "The sound fills the band of its sample rate.";
    }
    for (const auto& [at_hz, who] : std::initializer_list<std::pair<double, const char*>>{
             {6'000, "Opus at a low bit rate"},
             {7'000, "wideband telephony"},
             {8'000, "wideband telephony, Opus, or a sample rate of 16 kHz"},
             {11'025, "a sample rate of 22 kHz"},
             {12'000, "Opus at a middling bit rate, or a sample rate of 24 kHz"},
             {16'000, "MP3 and AAC at middling bit rates, or a sample rate of 32 kHz"},
             {20'000, "Opus, MP3 and AAC at high bit rates"}}) {
        if (std::abs(edge.at_hz - at_hz) < 0.03 * at_hz) {
            return "The sound ends at " + place + ", where " + who +
                   (std::string(who).find(" and ") == std::string::npos ? " ends." : " end.");
        }
    }
    return "The sound ends at " + place + ", below what its sample rate has room for.";
}

}  // namespace

void TelephoneLevels::add(std::span<const float> samples) {
    static const std::vector<std::uint8_t> values = telephone_values();
    for (const float sample : samples) {
        const float scaled = sample * 32'768;
        if (!(std::abs(scaled) >= 0.5F && std::abs(scaled) < 32'767.5F)) {
            continue;
        }
        const float rounded = std::round(scaled);
        ++heard_;
        if (std::abs(scaled - rounded) < 0.01F) {
            const auto place = static_cast<std::size_t>(rounded + 32'768);
            const std::uint8_t laws = values[place];
            mu_law_ += laws & 1;
            a_law_ += (laws >> 1) & 1;
        }
    }
}

std::optional<double> TelephoneLevels::share() const {
    return heard_ == 0 ? std::nullopt
                       : std::optional(static_cast<double>(std::max(mu_law_, a_law_)) / static_cast<double>(heard_));
}

Edge edge_of(std::span<const double> power, int rate_hz) {
    const features::sound::Bandwidth found = features::sound::find_bandwidth(power, rate_hz);
    Edge edge{found.edge_hz, found.step_db, 0, 0};
    if (power.size() < 16 || rate_hz <= 0) {
        return edge;
    }
    const double half_hz = rate_hz / 2.0;
    const double bin_hz = half_hz / static_cast<double>(power.size() - 1);
    edge.low_band_db = mean_db(power, bin_hz, 80, 200) - mean_db(power, bin_hz, 300, 1000);
    if (found.edge_hz >= half_hz) {
        edge.height_db = 0;
        return edge;
    }
    const double inside_db = mean_db(power, bin_hz, found.edge_hz - 800, found.edge_hz - 300);
    const double outside_db = mean_db(power, bin_hz, found.edge_hz + 300, found.edge_hz + 800);
    // From the last place that still has 80 % of the height, counted from below, to the first that has only 20 %.
    const double high_db = outside_db + 0.8 * (inside_db - outside_db),
                 low_db = outside_db + 0.2 * (inside_db - outside_db);
    const auto from = static_cast<std::size_t>(std::max(1.0, (found.edge_hz - 800) / bin_hz));
    const auto to = std::min(power.size() - 1, static_cast<std::size_t>((found.edge_hz + 800) / bin_hz));
    std::size_t last_high = from, first_low = to;
    for (std::size_t bin = from; bin <= to; ++bin) {
        const double level_db = mean_db(power, 1, static_cast<double>(bin) - 1, static_cast<double>(bin) + 2);
        if (level_db >= high_db) {
            last_high = bin;
        } else if (level_db <= low_db && first_low == to) {
            first_low = bin;
        }
    }
    edge.width_hz = bin_hz * std::max(1.0, static_cast<double>(first_low) - static_cast<double>(last_high));
    return edge;
}

CodecHistory::CodecHistory(int rate_hz)
    : rate_hz_(rate_hz), search_(rate_hz), stretches_(grid_plan(rate_hz)), frames_(frame_plan(rate_hz)) {}

void CodecHistory::add(const std::vector<std::span<const float>>& channels) {
    if (channels.empty()) {
        return;
    }
    if (rate_hz_ == kTelephoneRate_hz) {
        levels_.add(channels.front());
    }
    mono_.assign(channels.front().begin(), channels.front().end());
    for (std::size_t channel = 1; channel < channels.size(); ++channel) {
        std::transform(channels[channel].begin(), channels[channel].end(), mono_.begin(), mono_.begin(), std::plus<>());
    }
    const float scale = 1.0F / static_cast<float>(channels.size());
    std::transform(mono_.begin(), mono_.end(), mono_.begin(),
                   [scale](float sum) { return std::isfinite(sum) ? std::clamp(sum * scale, -8.0F, 8.0F) : 0.0F; });
    samples_ += static_cast<std::int64_t>(mono_.size());
    frames_.add(mono_, [this](std::span<const float> frame, std::int64_t) {
        const std::vector<float> power = features::sound::power_spectrum(frame);
        power_.resize(power.size());
        if (std::accumulate(power.begin() + 1, power.end(), 0.0) >= kLoudPower) {
            ++loud_frames_;
            std::transform(power.begin(), power.end(), power_.begin(), power_.begin(), std::plus<>());
        }
    });
    if (search_.applicable()) {
        stretches_.add(mono_, [this](std::span<const float> stretch, std::int64_t first) {
            sum_.add(search_.examine(stretch, first));
        });
    }
}

Analysis CodecHistory::summary(const std::string& stored_as, double least_trace) const {
    const double duration_s = static_cast<double>(samples_) / rate_hz_;
    if (duration_s < kLeastDuration_s) {
        return Analysis::not_applicable("too short: " + with_decimals(duration_s, 2) + " s of sound, at least " +
                                        with_decimals(kLeastDuration_s, 0) + " s are needed");
    }
    if (loud_frames_ == 0) {
        return Analysis::not_applicable("nothing but silence");
    }
    std::vector<double> mean(power_);
    std::transform(mean.begin(), mean.end(), mean.begin(),
                   [this](double sum) { return sum / static_cast<double>(loud_frames_); });
    const Edge edge = edge_of(mean, rate_hz_);
    Analysis analysis;
    analysis.measurements = {{"upper_edge", edge.at_hz, "Hz"},
                             {"upper_edge_height", edge.height_db, "dB"},
                             {"upper_edge_width", edge.width_hz, "Hz"},
                             {"low_band", edge.low_band_db, "dB"}};
    analysis.explanation = words_of_edge(edge, rate_hz_);
    bool earlier = false;
    const auto tell = [&](Transform transform, const Trace& trace, const char* own_name) {
        const std::string name = features::codec_grid::name_of(transform);
        const std::string key = transform == Transform::kMp3 ? "mp3" : "aac";
        analysis.measurements.push_back({key + "_trace", trace.strength, "deviations"});
        analysis.measurements.push_back({key + "_depth", trace.depth, "nepers"});
        if (trace.strength < least_trace) {
            return;
        }
        analysis.measurements.push_back({key + "_offset", static_cast<double>(trace.offset), "samples"});
        const bool own = stored_as == own_name;
        earlier |= !own;
        analysis.explanation +=
            " It bears the blocks of " + name + " coding (" + with_decimals(trace.strength, 0) + " deviations)" +
            (own ? ", as its file says."
                 : ", though it is stored as " + stored_as + ", so that it was " + name + " before.");
    };
    if (sum_.stretches(Transform::kMp3) > 0) {
        tell(Transform::kMp3, sum_.trace(Transform::kMp3), "mp3");
        tell(Transform::kAac, stronger(sum_.trace(Transform::kAac), sum_.trace(Transform::kAacSine)), "aac");
    }
    if (const auto share = levels_.share()) {
        analysis.measurements.push_back({"telephone_levels", *share, "share"});
        if (*share >= kOnLevels) {
            const bool own = stored_as == "pcm_mulaw" || stored_as == "pcm_alaw";
            earlier |= !own;
            analysis.explanation += std::string(" It has only the levels of G.711, the coding of telephone networks") +
                                    (own ? ", as its file says." : ".");
        }
    }
    analysis.measurements.push_back({"earlier_coding", earlier ? 1.0 : 0.0, "flag"});
    analysis.measurements.push_back(
        {"searched_stretches", static_cast<double>(sum_.stretches(Transform::kMp3)), "count"});
    analysis.measurements.push_back({"duration", duration_s, "s"});
    return analysis;
}

}  // namespace voice
}  // namespace bonafide::analyzers
