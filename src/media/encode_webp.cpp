#include "base/ensure.h"
#include "media/encode.h"

#include <webp/encode.h>

namespace bonafide::media {

std::vector<std::uint8_t> encode_webp(const cv::Mat& picture, int quality) {
    ENSURE(picture.type() == CV_8UC3);
    ENSURE(quality >= 0 && quality <= 100);
    if (picture.empty() || picture.cols > WEBP_MAX_DIMENSION || picture.rows > WEBP_MAX_DIMENSION) {
        return {};
    }
    std::uint8_t* bytes = nullptr;
    const std::size_t size = WebPEncodeRGB(picture.data, picture.cols, picture.rows, static_cast<int>(picture.step),
                                           static_cast<float>(quality), &bytes);
    std::vector<std::uint8_t> webp(bytes, bytes + size);
    WebPFree(bytes);
    return webp;
}

}  // namespace bonafide::media
