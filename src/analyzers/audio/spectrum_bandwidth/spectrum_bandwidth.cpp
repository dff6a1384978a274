// Bandwidth, holes, digital silence and discontinuities of a recording. The algorithms, their papers, deviations and
// limits stand in bandwidth.cpp, sample_checks.cpp and breaks.cpp; here they are fed and their results are put into
// words.
#include "analyzers/audio/spectrum_bandwidth/spectrum_bandwidth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>

namespace bonafide::analyzers {
namespace audio {
namespace {

using analysis::Analysis;
using analysis::Observation;
using features::sound::Bandwidth;

constexpr double kLeastDuration_s = 0.5;
/// How much of the report each kind of finding may take.
constexpr std::size_t kMostOfOneKind = 15;
constexpr double kNarrowShare = 0.9;

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

void observe(Analysis& analysis, double start_s, double end_s, std::string words, evidence::Measurement measurement) {
    Observation observation;
    observation.where.start_s = std::max(0.0, start_s);
    observation.where.end_s = std::max(*observation.where.start_s, end_s);
    observation.measurements.push_back(std::move(measurement));
    observation.explanation = std::move(words);
    analysis.observations.push_back(std::move(observation));
}

std::vector<Break> strongest_in_order(std::vector<Break> breaks) {
    std::sort(breaks.begin(), breaks.end(), [](const Break& a, const Break& b) { return a.strength > b.strength; });
    breaks.resize(std::min(breaks.size(), kMostOfOneKind));
    std::sort(breaks.begin(), breaks.end(), [](const Break& a, const Break& b) { return a.time_s < b.time_s; });
    return breaks;
}

void observe_all(Analysis& analysis, const Listener& listener) {
    for (const Break& found : strongest_in_order(listener.noise.found.kept)) {
        observe(analysis, found.time_s, found.time_s,
                "The background changes by " + with_decimals(found.strength, 0) +
                    " dB within a moment, in all of its parts. Sound from elsewhere may begin here; a microphone that "
                    "was switched, moved or muted does the same.",
                {"strongest_noise_step", found.strength, "dB"});
    }
    for (const Break& found : strongest_in_order(listener.clicks.found.kept)) {
        observe(analysis, found.time_s, found.time_s,
                "One sample breaks off from what the sound around it foretells. A hard cut leaves such a click; so do "
                "lost data and a knock on the microphone.",
                {"strongest_click", found.strength, "ratio"});
    }
    for (std::size_t i = 0; i < std::min(listener.samples.inner.size(), kMostOfOneKind); ++i) {
        const Stretch& stretch = listener.samples.inner[i];
        observe(analysis, stretch.start_s, stretch.end_s,
                "Perfect digital silence in the middle of sound: no microphone is that quiet. Muting, inserted "
                "silence, a noise gate, a voice call or synthetic speech leave it.",
                {"inner_silence", stretch.end_s - stretch.start_s, "s"});
    }
}

std::string overall_words(const Listener& listener, const Bandwidth& bandwidth) {
    const std::int64_t moments = listener.noise.found.count + listener.clicks.found.count + listener.samples.inner_runs;
    std::string words = moments == 0 ? "The sound runs on without breaks."
                                     : std::to_string(moments) + (moments == 1 ? " moment breaks" : " moments break") +
                                           " the run of the sound (changes of background, clicks, digital silence).";
    if (bandwidth.edge_hz < kNarrowShare * listener.rate_hz / 2) {
        words += " It reaches up to " + with_decimals(bandwidth.edge_hz / 1000, 1) +
                 " kHz, although its sample rate has room for " + with_decimals(listener.rate_hz / 2000.0, 1) +
                 " kHz: a narrow channel, a lossy coder or a raised sample rate.";
    }
    return words;
}

}  // namespace

Listener::Listener(int rate, const ListenerOptions& options)
    : rate_hz(rate),
      samples(rate, options.least_silence_s),
      spectrum(rate),
      clicks(rate, options.least_click_ratio),
      noise(rate, options.least_noise_step_db),
      framer_(features::sound::frame_samples_at(rate)) {}

void Listener::add(const std::vector<std::span<const float>>& channels) {
    if (channels.empty()) {
        return;
    }
    samples.add(channels);
    mono_.assign(channels.front().begin(), channels.front().end());
    for (std::size_t channel = 1; channel < channels.size(); ++channel) {
        std::transform(channels[channel].begin(), channels[channel].end(), mono_.begin(), mono_.begin(),
                       [](float value, float sum) { return sum + value; });
    }
    const float scale = 1.0F / static_cast<float>(channels.size());
    std::transform(mono_.begin(), mono_.end(), mono_.begin(), [scale](float sum) { return sum * scale; });
    framer_.add(mono_, [this](std::span<const float> frame) {
        const std::vector<float> power = features::sound::power_spectrum(frame);
        spectrum.add(power);
        noise.add(power);
        clicks.add(frame);
    });
}

void Listener::finish() {
    samples.finish();
    noise.finish();
}

Analysis summarise(const Listener& listener) {
    const double duration_s = static_cast<double>(listener.samples.samples) / listener.rate_hz;
    if (duration_s < kLeastDuration_s) {
        return Analysis::not_applicable("too short: " + with_decimals(duration_s, 2) + " s of sound, at least " +
                                        with_decimals(kLeastDuration_s, 1) + " s are needed");
    }
    if (listener.samples.silence_s >= duration_s - 0.1) {
        return Analysis::not_applicable("nothing but digital silence");
    }
    const Bandwidth bandwidth = listener.spectrum.bandwidth();
    const auto count = [](std::int64_t value) { return static_cast<double>(value); };
    Analysis analysis;
    analysis.explanation = overall_words(listener, bandwidth);
    observe_all(analysis, listener);
    analysis.measurements = {
        {"strongest_noise_step", listener.noise.found.strongest, "dB"},
        {"noise_steps", count(listener.noise.found.count), "count"},
        {"strongest_click", listener.clicks.found.strongest, "ratio"},
        {"clicks", count(listener.clicks.found.count), "count"},
        {"inner_silence", listener.samples.inner_silence_s, "s"},
        {"inner_silences", count(listener.samples.inner_runs), "count"},
        {"digital_silence", listener.samples.silence_s / duration_s, "share"},
        {"bandwidth", bandwidth.edge_hz, "Hz"},
        {"bandwidth_share", bandwidth.edge_hz / (listener.rate_hz / 2.0), "share"},
        {"bandwidth_edge", bandwidth.step_db, "dB"},
        {"spectral_holes", listener.spectrum.hole_share(), "share"},
        {"clipped", listener.samples.clipped_share(), "share"},
        {"offset", listener.samples.offset(), "full_scale"},
        {"duration", duration_s, "s"},
    };
    return analysis;
}

namespace {

class SpectrumBandwidth final : public analysis::Analyzer {
  public:
    explicit SpectrumBandwidth(const analysis::Parameters& parameters)
        : options_{parameters["least_silence"], parameters["least_click"], parameters["least_noise_step"]} {}
    void on_sound(const media::SoundBlock& block) override {
        if (!listener_ && block.rate_hz > 0) {
            listener_.emplace(block.rate_hz, options_);
        }
        if (listener_) {
            listener_->add(block.channels);
        }
    }
    Analysis finish(const analysis::Context&) override {
        if (!listener_) {
            return Analysis::not_applicable("no sound");
        }
        listener_->finish();
        return summarise(*listener_);
    }

