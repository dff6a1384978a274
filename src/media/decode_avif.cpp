// AVIF through libavif. It leaves the picture as coded, so cropping (`clap`) is done here, and `irot` and `imir` become
// an orientation; EXIF orientation has no say in AVIF. Of a truncated grid the rows of the complete cells are kept;
// other AVIF is one unit, all or nothing.
#include "media/decode_formats.h"
#include "media/decode_heif_properties.h"
#include "media/image_colour.h"
#include "media/image_orientation.h"

#include <avif/avif.h>

#include <algorithm>
#include <memory>

namespace bonafide::media {
namespace {

using Decoder = std::unique_ptr<avifDecoder, decltype(&avifDecoderDestroy)>;

/// Reads from memory, and says "not yet" past its end, which makes libavif keep what it has decoded so far.
struct MemoryIo {
    avifIO io{};
    std::span<const std::uint8_t> bytes;
    bool decoding = false;  ///< the boxes are read; what is asked for now is coded data

    explicit MemoryIo(std::span<const std::uint8_t> all) : bytes(all) {
        io.read = read;
        io.sizeHint = 0;  // unknown: with the real size libavif would refuse a truncated file at once
        io.persistent = AVIF_TRUE;
        io.data = this;
    }

    static avifResult read(avifIO* io, std::uint32_t flags, std::uint64_t offset, std::size_t size, avifROData* out) {
        const MemoryIo& self = *static_cast<MemoryIo*>(io->data);
        const std::uint64_t available = offset < self.bytes.size() ? self.bytes.size() - offset : 0;
        if (flags != 0 || offset > self.bytes.size()) {
            return AVIF_RESULT_IO_ERROR;
        }
        if (self.decoding && size > available) {
            return AVIF_RESULT_WAITING_ON_IO;
        }
        // Box headers are read in pieces longer than what the file may still have: a short answer is the end.
        out->data = self.bytes.data() + offset;
        out->size = static_cast<std::size_t>(std::min<std::uint64_t>(size, available));
        return AVIF_RESULT_OK;
    }
};

Error error_of(avifResult result, const avifDecoder& decoder) {
    const std::string words =
        library_words(decoder.diag.error[0] != '\0' ? decoder.diag.error : avifResultToString(result));
    switch (result) {
        case AVIF_RESULT_TRUNCATED_DATA:
        case AVIF_RESULT_WAITING_ON_IO:
            return {ErrorCode::kTruncated, "the AVIF ends before its picture data"};
        case AVIF_RESULT_NO_CODEC_AVAILABLE:
        case AVIF_RESULT_NOT_IMPLEMENTED:
        case AVIF_RESULT_UNSUPPORTED_DEPTH:
            return {ErrorCode::kUnsupported, "kind of AVIF that is not supported: " + words};
        case AVIF_RESULT_OUT_OF_MEMORY:
            return {ErrorCode::kLimit, "not enough memory for the AVIF"};
        default:
            return {ErrorCode::kInvalid, "not a valid AVIF: " + words};
    }
}

/// The rectangle that `clap` leaves, the whole picture where it has none or a senseless one.
cv::Rect crop_of(avifDecoder& decoder) {
    const avifImage& picture = *decoder.image;
    const cv::Rect whole(0, 0, static_cast<int>(picture.width), static_cast<int>(picture.height));
    avifCropRect crop{};
    if ((picture.transformFlags & AVIF_TRANSFORM_CLAP) == 0 ||
        avifCropRectConvertCleanApertureBox(&crop, &picture.clap, picture.width, picture.height, picture.yuvFormat,
                                            &decoder.diag) == AVIF_FALSE) {
        return whole;
    }
    const cv::Rect wanted(static_cast<int>(crop.x), static_cast<int>(crop.y), static_cast<int>(crop.width),
                          static_cast<int>(crop.height));
    return (wanted & whole).empty() ? whole : wanted & whole;
}

int orientation_of(const avifImage& picture) {
    int orientation = 1;
    if ((picture.transformFlags & AVIF_TRANSFORM_IROT) != 0) {
        for (int turn = 0; turn < (picture.irot.angle & 3); ++turn) {
            orientation = then_turned_left(orientation);
        }
    }
    if ((picture.transformFlags & AVIF_TRANSFORM_IMIR) != 0) {
        orientation = then_mirrored(orientation, picture.imir.mode == 1);
    }
    return orientation;
}

}  // namespace

Result<Image> decode_avif(std::span<const std::uint8_t> bytes, const Limits& limits) {
    // libavif refuses a picture over its limit, but as one that is broken: ask first.
    const HeifProperties properties = read_heif_properties(bytes);
    if (properties.width_px > 0 && properties.height_px > 0) {
        if (const Result<void> size = check_picture_size(properties.width_px, properties.height_px, limits); !size) {
            return size.error();
        }
    }
    MemoryIo memory(bytes);
    const Decoder decoder(avifDecoderCreate(), &avifDecoderDestroy);
    avifDecoderSetIO(decoder.get(), &memory.io);
    decoder->strictFlags = AVIF_STRICT_DISABLED;  // forgiving, as viewers are; the container analyzers tell of faults
    decoder->allowIncremental = AVIF_TRUE;
    decoder->ignoreXMP = AVIF_TRUE;
    decoder->ignoreExif = AVIF_TRUE;
    decoder->imageSizeLimit =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(limits.pixels, 1, AVIF_DEFAULT_IMAGE_SIZE_LIMIT));
    decoder->imageDimensionLimit = 0;
    avifResult result = avifDecoderParse(decoder.get());
    if (result != AVIF_RESULT_OK) {
        return error_of(result, *decoder);
    }
    if (const Result<void> size = check_picture_size(decoder->image->width, decoder->image->height, limits); !size) {
        return size.error();
    }
    memory.decoding = true;
    result = avifDecoderNextImage(decoder.get());
    const bool partial = result == AVIF_RESULT_WAITING_ON_IO;
    const int rows = partial ? static_cast<int>(avifDecoderDecodedRowCount(decoder.get()))
                             : static_cast<int>(decoder->image->height);
    if ((result != AVIF_RESULT_OK && !partial) || rows == 0) {
        return error_of(result, *decoder);
    }
    const avifImage& picture = *decoder->image;
    if (const Result<void> size = check_picture_size(picture.width, picture.height, limits); !size) {
        return size.error();
    }
    Image image;
    image.bits_per_sample = static_cast<int>(picture.depth);
    image.grey = picture.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
    image.has_alpha = decoder->alphaPresent == AVIF_TRUE;
    image.lossy = picture.matrixCoefficients != AVIF_MATRIX_COEFFICIENTS_IDENTITY;
    image.orientation = orientation_of(picture);
    image.frame_count = std::max(1, decoder->imageCount);
    image.colour_space = picture.icc.size > 0
                             ? colour_space_of_icc({picture.icc.data, picture.icc.size})
                             : colour_space_of_code_points(picture.colorPrimaries, picture.transferCharacteristics);
    const bool wide = picture.depth > 8;
    cv::Mat pixels =
        cv::Mat::zeros(static_cast<int>(picture.height), static_cast<int>(picture.width), wide ? CV_16UC3 : CV_8UC3);
    avifRGBImage target;
    avifRGBImageSetDefaults(&target, &picture);
    target.format = AVIF_RGB_FORMAT_RGB;
    target.depth = wide ? 16 : 8;
    target.ignoreAlpha = AVIF_TRUE;
    target.pixels = pixels.data;
    target.rowBytes = static_cast<std::uint32_t>(pixels.step[0]);
    result = avifImageYUVToRGB(&picture, &target);
    if (result != AVIF_RESULT_OK) {
        return error_of(result, *decoder);
    }
    image.stored_width_px = pixels.cols;
    image.stored_height_px = pixels.rows;
    if (rows < pixels.rows) {
        pixels.rowRange(rows, pixels.rows).setTo(cv::Scalar::all(0));
        note_missing_rows(image, rows, "ends early");
    }
    const cv::Rect crop = crop_of(*decoder);
    image.rgb = crop.size() == pixels.size() ? pixels : pixels(crop).clone();
    return image;
}

}  // namespace bonafide::media
