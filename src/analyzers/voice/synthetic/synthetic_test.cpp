#include "analyzers/voice/synthetic/synthetic.h"

#include "fixtures/shared_data.h"
#include "fixtures/voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

namespace bonafide::analyzers::voice {
namespace {

using analysis::Analysis;
using evidence::Outcome;
using testing::HasSubstr;

constexpr std::size_t kMotionFrom = 2 * features::voice::kLinearCoefficients;
constexpr std::size_t kMotionTo = 3 * features::voice::kLinearCoefficients;

double value(const Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << "no measurement " << name;
    return -1;
}

using features::voice::FrameRateTraces;
using features::voice::kFrameRates;
using features::voice::kFrameRates_hz;
using features::voice::kStatistics;

nlohmann::json direction(double offset) {
    return {{"offset", offset}, {"weight", std::vector<double>(kStatistics, 0)}};
}

/// A condition whose offset of smoothness is `offset`.
nlohmann::json condition(const char* name, double offset) {
    return {{"name", name},
            {"mean", std::vector<double>(kStatistics, 0)},
            {"scale", std::vector<double>(kStatistics, 1)},
            {"share", direction(0)},
            {"smooth", direction(offset)}};
}

nlohmann::json document(double weight = 0) {
    nlohmann::json made = {
        {"schema", "bonafide.voice_linear/5"}, {"clip", 5}, {"most_rough", 1000}, {"as_recorded", -1000}};
    made["mean"] = std::vector<double>(kStatistics, 0);
    made["scale"] = std::vector<double>(kStatistics, 1);
    made["rough"] = direction(-50);  // never
    made["conditions"] = {condition("native", 0)};
    const std::vector<double> zeros(kFrameRates, 0), ones(kFrameRates, 1);
    made["frame_rates"] = {{"handicap", zeros}, {"tones_share", 0.5}, {"sharpness", 1}, {"zero", 0},
                           {"least", 0},        {"most", 0},          {"weight", 1}};  // says nothing
    made["frame_rates"]["beats"] = made["frame_rates"]["tones"] = {{"middle", zeros}, {"scale", ones}};
    for (std::size_t i = kMotionFrom; i < kMotionTo; ++i) {
        made["conditions"][0]["smooth"]["weight"][i] = weight;
    }
    return made;
}

/// Judges by how much the spectrum changes from frame to frame, and by nothing else.
LinearModel motion_model(double weight = -0.2) {
    auto model = LinearModel::parse(document(weight).dump());
    EXPECT_TRUE(model.ok());
    return *model;
}

LinearModel shipped_model() {
    std::ifstream file(std::string(BONAFIDE_SOURCE_DIR) + "/models/voice/synthetic.json");
    std::ostringstream text;
    text << file.rdbuf();
    auto model = LinearModel::parse(text.str());
    EXPECT_TRUE(model.ok());
    return *model;
}

JudgeOptions default_options() {
    const auto parameters = analysis::Parameters::resolve(voice_synthetic().parameters, {});
    return {(*parameters)["least_signal_to_noise"], (*parameters)["least_bandwidth"], (*parameters)["least_score"]};
}

Analysis judge(std::span<const float> samples, const LinearModel& model,
               const JudgeOptions& options = default_options()) {
    Judge judge(model, options);
    features::voice::WindowStream stream([&](const features::voice::Window& window) { judge.take(window); });
    stream.add(samples);
    stream.finish();
    return judge.summary(stream.duration_s());
}

Analysis judge(const fixtures::Sound& sound, const LinearModel& model) {
    return judge(sound.channels.front(), model);
}

TEST(VoiceSynthetic, ScoresRiseWithSmoothness) {
    double last = -1e9;
    for (const double smoothness : {0.0, 0.5, 1.0}) {
        const Analysis analysis = judge(fixtures::make_voice({8.1, 1, smoothness}), motion_model());
        ASSERT_EQ(analysis.outcome, Outcome::kRan) << analysis.reason;
        EXPECT_GT(value(analysis, "score"), last) << smoothness;
        last = value(analysis, "score");
        EXPECT_GE(value(analysis, "judged_windows"), 3);
    }
}

TEST(VoiceSynthetic, PointsAtTheSmoothPart) {
    fixtures::Sound sound = fixtures::make_voice({20, 1, 0});
    const fixtures::Sound smooth = fixtures::make_voice({8, 2, 1});
    const double apart = value(judge(sound, motion_model()), "strongest_window");
    fixtures::splice_in(sound, smooth, 6);
    JudgeOptions options = default_options();
    options.least_score = apart + 0.1;
    const Analysis analysis = judge(sound.channels.front(), motion_model(), options);
    ASSERT_EQ(analysis.observations.size(), 1U);
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 6, 3.1);
    EXPECT_NEAR(*analysis.observations[0].where.end_s, 14, 3.1);
    EXPECT_THAT(analysis.observations[0].explanation, HasSubstr("synthetic"));
    EXPECT_GT(value(analysis, "suspicious_windows"), 2);
}

TEST(VoiceSynthetic, AbstainsInWords) {
    const LinearModel model = motion_model();
    const auto reason = [&](const fixtures::Sound& sound) {
        const Analysis analysis = judge(sound, model);
        EXPECT_EQ(analysis.outcome, Outcome::kNotApplicable);
        EXPECT_TRUE(analysis.measurements.empty());
        return analysis.reason;
    };
    EXPECT_THAT(reason(fixtures::make_voice({0.3, 1})), HasSubstr("too short"));
    EXPECT_THAT(reason({16'000, {std::vector<float>(80'000, 0.0F)}}), HasSubstr("silence"));
    EXPECT_THAT(reason(fixtures::make_sound(fixtures::SoundKind::kTones, 16'000, 6, 1)), HasSubstr("no speech"));
    EXPECT_THAT(reason(fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 6, 1)), HasSubstr("no speech"));
    EXPECT_THAT(reason(fixtures::make_music(6, 1)), HasSubstr("no speech"));
    EXPECT_THAT(reason(fixtures::make_voice({6, 1, 0, -36})), HasSubstr("noisy"));
    fixtures::Sound telephone = fixtures::make_voice({6, 1});
    fixtures::low_pass(telephone, 3400);
    EXPECT_THAT(reason(telephone), HasSubstr("narrow"));
}

TEST(VoiceSynthetic, KeepsFewSegmentsOfALongRecording) {
    const fixtures::Sound voice = fixtures::make_voice({30, 1});
    std::vector<float> samples;
    for (int i = 0; i < 45; ++i) {  // with gaps of silence: more segments than are kept
        samples.insert(samples.end(), voice.channels[0].begin(), voice.channels[0].begin() + 40'000);
        samples.insert(samples.end(), 80'000, 0.0F);
    }
    JudgeOptions options = default_options();
    options.least_score = -1000;
    const Analysis analysis = judge(samples, motion_model(), options);
    EXPECT_LE(analysis.observations.size(), analysis::kMostObservations);
    EXPECT_GT(value(analysis, "judged_windows"), 30);
    EXPECT_LT(value(analysis, "judged_share"), 0.9);
}

/// One who speaks as a person does and one whose voice glides, in turn, for six to ten seconds.
std::vector<float> dialogue(bool second_is_smooth) {
    std::vector<float> samples;
    std::uint64_t seed = 1;
    for (const double length_s : {8.0, 7.0, 10.0, 6.0, 9.0, 8.0}) {
        const bool second = seed % 2 == 0;
        const fixtures::Sound turn = fixtures::make_voice(
            {length_s, seed++, second && second_is_smooth ? 1.0 : 0.0, -70, second ? 1.7 : 0.9, second ? 1.2 : 0.95});
        samples.insert(samples.end(), turn.channels.front().begin(), turn.channels.front().end());
    }
    return samples;
}

TEST(VoiceSynthetic, FindsTheSyntheticOneOfTwoVoices) {
    const LinearModel model = motion_model(-0.6);
    const std::vector<float> genuine = dialogue(false), mixed = dialogue(true);
    JudgeOptions options = default_options();
    const Analysis before = judge(genuine, model, options);
    EXPECT_EQ(value(before, "speakers"), 2);
    options.least_score = value(before, "strongest_window") + 0.1;
    const Analysis found = judge(mixed, model, options);
    EXPECT_EQ(value(found, "speakers"), 2);
    EXPECT_GT(value(found, "score"), value(found, "score_of_all") + 0.5);
    EXPECT_GT(value(found, "score"), value(before, "score") + 1);
    EXPECT_THAT(found.explanation, HasSubstr("One of the two voices (0:0"));
    EXPECT_THAT(found.explanation, HasSubstr("and 2 more turns) is like synthetic speech"));
    EXPECT_THAT(found.explanation, HasSubstr("The other is like recorded speech."));
    const std::array<std::array<double, 2>, 3> turns = {{{8, 15}, {25, 31}, {40, 48}}};
    ASSERT_EQ(found.observations.size(), turns.size());
    for (std::size_t i = 0; i < turns.size(); ++i) {
        EXPECT_NEAR(*found.observations[i].where.start_s, turns[i][0], 1);
        EXPECT_NEAR(*found.observations[i].where.end_s, turns[i][1], 1);
        EXPECT_EQ(found.observations[i].measurements.front().name, "score");
        EXPECT_THAT(found.observations[i].explanation, HasSubstr("how the spectrum changes"));
        EXPECT_GE(found.observations[i].measurements.front().value, options.least_score);
    }
}

TEST(VoiceSynthetic, JudgesOneVoiceByAllItsWindows) {
    for (const double duration_s : {3.0, 30.0}) {
        const Analysis analysis = judge(fixtures::make_voice({duration_s, 1}), motion_model());
        EXPECT_EQ(value(analysis, "speakers"), 1) << duration_s;
        EXPECT_EQ(value(analysis, "score"), value(analysis, "score_of_all")) << duration_s;
    }
}

TEST(VoiceSynthetic, EmitsWhatItDeclares) {
    const auto& emits = voice_synthetic().emits;
    fixtures::Sound sound = fixtures::make_voice({5, 1});
    fixtures::add_frame_rate(sound, kFrameRates_hz[8]);
    JudgeOptions options = default_options();
    options.least_score = -10;
    const Analysis analysis = judge(sound.channels.front(), shipped_model(), options);
    ASSERT_EQ(analysis.outcome, Outcome::kRan) << analysis.reason;
    ASSERT_FALSE(analysis.observations.empty());
    for (const analysis::Observation& observation : analysis.observations) {
        for (const evidence::Measurement& measurement : observation.measurements) {
            EXPECT_TRUE(std::any_of(emits.begin(), emits.end(), [&](const auto& each) {
                return each.name == measurement.name && each.unit == measurement.unit;
            })) << measurement.name;
        }
    }
    // The last two are of places alone.
    ASSERT_EQ(analysis.measurements.size(), emits.size() - 2);
    for (std::size_t i = 0; i < analysis.measurements.size(); ++i) {
        EXPECT_EQ(analysis.measurements[i].name, voice_synthetic().emits[i].name);
        EXPECT_EQ(analysis.measurements[i].unit, voice_synthetic().emits[i].unit);
        EXPECT_TRUE(std::isfinite(analysis.measurements[i].value));
    }
}

TEST(VoiceModel, CuesAndOffsetMakeTheSmoothness) {
    const LinearModel model = shipped_model();
    const fixtures::Sound sound = fixtures::make_voice({4, 3});
    features::voice::ConstantQ constant_q;
    features::voice::WindowStream stream([&](const features::voice::Window& window) {
        const Score score = model.score(features::voice::window_statistics(window, constant_q),
                                        features::voice::frame_rate_traces(window.samples));
        const double movement = score.log_odds - score.traces;
        const double share_of_smoothness = std::exp(score.smoothness - movement);
        const auto roughness = score.cues.begin() + static_cast<std::ptrdiff_t>(Cue::kRoughness);
        EXPECT_NEAR(std::accumulate(score.cues.begin(), roughness, 0.0) / share_of_smoothness + score.offset,
                    score.smoothness, 1e-6);
        EXPECT_GE(movement, score.smoothness);
        EXPECT_EQ(score.cues.back(), score.traces);
    });
    stream.add(sound.channels.front());
    stream.finish();
}

TEST(VoiceModel, JudgesSoundByTheConditionThatItSeemsToBeIn) {
    nlohmann::json made = document();
    made["conditions"] = {condition("native", -2), condition("noisy", 4)};
    made["conditions"][1]["share"]["weight"][0] = 3;
    features::voice::Statistics statistics{};
    const auto model = LinearModel::parse(made.dump());
    ASSERT_TRUE(model.ok());
    EXPECT_THAT(model->conditions(), testing::ElementsAre("native", "noisy"));
    EXPECT_NEAR(model->score(statistics, {}).smoothness, 1, 1e-9);  // even odds: the middle
    for (const auto& [value, share] : {std::pair(1.0F, 1 / (1 + std::exp(-3.0))), std::pair(-1e9F, 0.0)}) {
        statistics[0] = value;
        EXPECT_NEAR(model->shares(statistics)[1], share, 1e-6);
        EXPECT_NEAR(model->score(statistics, {}).smoothness, -2 + 6 * share, 1e-5);
    }
}

TEST(VoiceModel, HearsNoiseInTheSharesThatShip) {
    const LinearModel model = shipped_model();
    const std::vector<std::string> names = model.conditions();
    ASSERT_THAT(names, testing::UnorderedElementsAre("native", "opus24", "mp3_64", "mp3_32", "aac48", "noise30"));
    const auto noisy = static_cast<std::size_t>(std::find(names.begin(), names.end(), "noise30") - names.begin());
    const auto share = [&](double noise_db) {
        double found = 0;
        features::voice::ConstantQ constant_q;
        features::voice::WindowStream stream([&](const features::voice::Window& window) {
            found = model.shares(features::voice::window_statistics(window, constant_q))[noisy];
        });
        stream.add(fixtures::make_voice({4, 3, 0, noise_db}).channels.front());
        stream.finish();
        return found;
    };
    EXPECT_GT(share(-50), share(-90));
}

TEST(VoiceModel, AddsTheOddsOfRoughSpeech) {
    nlohmann::json made = document();
    made["rough"]["offset"] = 0;
    const Score even = LinearModel::parse(made.dump())->score({}, {});
    EXPECT_NEAR(even.log_odds, std::log(2), 1e-9);
    made["rough"]["offset"] = 900;  // whose odds no number holds
    const Score rough = LinearModel::parse(made.dump())->score({}, {});
    EXPECT_NEAR(rough.log_odds, 900, 1e-9);
    EXPECT_NEAR(rough.cues[static_cast<std::size_t>(Cue::kRoughness)], 900, 1e-6);
    made["most_rough"] = 6;
    EXPECT_NEAR(LinearModel::parse(made.dump())->score({}, {}).log_odds, std::log(std::exp(6) + 1), 1e-9);
}

TEST(VoiceModel, AddsTheOddsOfTracesWhateverTheirRate) {
    nlohmann::json made = document();
    made["frame_rates"]["least"] = -1;
    made["frame_rates"]["most"] = 5;
    made["frame_rates"]["handicap"][2] = 4;
    const auto model = LinearModel::parse(made.dump());
    ASSERT_TRUE(model.ok());
    EXPECT_NEAR(model->score({}, {}).traces, std::log((kFrameRates - 1 + std::exp(-4)) / kFrameRates), 1e-9);
    for (const std::size_t rate : {0U, 1U, 2U}) {
        FrameRateTraces traces;
        traces.beats[rate] = traces.tones[rate] = 3;
        const Score score = model->score({}, traces);
        const double odds = rate == 2 ? (std::exp(2) + kFrameRates - 1) / kFrameRates
                                      : (std::exp(6) + kFrameRates - 2 + std::exp(-4)) / kFrameRates;
        EXPECT_NEAR(score.traces, std::log(odds), 1e-6) << rate;
        EXPECT_NEAR(score.log_odds - score.traces, model->score({}, {}).log_odds - model->score({}, {}).traces, 1e-9);
        EXPECT_EQ(std::max_element(score.rates.begin(), score.rates.end()) - score.rates.begin(),
                  static_cast<std::ptrdiff_t>(rate));
    }
    FrameRateTraces extreme;
    extreme.tones.fill(1e30F);
    EXPECT_EQ(model->score({}, extreme).traces, 5);
    extreme.tones.fill(-1e30F);
    EXPECT_EQ(model->score({}, extreme).traces, -1);
}

TEST(VoiceSynthetic, NamesTheRateAtWhichAVoiceWasBuilt) {
    const fixtures::Sound voice = fixtures::make_voice({8, 1});
    const Analysis genuine = judge(voice, shipped_model());
    fixtures::Sound built = voice;
    fixtures::add_frame_rate(built, kFrameRates_hz[8]);
    const Analysis found = judge(built, shipped_model());
    EXPECT_EQ(value(found, "frame_rate"), kFrameRates_hz[8]);
    EXPECT_GT(value(found, "frame_traces"), value(genuine, "frame_traces") + 2);
    EXPECT_GT(value(found, "score"), value(genuine, "score") + 2);
    JudgeOptions options = default_options();
    options.least_score = value(found, "score") - 0.1;
    const Analysis pointed = judge(built.channels.front(), shipped_model(), options);
    EXPECT_THAT(pointed.explanation, HasSubstr("86.1 times a second"));
    // The fixture beats in all bands.
    ASSERT_FALSE(pointed.observations.empty());
    const std::vector<evidence::Measurement>& measured = pointed.observations.front().measurements;
    ASSERT_EQ(measured.size(), 3U);
    EXPECT_EQ(measured[1].name, "lowest_frequency");
    EXPECT_LE(measured[1].value, 2750);
    EXPECT_EQ(measured[2].name, "highest_frequency");
    EXPECT_GE(measured[2].value, 6250);
}

TEST(VoiceModel, RefusesBrokenDocuments) {
    EXPECT_TRUE(LinearModel::parse(document().dump()).ok());
    for (const char* key :
         {"schema", "clip", "most_rough", "as_recorded", "mean", "scale", "rough", "conditions", "frame_rates"}) {
        nlohmann::json broken = document();
        broken.erase(key);
        EXPECT_FALSE(LinearModel::parse(broken.dump()).ok()) << key;
    }
    for (const char* key : {"name", "mean", "scale", "share", "smooth"}) {
        nlohmann::json broken = document();
        broken["conditions"][0].erase(key);
        EXPECT_FALSE(LinearModel::parse(broken.dump()).ok()) << key;
    }
    for (const char* key :
         {"handicap", "tones_share", "sharpness", "zero", "least", "most", "weight", "beats", "tones"}) {
        nlohmann::json broken = document();
        broken["frame_rates"].erase(key);
        EXPECT_FALSE(LinearModel::parse(broken.dump()).ok()) << key;
    }
    nlohmann::json flat_rate = document();
    flat_rate["frame_rates"]["tones"]["scale"][3] = 0;
    EXPECT_FALSE(LinearModel::parse(flat_rate.dump()).ok());
    nlohmann::json crossed = document();
    crossed["frame_rates"]["least"] = 1;
    EXPECT_FALSE(LinearModel::parse(crossed.dump()).ok());
    nlohmann::json shorter = document();
    shorter["rough"]["weight"].erase(0);
    EXPECT_FALSE(LinearModel::parse(shorter.dump()).ok());
    nlohmann::json flat = document();
    flat["conditions"][0]["scale"][7] = 0;
    EXPECT_FALSE(LinearModel::parse(flat.dump()).ok());
    for (const nlohmann::json& value : {nlohmann::json(3), nlohmann::json::array(), nlohmann::json::array({3})}) {
        nlohmann::json odd = document();
        odd["conditions"] = value;
        EXPECT_FALSE(LinearModel::parse(odd.dump()).ok()) << value;
    }
    nlohmann::json words = document();
    words["mean"][3] = "x";
    EXPECT_FALSE(LinearModel::parse(words.dump()).ok());
    for (const char* text : {"", "[]", "{", "null", "{\"schema\": 3}"}) {
        EXPECT_FALSE(LinearModel::parse(text).ok()) << text;
    }
}

}  // namespace
}  // namespace bonafide::analyzers::voice