  private:
    ListenerOptions options_;
    std::optional<Listener> listener_;
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<SpectrumBandwidth>(parameters);
}

}  // namespace
}  // namespace audio

const analysis::AnalyzerDefinition& audio_spectrum_bandwidth() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "audio.spectrum.bandwidth";
        made.summary =
            "Real bandwidth against the sample rate, empty bands, digital silence, clicks and sudden changes of the "
            "background.";
        made.limits =
            "Needs half a second of sound. Cuts in quiet moments or with a cross-fade leave no click, and changes of "
            "background need 1.6 s on either side.";
        made.known_false_alarms =
            "Noise gates, voice calls, muted microphones, music, knocks on the microphone, clicks of the mouth; a "
            "narrow band has many honest causes.";
        made.reference =
            "Pan, Zhang and Lyu, ICASSP 2012; Cooper, AES 39th Conference 2010; Yang, Shi and Huang, MM&Sec 2009";
        made.inputs = {ingest::MediaKind::kAudio, ingest::MediaKind::kVideo};
        made.wants_sound = true;
        made.emits = {
            {"strongest_noise_step", "dB",
             "Largest sudden change of the background that three quarters of the bands reach; 0 where there is none"},
            {"noise_steps", "count", "Sudden changes of the background"},
            {"strongest_click", "ratio",
             "Largest isolated prediction error against the largest other one nearby; 0 where there is none"},
            {"clicks", "count", "Isolated prediction errors"},
            {"inner_silence", "s", "Digital silence between sounds"},
            {"inner_silences", "count", "Stretches of digital silence between sounds"},
            {"digital_silence", "share", "Digital silence anywhere"},
            {"bandwidth", "Hz", "Where the long-term spectrum ends"},
            {"bandwidth_share", "share", "That frequency against half the sample rate"},
            {"bandwidth_edge", "dB", "How steeply the spectrum ends there"},
            {"spectral_holes", "share", "Parts of loud moments that hold nothing at all, below the bandwidth"},
            {"clipped", "share", "Samples that repeat full scale"},
            {"offset", "full_scale", "Mean of all samples"},
            {"duration", "s", "Sound decoded"},
        };
        made.parameters = {
            {"least_silence", "Shortest run of one value that counts as digital silence", "s", 0.005, 10, 0.02},
            {"least_click", "Smallest isolated prediction error, against the largest other one nearby", "ratio", 2, 50,
             10},
            {"least_noise_step", "Smallest change of the background", "dB", 3, 60, 12},
        };
        made.create = audio::create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers
