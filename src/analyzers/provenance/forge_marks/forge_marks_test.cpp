#include "analyzers/provenance/forge_marks/forge_marks.h"

#include "fixtures/camera.h"
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

}  // namespace
}  // namespace bonafide::analyzers
