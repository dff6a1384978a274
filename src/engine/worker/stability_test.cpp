#include "engine/worker/stability.h"

#include "engine/worker/assemble.h"
#include "engine/worker/choice.h"
#include "fixtures/model_store.h"
#include "forge/voice/sound.h"
#include "media/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::engine {
namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr const char* kLooks = "image.spectrum";
constexpr const char* kHears = "audio.spectrum.bandwidth";

/// Noise, and in it the chequer that a generator's doubling of pixels may leave: a peak at half a cycle per pixel.
std::vector<std::uint8_t> chequered(double strength) {
    cv::Mat picture(384, 384, CV_8UC3);
    cv::RNG(7).fill(picture, cv::RNG::NORMAL, cv::Scalar::all(128), cv::Scalar::all(6));
    for (int y = 0; y < picture.rows; ++y) {
        for (int x = 0; x < picture.cols; ++x) {
            picture.at<cv::Vec3b>(y, x) += cv::Vec3b::all(static_cast<unsigned char>((x + y) % 2 * strength));
        }
    }
    return media::encode_png(picture);
}

/// Six seconds of noise, whose level may change in the middle, and a stretch of which may be digital silence.
std::vector<std::uint8_t> noise(float first_half, float second_half, bool silence) {
    std::vector<float> samples(6 * 16'000);
    cv::RNG random(7);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = static_cast<float>(random.gaussian(i < samples.size() / 2 ? first_half : second_half));
    }
    if (silence) {
        std::fill_n(samples.begin() + 40'000, 8'000, 0.0F);
    }
    const auto bytes = forge::as_wav({samples}, 16'000);
    ENSURE(bytes.ok());
    return *bytes;
}

/// Takes a measurement of `analyzer` for a sign of a generator, as strong as a verdict needs from `from` on.
Equipment judging_by(const std::string& measurement, double from, const std::string& analyzer = kLooks) {
    auto calibration = fusion::Calibration::parse(
        R"({"schema": "bonafide.calibration/1", "version": "test", "forgeable_cap": 0.9,
            "groups": {"generators": {"correlation": 0.5, "basis": "a test"}},
            "curves": [{"analyzer": ")" +
        analyzer + R"(", "measurement": ")" + measurement +
        R"(", "group": "generators", "forgeable": false, "synthetic": true, "fitted_on": "a test",
                        "knots": [[)" +
        std::to_string(from - 1) + ", 0], [" + std::to_string(from) + R"(, 1.2]]},
                       {"analyzer": "image.copy_move", "measurement": "strength", "group": "generators", "forgeable": false,
                        "synthetic": false, "fitted_on": "a test", "knots": [[0, 0], [1, 1.2]]}]})");
    ENSURE(calibration.ok());
    return {fixtures::shipped_models(), std::move(*calibration), {}, {}, {}};
}

/// The finding of one analyzer alone, what comes of it, and what stands against that.
std::optional<std::string> withheld(const std::vector<std::uint8_t>& bytes, const Equipment& equipment,
                                    std::vector<evidence::Finding> others = {}, const std::string& looks = kLooks) {
    Job job;
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, job.limits);
    ENSURE(media.ok());
    const ingest::MediaKind kind = (*media)->identity().kind;
    job.only = {kind == ingest::MediaKind::kImage ? looks : kHears};
    const auto result = analysis::run(*plan_for(job, kind), **media, equipment.models, "", nullptr, {}, nullptr);
    std::vector<evidence::Finding> findings = main_findings(result.analyses, kind, equipment.models, false);
    findings.insert(findings.end(), others.begin(), others.end());
    const std::optional<fusion::FusedEvidence> together;
    const evidence::Provenance provenance;
    const auto judgement = equipment.calibration.judge(findings, provenance, job.prior);
    EXPECT_NE(fusion::decide(judgement), fusion::Decision::kInconclusive);
    return why_withheld(job, **media, equipment, {findings, together, provenance, fusion::decide(judgement)});
}

TEST(Stability, TracesOfAGeneratorThatAScaledPictureLosesAreNoVerdict) {
    EXPECT_THAT(withheld(chequered(24), judging_by("half_peak", 10)),
                Optional(HasSubstr("the traces of a generator do not outlast")));
}

TEST(Stability, WhatOutlastsEveryChangeStands) {
    EXPECT_EQ(withheld(chequered(0), judging_by("patches", 1)), std::nullopt);
}

TEST(Stability, OfAPageThePhotographHasToOutlastTheChanges) {
    // In the page's corner: a tenth cut away of the page would take half of it along, and leave too little to look at.
    cv::Mat picture(200, 200, CV_8UC3), page(1200, 1200, CV_8UC3, cv::Scalar::all(255));
    cv::RNG(7).fill(picture, cv::RNG::NORMAL, cv::Scalar::all(128), cv::Scalar::all(20));
    picture.copyTo(page(cv::Rect(20, 20, 200, 200)));
    for (const int top : {450, 550, 650}) {
        page(cv::Rect(20, top, 700, 20)).setTo(cv::Scalar::all(0));
    }
    constexpr const char* kJudge = "image.generated";
    EXPECT_EQ(withheld(media::encode_png(page), judging_by("crops_judged", 1, kJudge), {}, kJudge), std::nullopt);
}

TEST(Stability, AVerdictThatOtherFindingsSupportStands) {
    evidence::Finding copies;
    copies.analyzer = "image.copy_move";
    copies.outcome = evidence::Outcome::kRan;
    copies.measurements = {{"strength", 1, "1"}};
    EXPECT_EQ(withheld(chequered(24), judging_by("half_peak", 10), {copies}), std::nullopt);
}

TEST(Stability, TracesOfAGeneratorThatASavedRecordingLosesAreNoVerdict) {
    EXPECT_THAT(withheld(noise(0.05F, 0.05F, true), judging_by("inner_silences", 1, kHears)),
                Optional(HasSubstr("do not outlast saving the sound")));
}

TEST(Stability, WhatOutlastsASaveOfTheSoundStands) {
    EXPECT_EQ(withheld(noise(0.002F, 0.05F, false), judging_by("strongest_noise_step", 10, kHears)), std::nullopt);
}

}  // namespace
}  // namespace bonafide::engine
