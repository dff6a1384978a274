#include "analyzers/provenance/forge_marks/forge_marks.h"

#include "features/sound_watermark/marker.h"
#include "fixtures/camera.h"
#include "fixtures/voice.h"
#include "media/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::analyzers {
namespace {

using evidence::Outcome;
using testing::HasSubstr;

analysis::Analysis analyse(const cv::Mat& rgb, std::map<std::string, double> given = {}) {
    const std::vector<std::uint8_t> bytes = media::encode_jpeg(rgb, 90);
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, {});
    const infer::ModelStore models;
    const auto parameters = analysis::Parameters::resolve(provenance_forge_marks().parameters, given);
    return provenance_forge_marks().create(*parameters)->finish({**media, models, nullptr, "", nullptr});
}

double value_of(const analysis::Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << "no " << name;
    return -1;
}

TEST(ForgeMarks, SaysPlainlyThatTheForgeMadeIt) {
    const auto marked = features::watermark::embed(fixtures::render({}));
    ASSERT_TRUE(marked.ok());
    const analysis::Analysis analysis = analyse(marked->rgb);
    EXPECT_EQ(analysis.outcome, Outcome::kRan);
    EXPECT_EQ(analysis.measurements.front().name, "watermark_found");
    EXPECT_EQ(value_of(analysis, "watermark_found"), 1);
    EXPECT_GT(value_of(analysis, "false_alarm_exponent"), 10);
    EXPECT_EQ(value_of(analysis, "scale"), 1);
    EXPECT_THAT(analysis.explanation, HasSubstr("bonafide forge"));
    EXPECT_THAT(analysis.explanation, HasSubstr("somebody copied the mark"));
    ASSERT_EQ(analysis.provenance->marks.size(), 1U);
    EXPECT_TRUE(analysis.provenance->marks.front().forgeable);
    EXPECT_EQ(analysis.provenance->state, evidence::ProvenanceState::kAbsent);
}

TEST(ForgeMarks, SaysNothingOfOtherPictures) {
    const analysis::Analysis analysis = analyse(fixtures::render({}));
    EXPECT_EQ(analysis.outcome, Outcome::kRan);
    EXPECT_EQ(value_of(analysis, "watermark_found"), 0);
    EXPECT_THAT(analysis.explanation, HasSubstr("means nothing"));
    EXPECT_TRUE(analysis.provenance->marks.empty());
}

TEST(ForgeMarks, RefusesThePictureThatIsTooSmall) {
    const analysis::Analysis analysis = analyse(cv::Mat(40, 60, CV_8UC3, cv::Scalar::all(90)));
    EXPECT_EQ(analysis.outcome, Outcome::kNotApplicable);
    EXPECT_THAT(analysis.reason, HasSubstr("too small"));
}

TEST(ForgeMarks, TellsWhatBecameOfTheMarkedPicture) {
    features::watermark::Trace trace;
    trace.false_alarm_exponent = 12.7;
    EXPECT_THAT(describe_forge_mark(trace, 6), HasSubstr("10^12."));
    trace.scale = 0.81;
    EXPECT_THAT(describe_forge_mark(trace, 6), HasSubstr("about 81 %"));
    trace.scale = 1.4;
    EXPECT_THAT(describe_forge_mark(trace, 6), HasSubstr("is a part of this one"));
    trace = {12, 0.5, 1, 6};
    EXPECT_THAT(describe_forge_mark(trace, 6), HasSubstr("turned"));
    EXPECT_THAT(describe_forge_mark(trace, 13), HasSubstr("not found"));
}

/// Of a recording.
analysis::Analysis listen(fixtures::Sound sound, bool marked) {
    if (marked) {
        features::sound_watermark::Marker marker(sound.rate_hz, 1, 1.5);
        std::vector<float> all = marker.add({sound.channels[0]})[0];
        const std::vector<float> rest = marker.finish()[0];
        all.insert(all.end(), rest.begin(), rest.end());
        sound.channels[0] = all;
    }
    const std::vector<std::uint8_t> bytes = fixtures::encode_sound(sound, fixtures::SoundFormat::kWav);
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, {});
    const infer::ModelStore models;
    const auto parameters = analysis::Parameters::resolve(provenance_forge_marks().parameters, {});
    const auto analyzer = provenance_forge_marks().create(*parameters);
    media::SoundBlock block;
    block.mono_16k = sound.channels[0];
    analyzer->on_sound(block);
    return analyzer->finish({**media, models, nullptr, "", nullptr});
}

TEST(ForgeMarks, HearsTheMarkInARecording) {
    const analysis::Analysis marked = listen(fixtures::make_voice({6, 1}), true);
    EXPECT_EQ(marked.measurements.front().name, "watermark_found");
    EXPECT_EQ(value_of(marked, "watermark_found"), 1);
    EXPECT_GT(value_of(marked, "sound_false_alarm_exponent"), 10);
    EXPECT_THAT(marked.explanation, HasSubstr("bonafide forge"));
    ASSERT_EQ(marked.provenance->marks.size(), 1U);
    const analysis::Analysis genuine = listen(fixtures::make_voice({6, 1}), false);
    EXPECT_EQ(value_of(genuine, "watermark_found"), 0);
    EXPECT_THAT(genuine.explanation, HasSubstr("means nothing"));
    EXPECT_TRUE(genuine.provenance->marks.empty());
    EXPECT_THAT(listen(fixtures::make_voice({0.5, 1}), false).reason, HasSubstr("too short"));
}

}  // namespace
}  // namespace bonafide::analyzers
