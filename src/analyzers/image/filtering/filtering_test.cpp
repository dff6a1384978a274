#include "analyzers/image/filtering/filtering.h"

#include "analyzers/image/filtering/filter_cells.h"
#include "analyzers/image/filtering/whole_picture.h"
#include "fixtures/camera.h"
#include "fixtures/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>

namespace bonafide::analyzers {
namespace {

using testing::HasSubstr;

// White noise on grey, smoothed: texture of any fineness.
cv::Mat texture(cv::Size size, float sigma, double blur_px, std::uint64_t seed) {
    fixtures::Random random(seed);
    cv::Mat noise(size, CV_32FC1), smooth;
    for (auto value = noise.begin<float>(); value != noise.end<float>(); ++value) {
        *value = random.normal();
    }
    cv::GaussianBlur(noise, smooth, {}, blur_px);
    cv::Scalar mean, deviation;
    cv::meanStdDev(smooth, mean, deviation);
    return 120 + smooth * (sigma / deviation[0]);
}

// Vertical edges every 32 px, of a known blur.
cv::Mat edges(cv::Size size, double blur_px) {
    cv::Mat luma(size, CV_32FC1);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            luma.at<float>(y, x) = x / 32 % 2 == 0 ? 80 : 160;
        }
    }
    cv::GaussianBlur(luma, luma, {25, 25}, blur_px);
    return luma;
}

filtering::Histogram smooth_histogram() {
    filtering::Histogram histogram{};
    for (int value = 0; value < 256; ++value) {
        histogram[value] = 1e5 * std::exp(-std::pow((value - 110) / 45.0, 2));
    }
    return histogram;
}

TEST(FilterCells, MeasureTheBlurOfEdges) {
    for (const double blur_px : {1.0, 1.5, 2.0, 3.0}) {
        const filtering::FilterCells cells = filtering::measure_filter_cells(edges({512, 256}, blur_px));
        const double ratio = cv::sum(cells.sharp_energy)[0] / cv::sum(cells.soft_energy)[0];
        EXPECT_NEAR(filtering::edge_blur_px(ratio) / blur_px, 1, 0.25) << blur_px;
    }
}

TEST(FilterCells, CountZeroDifferencesOfAMedian) {
    const cv::Mat picture = texture({320, 320}, 15, 0.8, 1);
    cv::Mat whole, filtered, luma;
    picture.convertTo(whole, CV_8UC1);
    whole.convertTo(luma, CV_32FC1);
    const filtering::FilterCells before = filtering::measure_filter_cells(luma);
    cv::medianBlur(whole, filtered, 3);
    filtered.convertTo(luma, CV_32FC1);
    const filtering::FilterCells after = filtering::measure_filter_cells(luma);
    const auto share = [](const filtering::FilterCells& cells) {
        return cv::sum(cells.zeros)[0] / cv::sum(cells.differences)[0];
    };
    EXPECT_GT(share(after), 3 * share(before));
    // A difference of white noise s apart is zero with probability 1 / (s sqrt(2) sqrt(2 pi)), less for smoothed noise.
    EXPECT_LT(share(before), 0.1);
}

TEST(WholePicture, CombsAndGapsShowContrastChanges) {
    const filtering::Histogram smooth = smooth_histogram();
    EXPECT_LT(filtering::histogram_comb(smooth), 0.01);
    EXPECT_EQ(filtering::histogram_gaps_percent(smooth), 0);
    for (const double gain : {1.1, 1.3, 0.8}) {
        filtering::Histogram changed{};
        for (int value = 0; value < 256; ++value) {
            changed[std::clamp(static_cast<int>(std::lround(gain * (value - 110) + 110)), 0, 255)] += smooth[value];
        }
        EXPECT_GT(filtering::histogram_comb(changed), 0.05) << gain;
        EXPECT_EQ(filtering::histogram_gaps_percent(changed) > 5, gain > 1) << gain;
    }
    EXPECT_EQ(filtering::histogram_comb({}), 0);
}

TEST(WholePicture, HistogramsCountEveryDepth) {
    cv::Mat rgb(4, 5, CV_8UC3, cv::Scalar(1, 2, 3)), deep;
    rgb.convertTo(deep, CV_16UC3, 257);
    EXPECT_EQ(filtering::channel_histogram(rgb, 1)[2], 20);
    EXPECT_EQ(filtering::channel_histogram(deep, 2)[3], 20);
}

