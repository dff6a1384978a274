#include "engine/worker/launder.h"

#include "forge/launder.h"
#include "forge/launder_film.h"
#include "media/image.h"

#include <string>
#include <utility>

namespace bonafide::engine {
namespace {

constexpr const char* kProfile = "social";  ///< of pictures and of films
constexpr const char* kVoiceMessage = "opus=24";

Result<std::vector<std::uint8_t>> laundered_picture(const ingest::Identity& identity, const ingest::ByteSource& source,
                                                    const Limits& limits) {
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

Result<std::vector<std::uint8_t>> laundered_film(const ingest::ByteSource& source, bool has_pictures,
                                                 const Limits& limits, int threads) {
    forge::Order order;
    order.kind = "launder";
    order.format = has_pictures ? "mp4" : "m4a";
    if (has_pictures) {
        order.profile = kProfile;
    } else {
        order.steps = {kVoiceMessage};
    }
    auto sent = forge::make_laundered_film(order, forge::Given{source}, limits, threads);
    if (!sent) {
        return sent.error();
    }
    return std::move(sent->bytes);
}

}  // namespace

Result<std::vector<std::uint8_t>> laundered(const ingest::Identity& identity, const ingest::ByteSource& source,
                                            const Limits& limits, int threads) {
    switch (identity.kind) {
        case ingest::MediaKind::kImage:
            return laundered_picture(identity, source, limits);
        case ingest::MediaKind::kVideo:
        case ingest::MediaKind::kAudio:
            return laundered_film(source, identity.kind == ingest::MediaKind::kVideo, limits, threads);
        default:
            return Error{ErrorCode::kUnsupported, "only pictures, films and recordings can be laundered"};
    }
}

}  // namespace bonafide::engine
