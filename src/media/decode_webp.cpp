// WebP through libwebp's incremental decoder, which tells how many rows a truncated picture still has. Of an animation,
// the first frame on its canvas; what the frame leaves free stays black.
#include "media/decode_formats.h"
#include "media/image_colour.h"
#include "media/image_orientation.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

namespace bonafide::media {
namespace {

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;

/// The first chunk of a kind, inside the file's bytes; empty where there is none.
std::span<const std::uint8_t> chunk(const Demuxer& demuxer, const char* kind) {
    WebPChunkIterator iterator{};
    std::span<const std::uint8_t> found;
    if (WebPDemuxGetChunk(demuxer.get(), kind, 1, &iterator) != 0) {
        found = {iterator.chunk.bytes, iterator.chunk.size};
    }
    WebPDemuxReleaseChunkIterator(&iterator);
    return found;
}

/// Decodes into `rgb`, which has the frame's size; returns the number of whole rows.
int decode_frame(std::span<const std::uint8_t> bytes, cv::Mat rgb) {
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0) {
        return 0;
    }
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = rgb.data;
    config.output.u.RGBA.stride = static_cast<int>(rgb.step[0]);
    config.output.u.RGBA.size =
        rgb.step[0] * static_cast<std::size_t>(rgb.rows - 1) + static_cast<std::size_t>(rgb.cols) * 3;
    const std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)> decoder(WebPIDecode(nullptr, 0, &config), &WebPIDelete);
    if (decoder == nullptr) {
        return 0;
    }
    const VP8StatusCode status = WebPIUpdate(decoder.get(), bytes.data(), bytes.size());
    if (status == VP8_STATUS_OK) {
        return rgb.rows;
    }
    int last_row = 0;
    return WebPIDecGetRGB(decoder.get(), &last_row, nullptr, nullptr, nullptr) == nullptr ? 0 : last_row;
}

struct Frame {
    std::span<const std::uint8_t> bytes;
    cv::Rect place;
    int count = 1;
};

/// The first picture of the file: a frame of an animation or the whole of a still. kTruncated where its header is not
/// there.
Result<Frame> first_frame(const Demuxer& demuxer, std::span<const std::uint8_t> bytes,
                          const WebPBitstreamFeatures& features) {
    if (features.has_animation == 0) {
        return Frame{bytes, cv::Rect(0, 0, features.width, features.height), 1};
    }
    WebPIterator iterator{};
    if (demuxer == nullptr || WebPDemuxGetFrame(demuxer.get(), 1, &iterator) == 0) {
        WebPDemuxReleaseIterator(&iterator);
        return Error{ErrorCode::kTruncated, "the WebP animation ends before its first frame"};
    }
    Frame frame{{iterator.fragment.bytes, iterator.fragment.size},
                cv::Rect(iterator.x_offset, iterator.y_offset, iterator.width, iterator.height),
                iterator.num_frames};
    WebPDemuxReleaseIterator(&iterator);
    WebPBitstreamFeatures inner;
    if (WebPGetFeatures(frame.bytes.data(), frame.bytes.size(), &inner) != VP8_STATUS_OK ||
        inner.width != frame.place.width || inner.height != frame.place.height) {
        return Error{ErrorCode::kInvalid, "the first frame of the WebP animation has another size than it declares"};
    }
    return frame;
}

}  // namespace

Result<Image> decode_webp(std::span<const std::uint8_t> bytes, const Limits& limits) {
    WebPBitstreamFeatures features;
    const VP8StatusCode header = WebPGetFeatures(bytes.data(), bytes.size(), &features);
    if (header != VP8_STATUS_OK) {
        const bool short_of_data = header == VP8_STATUS_NOT_ENOUGH_DATA;
        return Error{short_of_data ? ErrorCode::kTruncated : ErrorCode::kInvalid,
                     short_of_data ? "the WebP ends before its picture data" : "not a valid WebP header"};
    }
    if (const Result<void> size = check_picture_size(static_cast<std::uint64_t>(features.width),
                                                     static_cast<std::uint64_t>(features.height), limits);
        !size) {
        return size.error();
    }
    const WebPData data{bytes.data(), bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    const Demuxer demuxer(WebPDemuxPartial(&data, &state), &WebPDemuxDelete);
    Result<Frame> frame = first_frame(demuxer, bytes, features);
    if (!frame) {
        return frame.error();
    }
    Image image;
    image.stored_width_px = features.width;
    image.stored_height_px = features.height;
    image.has_alpha = features.has_alpha != 0;
    image.frame_count = std::max(1, frame->count);
    WebPBitstreamFeatures inner;
    image.lossy =
        WebPGetFeatures(frame->bytes.data(), frame->bytes.size(), &inner) == VP8_STATUS_OK && inner.format == 1;
    image.colour_space = "unspecified";
    if (demuxer != nullptr) {
        image.orientation = exif_orientation(chunk(demuxer, "EXIF"));
        image.colour_space = colour_space_of_icc(chunk(demuxer, "ICCP"));
    }
    image.rgb = cv::Mat::zeros(features.height, features.width, CV_8UC3);
    const cv::Rect place = frame->place & cv::Rect(0, 0, features.width, features.height);
    if (place != frame->place) {
        return Error{ErrorCode::kInvalid, "the first frame of the WebP animation reaches beyond its canvas"};
    }
    const int rows = decode_frame(frame->bytes, image.rgb(place));
    if (rows == 0) {
        const bool ended = state == WEBP_DEMUX_DONE;
        return Error{ended ? ErrorCode::kInvalid : ErrorCode::kTruncated,
                     ended ? "no row of the WebP could be decoded" : "the WebP ends before its first rows"};
    }
    if (rows < place.height) {
        image.rgb(place).rowRange(rows, place.height).setTo(cv::Scalar::all(0));
        note_missing_rows(image, static_cast<double>(rows) * features.height / place.height,
                          state == WEBP_DEMUX_DONE ? "corrupt picture data" : "ends early");
    } else if (state != WEBP_DEMUX_DONE) {
        note_damage(image, "ends early, behind the first picture");
    }
    return image;
}

}  // namespace bonafide::media
