#include "forge/picture.h"

#include "ingest/identify.h"
#include "media/encode.h"
#include "media/image.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

constexpr int kLongestPx = 1280, kShortestPx = 720;
constexpr int kFineJpeg = 93, kFineWebp = 92;

}  // namespace

Result<cv::Mat> read_picture(const ingest::ByteSource& source, const Limits& limits) {
    const ingest::Identity identity = ingest::identify(source);
    if (identity.kind != ingest::MediaKind::kImage) {
        return Error{ErrorCode::kUnsupported, "it is no still picture"};
    }
    const auto bytes = source.read_all(limits.size_bytes);
    if (!bytes) {
        return bytes.error();
    }
    const auto image = media::decode_image(identity, *bytes, limits);
    if (!image) {
        return image.error();
    }
    if (image->decoded_fraction < 1 || !image->damage.empty()) {
        return Error{ErrorCode::kTruncated, "it is damaged or incomplete"};
    }
    cv::Mat rgb;
    image->rgb.convertTo(rgb, CV_8U, image->rgb.depth() == CV_16U ? 1 / 257.0 : 1.0);
    return rgb;
}

Result<cv::Mat> read_picture(std::span<const std::uint8_t> bytes, const Limits& limits) {
    return read_picture(*ingest::open_memory(bytes), limits);
}

Result<std::vector<std::uint8_t>> save_picture(const cv::Mat& rgb, const std::string& format) {
    std::vector<std::uint8_t> bytes;
    if (format == "png") {
        bytes = media::encode_png(rgb);
    } else if (format == "jpeg") {
        bytes = media::encode_jpeg(rgb, kFineJpeg);
    } else if (format == "webp") {
        bytes = media::encode_webp(rgb, kFineWebp);
    } else {
        return Error{ErrorCode::kUsage,
                     "'" + format + "' is no format that the forge saves; there are png, jpeg, webp"};
    }
    if (bytes.empty()) {
        return Error{ErrorCode::kInternal, "the result cannot be saved as " + format};
    }
    return bytes;
}

cv::Mat within_720p(const cv::Mat& rgb) {
    const double scale = std::min(static_cast<double>(kLongestPx) / std::max(rgb.cols, rgb.rows),
                                  static_cast<double>(kShortestPx) / std::min(rgb.cols, rgb.rows));
    if (scale >= 1) {
        return rgb;
    }
    cv::Mat small;
    const auto scaled = [&](int length) { return std::max(1, static_cast<int>(length * scale)); };
    cv::resize(rgb, small, {scaled(rgb.cols), scaled(rgb.rows)}, 0, 0, cv::INTER_AREA);
    return small;
}

}  // namespace bonafide::forge
