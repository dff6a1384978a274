#include "analyzers/audio/spectrum_bandwidth/spectrum_bandwidth.h"

#include "fixtures/shared_data.h"
#include "fixtures/sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

namespace bonafide::analyzers::audio {
namespace {

using analysis::Analysis;
using fixtures::Sound;
using fixtures::SoundKind;
using testing::HasSubstr;

double value(const Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << "no measurement " << name;
    return -1;
}

ListenerOptions default_options() {
    const auto parameters = analysis::Parameters::resolve(audio_spectrum_bandwidth().parameters, {});
    return {(*parameters)["least_silence"], (*parameters)["least_click"], (*parameters)["least_noise_step"]};
}

/// In pieces of uneven length, as decoders deliver them.
Analysis examine(const Sound& sound) {
    Listener listener(sound.rate_hz, default_options());
    for (std::size_t at = 0, piece = 777; at < sound.channels.front().size();
         at += piece, piece = piece * 7 % 4099 + 1) {
        std::vector<std::span<const float>> channels;
        for (const std::vector<float>& channel : sound.channels) {
            channels.push_back(std::span(channel).subspan(at, std::min(piece, channel.size() - at)));
        }
        listener.add(channels);
    }
    listener.finish();
    return summarise(listener);
}

TEST(SpectrumBandwidth, FindsNothingInUntouchedSound) {
    for (const SoundKind kind : {SoundKind::kSpeechLike, SoundKind::kTones, SoundKind::kNoise}) {
        for (const int rate_hz : {16'000, 44'100}) {
            const Analysis analysis = examine(fixtures::make_sound(kind, rate_hz, 6, 1, 2));
            EXPECT_EQ(value(analysis, "clicks"), 0) << static_cast<int>(kind);
            EXPECT_EQ(value(analysis, "noise_steps"), 0);
            EXPECT_EQ(value(analysis, "inner_silence"), 0);
            EXPECT_EQ(value(analysis, "digital_silence"), 0);
            EXPECT_EQ(value(analysis, "clipped"), 0);
            EXPECT_NEAR(value(analysis, "offset"), 0, 0.01);
            EXPECT_NEAR(value(analysis, "duration"), 6, 0.01);
            EXPECT_TRUE(analysis.observations.empty());
        }
    }
    EXPECT_EQ(value(examine(fixtures::make_sound(SoundKind::kNoise, 44'100, 4, 1)), "bandwidth_share"), 1);
}

TEST(SpectrumBandwidth, FindsTheEdgeOfALowPass) {
    for (const double cutoff_hz : {4'000.0, 8'000.0, 16'000.0}) {
        Sound sound = fixtures::make_sound(SoundKind::kNoise, 44'100, 3, 1);
        fixtures::low_pass(sound, cutoff_hz);
        const Analysis analysis = examine(sound);
        EXPECT_NEAR(value(analysis, "bandwidth"), cutoff_hz, 250);
        EXPECT_GT(value(analysis, "bandwidth_edge"), 30);
        EXPECT_THAT(analysis.explanation, HasSubstr("kHz"));
    }
}

TEST(SpectrumBandwidth, FindsDigitalSilenceBetweenSoundsOnly) {
    Sound sound = fixtures::make_sound(SoundKind::kSpeechLike, 16'000, 6, 2, 2);
    fixtures::make_digital_silence(sound, 0, 0.5);
    fixtures::make_digital_silence(sound, 2.0, 2.3);
    fixtures::make_digital_silence(sound, 5.5, 6.0);
    const Analysis analysis = examine(sound);
    EXPECT_EQ(value(analysis, "inner_silences"), 1);
    EXPECT_NEAR(value(analysis, "inner_silence"), 0.3, 0.001);
    EXPECT_NEAR(value(analysis, "digital_silence"), 1.3 / 6, 0.001);
    bool seen = false;
    for (const auto& observation : analysis.observations) {
        if (observation.explanation.find("digital silence") != std::string::npos) {
            seen = true;
            EXPECT_NEAR(*observation.where.start_s, 2.0, 0.001);
            EXPECT_NEAR(*observation.where.end_s, 2.3, 0.001);
        }
    }
    EXPECT_TRUE(seen);
    // Silence of one channel alone is no digital silence.
    Sound half = fixtures::make_sound(SoundKind::kNoise, 16'000, 3, 2, 2);
    std::fill(half.channels[1].begin(), half.channels[1].end(), 0.0F);
    EXPECT_EQ(value(examine(half), "digital_silence"), 0);
}

TEST(SpectrumBandwidth, FindsTheClickOfAHardCut) {
    Sound sound = fixtures::make_sound(SoundKind::kTones, 16'000, 6, 3);
    fixtures::cut_out(sound, 2.5, 3.00037);
    const Analysis analysis = examine(sound);
    EXPECT_GE(value(analysis, "clicks"), 1);
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 2.5, 0.01);
}

TEST(SpectrumBandwidth, FindsAnotherBackground) {
    Sound sound = fixtures::make_sound(SoundKind::kSpeechLike, 16'000, 10, 4);
    Sound louder = fixtures::make_sound(SoundKind::kSpeechLike, 16'000, 5, 5);
    const Sound noise = fixtures::make_sound(SoundKind::kNoise, 16'000, 5, 6);
    for (std::size_t i = 0; i < louder.channels[0].size(); ++i) {
        louder.channels[0][i] += 0.1F * noise.channels[0][i];
    }
    fixtures::splice_in(sound, louder, 5);
    const Analysis analysis = examine(sound);
    EXPECT_EQ(value(analysis, "noise_steps"), 1);
    EXPECT_GT(value(analysis, "strongest_noise_step"), 12);
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 5, 0.5);
}

TEST(SpectrumBandwidth, MeasuresClippingAndOffset) {
    Sound loud = fixtures::make_sound(SoundKind::kTones, 16'000, 2, 1);
    fixtures::overdrive(loud, 10);
    EXPECT_GT(value(examine(loud), "clipped"), 0.2);
    Sound shifted = fixtures::make_sound(SoundKind::kTones, 16'000, 2, 1);
    fixtures::add_offset(shifted, 0.1);
    EXPECT_NEAR(value(examine(shifted), "offset"), 0.1, 0.005);
}

TEST(SpectrumBandwidth, IsNotApplicableToTooLittle) {
    const Analysis brief = examine(fixtures::make_sound(SoundKind::kNoise, 16'000, 0.3, 1));
    EXPECT_EQ(brief.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(brief.reason, HasSubstr("too short"));
    Sound silent = fixtures::make_sound(SoundKind::kNoise, 16'000, 2, 1);
    fixtures::make_digital_silence(silent, 0, 2);
    const Analysis nothing = examine(silent);
    EXPECT_EQ(nothing.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(nothing.reason, HasSubstr("digital silence"));
}

TEST(SpectrumBandwidth, StaysFiniteAndBoundedOnHostileSound) {
    Sound sound = fixtures::make_sound(SoundKind::kNoise, 8'000, 60, 1);
    for (std::size_t i = 0; i < sound.channels[0].size(); ++i) {
        const std::size_t phase = i % 1000;
        sound.channels[0][i] = phase < 300    ? 0.0F
                               : phase == 500 ? 1e6F
                                              : sound.channels[0][i] * (i % 100'000 < 50'000 ? 1.0F : 1e-4F);
    }
    const Analysis analysis = examine(sound);
    EXPECT_LE(analysis.observations.size(), analysis::kMostObservations);
    std::set<std::string_view> declared;
    for (const auto& emitted : audio_spectrum_bandwidth().emits) {
        declared.insert(emitted.name);
    }
    EXPECT_EQ(declared.size(), analysis.measurements.size());
    for (const auto& measurement : analysis.measurements) {
        EXPECT_TRUE(declared.contains(measurement.name)) << measurement.name;
        EXPECT_TRUE(std::isfinite(measurement.value)) << measurement.name;
    }
    for (const int rate_hz : {1, 100, 768'000}) {
        Sound odd = fixtures::make_sound(SoundKind::kNoise, 8'000, 0.5, 1);
        odd.rate_hz = rate_hz;
        for (const auto& measurement : examine(odd).measurements) {
            EXPECT_TRUE(std::isfinite(measurement.value)) << measurement.name << " at " << rate_hz;
        }
    }
}

TEST(Bandwidth, OfTooFewBinsIsWhole) {
    using features::sound::find_bandwidth;
    EXPECT_EQ(find_bandwidth({}, 16'000).edge_hz, 8'000);
    const std::vector<double> flat(513, 1e-6);
    EXPECT_EQ(find_bandwidth(flat, 16'000).edge_hz, 8'000);
}

TEST(ShortTime, PutsAToneIntoItsBin) {
    std::vector<float> tone(512);
    for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] = static_cast<float>(std::sin(2 * 3.14159265358979 * 32 * static_cast<double>(i) / 512));
    }
    const std::vector<float> power = features::sound::power_spectrum(tone);
    ASSERT_EQ(power.size(), 257U);
    EXPECT_NEAR(power[32], 1.0, 0.01);
    EXPECT_LT(power[40], 1e-6);
}

/// Reads a recording of the development data.
std::optional<Sound> read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto source = ingest::open_memory(bytes);
    auto reader =
        media::StreamReader::open({ingest::Container::kFlac, ingest::MediaKind::kAudio, "", ""}, *source, Limits{});
    if (!reader) {
        return std::nullopt;
    }
    struct Keeper final : media::StreamSink {
        Sound sound;
        void on_sound(const media::SoundBlock& block) override {
            sound.rate_hz = block.rate_hz;
            sound.channels.resize(block.channels.size());
            for (std::size_t i = 0; i < block.channels.size(); ++i) {
                sound.channels[i].insert(sound.channels[i].end(), block.channels[i].begin(), block.channels[i].end());
            }
        }
    } keeper;
    media::ReadOptions options;
    options.sound = true;
    if (!(*reader)->read(options, keeper).ok() || keeper.sound.channels.empty()) {
        return std::nullopt;
    }
    return keeper.sound;
}

TEST(SpectrumBandwidth, GenuineVoicesStayLow) {
    const auto data = fixtures::shared_data();
    if (!data) {
        GTEST_SKIP() << "no development data";
    }
    int heard = 0;
    int stepped = 0;
    for (int number = 1; number <= 654; number += 20) {
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "/%04d.flac", number);
        const auto sound = read(*data + "/voices/bona_fide" + name.data());
        if (!sound) {
            continue;
        }
        ++heard;
        const Analysis analysis = examine(*sound);
        EXPECT_EQ(analysis.outcome, evidence::Outcome::kRan) << name.data();
        stepped += value(analysis, "noise_steps") > 0 ? 1 : 0;
    }
    EXPECT_GT(heard, 20);
    EXPECT_LE(stepped, heard / 5);
}

}  // namespace
}  // namespace bonafide::analyzers::audio
