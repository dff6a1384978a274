#include "media/encode.h"

#include "media/image_fixtures.h"
#include "media/jpeg.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::media {
namespace {

using namespace fixtures;

TEST(EncodePng, KeepsEveryPixel) {
    const cv::Mat colour = scene(31, 17, 40);
    cv::Mat grey, wide;
    cv::extractChannel(colour, grey, 1);
    cv::extractChannel(scene(31, 17, 0, CV_16UC3), wide, 2);
    for (const PngContent content : {PngContent::kAny, PngContent::kPhotograph, PngContent::kSmooth}) {
        for (const cv::Mat& picture : {colour, grey, wide}) {
            const Result<Image> image = decode(encode_png(picture, content));
            ASSERT_TRUE(image.ok()) << image.error().message;
            EXPECT_EQ(image->rgb.depth(), picture.depth());
            EXPECT_EQ(image->grey, picture.channels() == 1);
            cv::Mat first;
            cv::extractChannel(image->rgb, first, 0);
            cv::Mat expected;
            cv::extractChannel(picture, expected, 0);
            EXPECT_EQ(cv::norm(first, expected, cv::NORM_INF), 0);
        }
    }
}

TEST(EncodePng, KnowsWhatIsSmallest) {
    cv::Mat map(20, 30, CV_8UC1), enlarged;
    cv::randu(map, 118, 139);
    cv::resize(map, enlarged, {}, 16, 16, cv::INTER_LINEAR);
    EXPECT_LT(encode_png(enlarged, PngContent::kSmooth).size(), encode_png(enlarged).size());
    const cv::Mat photograph = scene(300, 200, 10);
    EXPECT_LT(encode_png(photograph, PngContent::kPhotograph).size(), encode_png(photograph).size());
}

TEST(EncodeJpeg, IsBaselineWithFullColourResolution) {
    const cv::Mat picture = scene(64, 40);
    const Bytes bytes = encode_jpeg(picture, 92);
    const Result<JpegHeader> header = read_jpeg_header(bytes);
    ASSERT_TRUE(header.ok()) << header.error().message;
    EXPECT_FALSE(header->progressive);
    for (const JpegComponent& component : header->components) {
        EXPECT_EQ(component.horizontal_sampling, 1);
        EXPECT_EQ(component.vertical_sampling, 1);
    }
    const Result<Image> image = decode(bytes);
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_LT(cv::norm(image->rgb, picture, cv::NORM_INF), 10);
    EXPECT_LT(encode_jpeg(picture, 20).size(), bytes.size());
}

TEST(Encode, TakesPartsOfPicturesAndSaysNothingOfNothing) {
    const cv::Mat picture = scene(64, 40);
    const cv::Mat part = picture(cv::Rect(10, 10, 21, 13));  // rows do not follow each other in memory
    const Result<Image> image = decode(encode_png(part));
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_EQ(cv::norm(image->rgb, part, cv::NORM_INF), 0);
    EXPECT_TRUE(encode_png(cv::Mat(0, 0, CV_8UC3)).empty());
    EXPECT_TRUE(encode_jpeg(cv::Mat(0, 0, CV_8UC3), 90).empty());
    EXPECT_TRUE(encode_jpeg(cv::Mat(1, 66'000, CV_8UC1, cv::Scalar(0)), 90).empty()) << "wider than a JPEG can be";
}

}  // namespace
}  // namespace bonafide::media
