#include "engine/worker/choice.h"

#include "analyzers/registry.h"
#include "engine/worker/analyse.h"

#include <gtest/gtest.h>

#include <limits>

namespace bonafide::engine {
namespace {

TEST(Glob, MatchesWholeIds) {
    EXPECT_TRUE(matches("image.noise.level", "image.noise.level"));
    EXPECT_TRUE(matches("image.noise.level", "image.*"));
    EXPECT_TRUE(matches("image.noise.level", "*level"));
    EXPECT_TRUE(matches("image.noise.level", "*.noise.*"));
    EXPECT_TRUE(matches("image.noise.level", "image.noise.leve?"));
    EXPECT_FALSE(matches("image.noise.level", "image"));
    EXPECT_FALSE(matches("image.noise.level", "image.noise.level?"));
    EXPECT_FALSE(matches("image.noise.level", ""));
}

TEST(Glob, ManyStarsStayFast) {
    const std::string id(200, 'a');
    std::string glob;
    for (int i = 0; i < 100; ++i) {
        glob += "a*";
    }
    EXPECT_FALSE(matches(id, glob + "b"));
}

TEST(Plan, HoldsWhatLooksAtTheKind) {
    const auto plan = plan_for(Job{}, ingest::MediaKind::kImage);
    ASSERT_TRUE(plan.ok());
    EXPECT_FALSE(plan->empty());
    for (const analysis::Planned& planned : *plan) {
        EXPECT_TRUE(planned.definition->accepts(ingest::MediaKind::kImage)) << planned.definition->id;
    }
}

TEST(Plan, OnlyAndSkip) {
    Job job;
    job.only = {"provenance.*"};
    job.skip = {"*.credentials", "*.forge_marks"};
    const auto plan = plan_for(job, ingest::MediaKind::kImage);
    ASSERT_TRUE(plan.ok());
    ASSERT_EQ(plan->size(), 1U);
    EXPECT_EQ(plan->front().definition->id, "provenance.ai_marks");
}

TEST(Plan, RefusesWhatDoesNotExist) {
    Job unknown;
    unknown.only = {"image.nose"};
    EXPECT_EQ(check_choices(unknown).error().code, ErrorCode::kUsage);
    Job misspelt;
    misspelt.skip = {"nothing.*"};
    EXPECT_EQ(check_choices(misspelt).error().code, ErrorCode::kUsage);
    Job parameter;
    parameter.parameters["image.noise.level"]["colour_of_the_sky"] = 1;
    EXPECT_EQ(check_choices(parameter).error().code, ErrorCode::kUsage);
    Job nobody;
    nobody.parameters["nobody"]["x"] = 1;
    EXPECT_EQ(check_choices(nobody).error().code, ErrorCode::kUsage);
}

TEST(Plan, RefusesEveryParameterOutOfItsRange) {
    for (const analysis::AnalyzerDefinition* definition : analyzers::all()) {
        for (const analysis::ParameterDefinition& parameter : definition->parameters) {
            for (const double value :
                 {parameter.minimum - 1, parameter.maximum + 1, std::numeric_limits<double>::quiet_NaN()}) {
                Job job;
                job.parameters[std::string(definition->id)][std::string(parameter.name)] = value;
                EXPECT_FALSE(check_choices(job).ok()) << definition->id << "." << parameter.name << "=" << value;
            }
        }
    }
}

}  // namespace
}  // namespace bonafide::engine
