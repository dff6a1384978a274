#include "engine/worker/launder.h"

#include "media/encode.h"
#include "media/image.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::engine {
namespace {

constexpr int kLongestPx = 1080;
constexpr int kQuality = 70;

}  // namespace

Result<std::vector<std::uint8_t>> laundered(const ingest::Identity& identity, const ingest::ByteSource& source,
                                            const Limits& limits) {
    if (identity.kind != ingest::MediaKind::kImage) {
        return Error{ErrorCode::kUnsupported, "only still pictures can be laundered"};
    }
    const auto bytes = source.read_all(limits.size_bytes);
    if (!bytes) {
        return bytes.error();
    }
    const auto image = media::decode_image(identity, *bytes, limits);
    if (!image) {
        return image.error();
    }
    cv::Mat picture, small;
    image->rgb.convertTo(picture, CV_8U, image->rgb.depth() == CV_16U ? 1 / 257.0 : 1.0);
    const double scale = static_cast<double>(kLongestPx) / std::max(picture.cols, picture.rows);
    if (scale < 1) {
        const auto scaled = [&](int length) { return std::max(1, cvRound(length * scale)); };
        cv::resize(picture, small, {scaled(picture.cols), scaled(picture.rows)}, 0, 0, cv::INTER_AREA);
    } else {
        small = picture;
    }
    std::vector<std::uint8_t> jpeg = media::encode_jpeg(small, kQuality, media::Chroma::kHalved);
    return jpeg.empty() ? Result<std::vector<std::uint8_t>>(Error{ErrorCode::kInternal, "it cannot be saved as JPEG"})
                        : Result<std::vector<std::uint8_t>>(std::move(jpeg));
}

}  // namespace bonafide::engine
