#include "features/page_layout.h"

#include "features/luma.h"
#include "fixtures/camera.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <limits>

namespace bonafide::features {
namespace {

/// Lines of text, and a photograph among them.
cv::Mat screenshot(const cv::Mat& photo) {
    cv::Mat page(photo.rows + 300, photo.cols + 80, CV_8UC3, cv::Scalar(250, 248, 245));
    for (const int baseline : {40, 80, 120, photo.rows + 190, photo.rows + 230, photo.rows + 270}) {
        cv::putText(page, "Lines of a report", {40, baseline}, cv::FONT_HERSHEY_SIMPLEX, 0.9, {20, 20, 20}, 2,
                    cv::LINE_AA);
    }
    photo.copyTo(page(cv::Rect(40, 150, photo.cols, photo.rows)));
    return page;
}

TEST(PageLayout, TellsAScreenshotFromThePhotographInIt) {
    const cv::Mat photo = fixtures::render({});
    EXPECT_LT(empty_bands(luma_of(photo)), kLaidOutBands);
    EXPECT_GE(empty_bands(luma_of(screenshot(photo))), kLaidOutBands);
}

TEST(PageLayout, ASaveAsJpegLeavesTheBands) {
    for (const int quality : {60, 75, 95}) {
        fixtures::JpegSettings settings;
        settings.quality = quality;
        const cv::Mat saved = fixtures::read_jpeg(fixtures::write_jpeg(screenshot(fixtures::render({})), settings));
        EXPECT_GE(empty_bands(luma_of(saved)), kLaidOutBands) << quality;
    }
}

TEST(PageLayout, EvenPartsOfAPhotographAreNoLayout) {
    cv::Mat photo = fixtures::render({});
    photo.rowRange(0, photo.rows / 3).setTo(cv::Scalar::all(255));          // an overexposed sky
    photo.rowRange(photo.rows - 20, photo.rows).setTo(cv::Scalar::all(0));  // and a bar
    EXPECT_EQ(empty_bands(luma_of(photo)), 2);
    cv::Mat gradient(300, 400, CV_32FC1);
    for (int y = 0; y < gradient.rows; ++y) {
        gradient.row(y).setTo(y * 0.8);
    }
    EXPECT_EQ(empty_bands(gradient), 1) << "rows that follow each other are one band";
}

TEST(PageLayout, TakesAnySize) {
    EXPECT_EQ(empty_bands({}), 0);
    EXPECT_EQ(empty_bands(cv::Mat(1, 1, CV_32FC1, cv::Scalar(3))), 0);
    EXPECT_EQ(empty_bands(cv::Mat(3, 900, CV_32FC1, cv::Scalar(3))), 1) << "columns alone are long enough";
    EXPECT_GE(empty_bands(cv::Mat(40, 40, CV_32FC1, cv::Scalar(std::numeric_limits<float>::quiet_NaN()))), 0);
}

}  // namespace
}  // namespace bonafide::features
