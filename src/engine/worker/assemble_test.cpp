#include "engine/worker/assemble.h"

#include "analyzers/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::engine {
namespace {

using testing::HasSubstr;
using testing::Not;

const cv::Size kPicture(200, 100);

const analysis::AnalyzerDefinition* definition_of(std::string_view id) {
    for (const analysis::AnalyzerDefinition* definition : analyzers::all()) {
        if (definition->id == id) {
            return definition;
        }
    }
    return nullptr;
}

/// Two analyzers, of which the first points at a place.
std::vector<analysis::Ran> two_analyses() {
    std::vector<analysis::Ran> analyses(2);
    analyses[0].definition = definition_of("image.noise.level");
    analyses[1].definition = definition_of("image.copy_move");
    analyses[0].analysis.observations.emplace_back();
    return analyses;
}

fusion::FusedEvidence fused(double llr) {
    fusion::FusedEvidence together;
    together.evidence = {llr, {"image.noise.level", "image.copy_move"}};
    together.map = cv::Mat(13, 25, CV_8UC1, cv::Scalar(40));
    return together;
}

TEST(TogetherFinding, PointsAtTheLargestMarkedPlace) {
    fusion::FusedEvidence together = fused(1.5);
    together.map(cv::Rect(20, 8, 5, 5)) = 200;
    together.map(cv::Rect(2, 2, 2, 2)) = 250;
    together.map(cv::Rect(10, 2, 5, 5)) = 128;  // the threshold itself marks nothing
    const evidence::Finding finding = together_finding(together, two_analyses(), kPicture);
    EXPECT_EQ(finding.llr, 1.5);
    ASSERT_TRUE(finding.where.box_px.has_value());
    EXPECT_EQ(finding.where.box_px->x, 160);
    EXPECT_EQ(finding.where.box_px->y, 64);
    EXPECT_EQ(finding.where.box_px->width, 40);
    EXPECT_EQ(finding.where.box_px->height, 36) << "cut off at the picture's end";
    EXPECT_NEAR(finding.measurements.at(0).value, 29 / (13 * 25.0), 1e-12);
    EXPECT_THAT(finding.explanation, HasSubstr("most of all the 40 x 36 px at x 160, y 64"));
    EXPECT_THAT(finding.explanation, HasSubstr("Places are shown by image.noise.level."));
}

TEST(TogetherFinding, PointsNowhereWithoutEvidence) {
    for (const double llr : {-0.4, 0.05}) {
        const evidence::Finding finding = together_finding(fused(llr), two_analyses(), kPicture);
        EXPECT_FALSE(finding.where.box_px.has_value());
        EXPECT_THAT(finding.explanation, Not(HasSubstr("those of an edited picture")));
    }
}

}  // namespace
}  // namespace bonafide::engine