TEST(WholePicture, OvershootShowsSharpening) {
    const cv::Mat soft = edges({512, 512}, 0.8);
    EXPECT_LT(filtering::overshoot_percent(soft), 1);
    double before = 0;
    for (const double amount : {0.5, 1.0, 2.0}) {
        cv::Mat blurred;
        cv::GaussianBlur(soft, blurred, {}, 1);
        const double measured = filtering::overshoot_percent(soft + amount * (soft - blurred));
        EXPECT_GT(measured, before + 2) << amount;
        before = measured;
    }
}

TEST(Filtering, FindsABlurredPlaceAmongSharpOnes) {
    double before = 0;
    for (const double blur_px : {0.7, 1.2}) {
        cv::Mat luma = texture({640, 480}, 25, 1, 3), blurred;
        const cv::Rect place(240, 160, 128, 112);
        cv::GaussianBlur(luma, blurred, {}, blur_px);
        blurred(place).copyTo(luma(place));
        const FilteringResult result = filtering_traces(luma, {}, {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_GT(result.blur_contrast_db, before + 0.5) << blur_px;
        before = result.blur_contrast_db;
        EXPECT_THAT(result.strongest, HasSubstr("softer"));
        EXPECT_GT((result.strongest_px & place).area(), place.area() / 4);
        // A slight blur is graded far below the threshold.
        EXPECT_GT(result.map.at<unsigned char>(13, 19), result.map.at<unsigned char>(27, 3) + (blur_px < 1 ? 15 : 40));
    }
}

TEST(Filtering, FindsAMedianFilteredPlace) {
    cv::Mat whole, filtered, luma;
    texture({640, 480}, 12, 0.9, 4).convertTo(whole, CV_8UC1);
    const cv::Rect place(240, 160, 128, 112);
    cv::medianBlur(whole, filtered, 5);
    filtered(place).copyTo(whole(place));
    whole.convertTo(luma, CV_32FC1);
    const FilteringResult result = filtering_traces(luma, {}, {});
    EXPECT_GT(result.repetition_contrast_db, 2);
}

TEST(Filtering, ShowsNothingInEvenTexture) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const FilteringResult result = filtering_traces(texture({640, 480}, 20, 1, seed), {}, {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_LT(result.inconsistency_db, 1.5);
        EXPECT_EQ(result.suspicious_area_percent, 0);
    }
}

TEST(Filtering, RefusesWhatItCannotJudge) {
    EXPECT_THAT(filtering_traces({}, {}, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(filtering_traces(cv::Mat(1, 1, CV_32FC1, cv::Scalar(7)), {}, {}).not_applicable, HasSubstr("smaller"));
    for (const double level : {0.0, 90.0, 255.0}) {
        EXPECT_THAT(filtering_traces(cv::Mat(256, 256, CV_32FC1, cv::Scalar(level)), {}, {}).not_applicable,
                    HasSubstr("too few edges"));
    }
}

TEST(Filtering, StaysFiniteOnHostileValuesAndGivesTheSameAnswerTwice) {
    cv::Mat luma = texture({301, 243}, 20, 1, 8);
    luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
    luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
    luma.at<float>(90, 90) = 1e38F;
    const FilteringResult first = filtering_traces(luma, {}, {}), second = filtering_traces(luma, {}, {});
    ASSERT_EQ(first.not_applicable, "");
    EXPECT_TRUE(std::isfinite(first.inconsistency_db));
    EXPECT_EQ(first.inconsistency_db, second.inconsistency_db);
    EXPECT_EQ(cv::norm(first.map, second.map, cv::NORM_INF), 0);
    EXPECT_EQ(first.map.size(), cv::Size(19, 16));
    const cv::Mat nothing(240, 240, CV_32FC1, cv::Scalar(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_NE(filtering_traces(nothing, {}, {}).not_applicable, "");
}

TEST(FilteringAnalyzer, ReportsTheMainMeasurementFirst) {
    const std::vector<std::uint8_t> bytes = fixtures::shoot({});
    const Limits limits;
    const std::unique_ptr<ingest::ByteSource> source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, limits);
    ASSERT_TRUE(media.ok());
    const analysis::AnalyzerDefinition& definition = image_filtering();
    const auto parameters = analysis::Parameters::resolve(definition.parameters, {});
    ASSERT_TRUE(parameters.ok());
    const infer::ModelStore models;
    const analysis::Analysis analysis = definition.create(*parameters)->finish({**media, models, nullptr, {}});
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "inconsistency");
    EXPECT_EQ(analysis.measurements.size(), definition.emits.size());
    EXPECT_FALSE(analysis.map.empty());
}

}  // namespace
}  // namespace bonafide::analyzers
