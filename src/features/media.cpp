#include "features/media.h"

#include "features/luma.h"

namespace bonafide::features {
namespace {

/// A still picture is read whole, so its file has a tighter bound than a film.
constexpr std::uint64_t kMostPictureBytes = 1ULL << 30;

}  // namespace

Media::Media(const ingest::Identity& identity, const ingest::ByteSource& source, const Limits& limits)
    : identity_(identity), source_(source), limits_(limits) {}

Media::~Media() = default;

Result<std::unique_ptr<Media>> Media::open(const ingest::Identity& identity, const ingest::ByteSource& source,
                                           const Limits& limits) {
    if (!identity.supported()) {
        return Error{ErrorCode::kUnsupported,
                     "not a supported picture, film or recording; it seems to be: " + identity.description};
    }
    std::unique_ptr<Media> media(new Media(identity, source, limits));
    media->metadata_ = media::read_metadata(identity, source);
    if (identity.kind == ingest::MediaKind::kImage) {
        auto bytes = source.read_all(kMostPictureBytes);
        if (!bytes) {
            return bytes.error();
        }
        media->bytes_ = std::move(*bytes);
        if (identity.container == ingest::Container::kJpeg) {
            if (auto header = media::read_jpeg_header(media->bytes_)) {
                media->jpeg_ = std::move(*header);
            }
        }
        Result<media::Image> image = Error{ErrorCode::kInternal, "not decoded"};
        // Whoever looks at a JPEG's pixels nearly always looks at its coefficients, and nothing else can be done until
        // the pixels are there.
        cv::parallel_for_(cv::Range(0, 2), [&](const cv::Range& parts) {
            for (int part = parts.start; part < parts.end; ++part) {
                if (part == 0) {
                    image = media::decode_image(identity, media->bytes_, limits);
                } else {
                    media->read_jpeg_planes();
                }
            }
        });
        if (!image) {
            return image.error();
        }
        media->image_ = std::move(*image);
        return media;
    }
    auto reader = media::StreamReader::open(identity, source, limits);
    if (!reader) {
        return reader.error();
    }
    media->reader_ = std::move(*reader);
    return media;
}

const cv::Mat& Media::luma() const {
    ENSURE(image_.has_value());
    std::call_once(luma_once_, [this] { luma_ = luma_of(image_->rgb); });
    return luma_;
}

const PageLayout& Media::page_layout() const {
    std::call_once(page_layout_once_, [this] { page_layout_ = features::page_layout(luma()); });
    return page_layout_;
}

void Media::read_jpeg_planes() {
    if (jpeg_) {
        if (auto planes = media::read_jpeg_coefficients(bytes_, limits_)) {
            jpeg_planes_ = std::move(*planes);
        }
    }
}

const std::vector<media::JpegPlane>* Media::jpeg_planes() const {
    ENSURE(image_.has_value());
    return jpeg_planes_ ? &*jpeg_planes_ : nullptr;
}

}  // namespace bonafide::features
