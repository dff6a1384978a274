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
    EXPECT_FALSE(page_layout(luma_of(photo)).laid_out());
    EXPECT_TRUE(page_layout(luma_of(screenshot(photo))).laid_out());
}

TEST(PageLayout, ASaveAsJpegLeavesTheBands) {
    for (const int quality : {60, 75, 95}) {
        fixtures::JpegSettings settings;
        settings.quality = quality;
        const cv::Mat saved = fixtures::read_jpeg(fixtures::write_jpeg(screenshot(fixtures::render({})), settings));
        EXPECT_TRUE(page_layout(luma_of(saved)).laid_out()) << quality;
    }
}

TEST(PageLayout, EvenPartsOfAPhotographAreNoLayout) {
    cv::Mat photo = fixtures::render({});
    photo.rowRange(0, photo.rows / 3).setTo(cv::Scalar::all(255));          // an overexposed sky
    photo.rowRange(photo.rows - 20, photo.rows).setTo(cv::Scalar::all(0));  // and a bar
    EXPECT_EQ(page_layout(luma_of(photo)).empty_bands, 2);
    cv::Mat gradient(300, 400, CV_32FC1);
    for (int y = 0; y < gradient.rows; ++y) {
        gradient.row(y).setTo(y * 0.8);
    }
    EXPECT_EQ(page_layout(gradient).empty_bands, 1) << "rows that follow each other are one band";
}

/// The share of the two that lies in both.
double overlap(const cv::Rect& one, const cv::Rect& other) {
    return static_cast<double>((one & other).area()) / (one | other).area();
}

TEST(PageLayout, FindsThePhotographOnTheScreenshot) {
    const cv::Mat photo = fixtures::render({});
    const cv::Rect place(40, 150, photo.cols, photo.rows);
    const cv::Mat page = screenshot(photo);
    const cv::Rect found = page_layout(luma_of(page)).photograph_px;
    EXPECT_EQ(found & place, found);
    EXPECT_GT(overlap(found, place), 0.85);
    fixtures::JpegSettings settings;
    settings.quality = 75;
    const cv::Mat saved = fixtures::read_jpeg(fixtures::write_jpeg(page, settings));
    EXPECT_GT(overlap(page_layout(luma_of(saved)).photograph_px, place), 0.85);
    cv::Mat turned;
    cv::transpose(page, turned);
    const cv::Rect on_its_side = page_layout(luma_of(turned)).photograph_px;
    EXPECT_EQ(cv::Rect(on_its_side.y, on_its_side.x, on_its_side.height, on_its_side.width), found);
}

TEST(PageLayout, OfTwoPhotographsItTakesTheLarger) {
    const cv::Mat photo = fixtures::render({});
    cv::Mat small;
    cv::resize(photo, small, {}, 0.5, 0.5, cv::INTER_AREA);
    cv::Mat page(photo.rows + 60, photo.cols + small.cols + 90, CV_8UC3, cv::Scalar::all(20));
    small.copyTo(page(cv::Rect(30, 30, small.cols, small.rows)));
    const cv::Rect place(small.cols + 60, 30, photo.cols, photo.rows);
    photo.copyTo(page(place));
    EXPECT_GT(overlap(page_layout(luma_of(page)).photograph_px, place), 0.85);
}

TEST(PageLayout, WordsAndButtonsAreNoPhotograph) {
    cv::Mat page = screenshot(fixtures::render({}));
    page.rowRange(150, page.rows - 150).setTo(cv::Scalar(250, 248, 245));
    cv::rectangle(page, {60, 170, 300, 160}, {30, 120, 230}, cv::FILLED);
    cv::putText(page, "Send", {120, 260}, cv::FONT_HERSHEY_SIMPLEX, 2, {255, 255, 255}, 3, cv::LINE_AA);
    const PageLayout layout = page_layout(luma_of(page));
    EXPECT_TRUE(layout.laid_out());
    EXPECT_TRUE(layout.photograph_px.empty());
    const PageLayout photo = page_layout(luma_of(fixtures::render({})));
    EXPECT_FALSE(photo.laid_out());
    EXPECT_TRUE(photo.photograph_px.empty()) << "a photograph is no page";
}

TEST(PageLayout, FramesWithinFramesEnd) {
    cv::Mat frames(2000, 2000, CV_32FC1, cv::Scalar(255));
    for (int inset = 0; inset < 1000; inset += 5) {
        const cv::Rect frame(inset, inset, 2000 - 2 * inset, 2000 - 2 * inset);
        cv::rectangle(frames, frame, inset % 2 == 0 ? 40.0 : 90.0, 1);
    }
    EXPECT_TRUE(page_layout(frames).photograph_px.empty());
}

TEST(PageLayout, TakesAnySize) {
    EXPECT_EQ(page_layout({}).empty_bands, 0);
    EXPECT_EQ(page_layout(cv::Mat(1, 1, CV_32FC1, cv::Scalar(3))).empty_bands, 0);
    EXPECT_EQ(page_layout(cv::Mat(3, 900, CV_32FC1, cv::Scalar(3))).empty_bands, 1) << "columns alone are long enough";
    EXPECT_GE(page_layout(cv::Mat(40, 40, CV_32FC1, cv::Scalar(std::numeric_limits<float>::quiet_NaN()))).empty_bands,
              0);
}

}  // namespace
}  // namespace bonafide::features
