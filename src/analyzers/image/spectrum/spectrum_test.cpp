#include "analyzers/image/spectrum/spectrum.h"

#include "fixtures/camera.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>

namespace bonafide::analyzers {
namespace {

using testing::HasSubstr;

cv::Mat noise(cv::Size size, double sigma, std::uint64_t seed = 1) {
    cv::Mat values(size, CV_32FC1);
    cv::RNG random(seed);
    random.fill(values, cv::RNG::NORMAL, 128, sigma);
    return values;
}

// What an up-sampling layer leaves: each place of a cell of 4 x 4 px has an offset of its own.
cv::Mat with_lattice(cv::Mat luma, double strength) {
    cv::Mat cell = noise({4, 4}, 1, 7) - 128;
    for (int y = 0; y < luma.rows; ++y) {
        for (int x = 0; x < luma.cols; ++x) {
            luma.at<float>(y, x) += static_cast<float>(strength) * cell.at<float>(y % 4, x % 4);
        }
    }
    return luma;
}

cv::Mat shot(std::uint64_t seed, int quality) {
    fixtures::CameraSettings settings;
    settings.scene_seed = settings.shot_seed = settings.camera_seed = seed;
    settings.photons_at_white = 800;
    settings.jpeg.quality = quality;
    cv::Mat values, luma;
    fixtures::read_jpeg(fixtures::shoot(settings)).convertTo(values, CV_32F);
    cv::cvtColor(values, luma, cv::COLOR_RGB2GRAY);
    return luma;
}

TEST(Spectrum, FindsALatticeAtSeveralStrengths) {
    double before = 0.5;
    for (const double strength : {1.0, 2.0, 4.0}) {
        const SpectrumResult result = spectrum(with_lattice(noise({384, 384}, 8), strength));
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_GT(result.quarter_peaks_db, before + 1) << strength;
        before = result.quarter_peaks_db;
    }
    EXPECT_LT(spectrum(with_lattice(noise({384, 384}, 8), 0.1)).quarter_peaks_db, 1);
}

TEST(Spectrum, WhiteNoiseHasNoPeaks) {
    const SpectrumResult result = spectrum(noise({512, 512}, 8));
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_EQ(result.patches, 49);
    EXPECT_NEAR(result.quarter_peaks_db, 0, 1);
    EXPECT_NEAR(result.coding_peaks_db, 0, 1);
}

TEST(Spectrum, LeavesShotsAndTheirCodingAlone) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        for (const int quality : {60, 80, 95}) {
            const SpectrumResult result = spectrum(shot(seed, quality));
            EXPECT_TRUE(!result.not_applicable.empty() || result.quarter_peaks_db < 1.5)
                << seed << ", " << quality << ": " << result.quarter_peaks_db;
        }
    }
}

TEST(Spectrum, DoesNotTakeAPlainBlockGridForAGenerator) {
    // Block coding's borders: columns and rows of their own every 8 px.
    cv::Mat luma = noise({384, 384}, 4);
    for (int at = 0; at < 384; at += 8) {
        luma.col(at) += 6;
        luma.row(at) += 6;
    }
    EXPECT_THAT(spectrum(luma).not_applicable, HasSubstr("coding"));
}

TEST(Spectrum, RefusesWhatItCannotJudge) {
    EXPECT_THAT(spectrum({}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(spectrum(cv::Mat(1, 1, CV_32FC1, cv::Scalar(1))).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(spectrum(noise({255, 3000}, 4)).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(spectrum(cv::Mat(400, 400, CV_32FC1, cv::Scalar(0))).not_applicable, HasSubstr("even"));
}

TEST(Spectrum, StaysFiniteOnHostileValues) {
    cv::Mat luma = noise({300, 300}, 5);
    luma.at<float>(3, 3) = std::numeric_limits<float>::quiet_NaN();
    luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
    const SpectrumResult result = spectrum(luma);
    EXPECT_TRUE(std::isfinite(result.quarter_peaks_db) && std::isfinite(result.departure_db));
}

TEST(Spectrum, GivesTheSameAnswerTwice) {
    const cv::Mat luma = shot(2, 90);
    EXPECT_EQ(spectrum(luma).quarter_peaks_db, spectrum(luma).quarter_peaks_db);
}

}  // namespace
}  // namespace bonafide::analyzers
