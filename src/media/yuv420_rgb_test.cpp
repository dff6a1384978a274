#include "media/yuv420_rgb.h"

#include "media/ffmpeg_handles.h"
#include "media/ffmpeg_picture.h"

#include <gtest/gtest.h>

namespace bonafide::media {
namespace {

/// Every pixel of noise and of a blur of it, so that all pairs of colours and all slopes of chroma occur.
FfmpegPointer<AVFrame> picture_of(cv::Size size, AVPixelFormat format, bool is_noise) {
    FfmpegPointer<AVFrame> frame(av_frame_alloc());
    frame->width = size.width;
    frame->height = size.height;
    frame->format = format;
    EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
    cv::RNG random(7);
    for (int plane = 0; plane < 3; ++plane) {
        const int shrunk = plane == 0 ? 1 : 2;
        cv::Mat values(size.height / shrunk, size.width / shrunk, CV_8UC1, frame->data[plane],
                       static_cast<std::size_t>(frame->linesize[plane]));
        if (is_noise) {
            random.fill(values, cv::RNG::UNIFORM, 0, 256);
            continue;
        }
        for (int y = 0; y < values.rows; ++y) {
            for (int x = 0; x < values.cols; ++x) {
                values.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>((x * (3 + plane) + y * (plane + 1)) % 256);
            }
        }
    }
    return frame;
}

cv::Mat by_libswscale(const AVFrame& frame) {
    FfmpegPointer<SwsContext> scaler(
        sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width, frame.height,
                       AV_PIX_FMT_RGB24, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr, nullptr));
    const int colours = frame.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : static_cast<int>(frame.colorspace);
    sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(colours), frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    cv::Mat padded(frame.height, frame.width + 64, CV_8UC3);
    std::uint8_t* planes[4] = {padded.data, nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(padded.step), 0, 0, 0};
    EXPECT_EQ(sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides), frame.height);
    return padded.colRange(0, frame.width);
}

TEST(Yuv420, IsConvertedToTheBitAsByTheLibrary) {
    for (const cv::Size size : {cv::Size(2, 16), {4, 4}, {6, 16}, {34, 18}, {62, 20}, {642, 362}}) {
        for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P}) {
            for (const AVColorSpace space : {AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M,
                                             AVCOL_SPC_BT2020_NCL, AVCOL_SPC_SMPTE240M, AVCOL_SPC_FCC}) {
                for (const AVColorRange range : {AVCOL_RANGE_UNSPECIFIED, AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG}) {
                    for (const bool is_noise : {true, false}) {
                        const auto frame = picture_of(size, format, is_noise);
                        frame->colorspace = space;
                        frame->color_range = range;
                        const cv::Mat ours = PictureConverter(0).rgb(*frame, 0), theirs = by_libswscale(*frame);
                        ASSERT_EQ(ours.size(), theirs.size());
                        EXPECT_EQ(cv::norm(ours, theirs, cv::NORM_INF), 0)
                            << size << ", format " << format << ", space " << space << ", range " << range;
                    }
                }
            }
        }
    }
}

}  // namespace
}  // namespace bonafide::media
