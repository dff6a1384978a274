#include "engine/worker/launder.h"

#include "forge/launder.h"
#include "media/image.h"

#include <string_view>
#include <utility>

namespace bonafide::engine {
namespace {

constexpr std::string_view kProfile = "social";

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
    cv::Mat picture;
    image->rgb.convertTo(picture, CV_8U, image->rgb.depth() == CV_16U ? 1 / 257.0 : 1.0);
    const auto steps = forge::steps_of(kProfile);
    ENSURE(steps.ok());
    auto sent = forge::launder(picture, *steps);
    if (!sent) {
        return sent.error();
    }
    return std::move(sent->bytes);
}

}  // namespace bonafide::engine
