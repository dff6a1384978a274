#include "media/image_fixtures.h"

#include "ingest/identify.h"
#include "media/encode.h"

#include <avif/avif.h>
#include <libheif/heif.h>
#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <random>

namespace bonafide::media::fixtures {
namespace {

void append(Bytes& bytes, const std::string& text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
}
void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}
void append_be(Bytes& bytes, std::uint64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}
void append_le(Bytes& bytes, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

Bytes riff_chunk(const std::string& type, const Bytes& data) {
    Bytes bytes;
    append(bytes, type);
    append_le(bytes, data.size(), 4);
    append(bytes, data);
    bytes.resize(bytes.size() + data.size() % 2);
    return bytes;
}

Bytes webp_file(const Bytes& chunks) {
    Bytes bytes;
    append(bytes, "RIFF");
    append_le(bytes, chunks.size() + 4, 4);
    append(bytes, "WEBP");
    append(bytes, chunks);
    return bytes;
}

Bytes extended_header(int flags, cv::Size canvas) {
    Bytes data;
    append_le(data, static_cast<std::uint64_t>(flags), 4);
    append_le(data, static_cast<std::uint64_t>(canvas.width - 1), 3);
    append_le(data, static_cast<std::uint64_t>(canvas.height - 1), 3);
    return riff_chunk("VP8X", data);
}

/// The chunks of a simple WebP file, without the file header.
Bytes webp_chunks(const cv::Mat& picture, bool lossless) {
    std::uint8_t* out = nullptr;
    const int stride = static_cast<int>(picture.step[0]);
    const std::size_t size = lossless ? WebPEncodeLosslessRGB(picture.data, picture.cols, picture.rows, stride, &out)
                                      : WebPEncodeRGB(picture.data, picture.cols, picture.rows, stride, 90, &out);
    Bytes bytes(out + 12, out + size);
    WebPFree(out);
    return bytes;
}

avifImage* avif_image(const cv::Mat& picture, int bits) {
    avifImage* image =
        avifImageCreate(static_cast<std::uint32_t>(picture.cols), static_cast<std::uint32_t>(picture.rows),
                        static_cast<std::uint32_t>(bits), AVIF_PIXEL_FORMAT_YUV444);
    image->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
    image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
    image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;  // with quantiser 0, lossless
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.format = AVIF_RGB_FORMAT_RGB;
    rgb.depth = picture.depth() == CV_16U ? 16 : 8;
    rgb.pixels = picture.data;
    rgb.rowBytes = static_cast<std::uint32_t>(picture.step[0]);
    avifImageRGBToYUV(image, &rgb);
    return image;
}

avifEncoder* lossless_encoder() {
    avifEncoder* encoder = avifEncoderCreate();
    encoder->speed = 10;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    return encoder;
}

}  // namespace

cv::Mat scene(int width_px, int height_px, int noise, int type) {
    cv::Mat picture(height_px, width_px, CV_MAKETYPE(CV_MAT_DEPTH(type), 3));
    std::mt19937 random(7);
    const bool wide = picture.depth() == CV_16U;
    for (int y = 0; y < height_px; ++y) {
        for (int x = 0; x < width_px; ++x) {
            const int values[] = {30 + 150 * x / std::max(1, width_px - 1), 20 + 180 * y / std::max(1, height_px - 1),
                                  90 + 60 * (x + 2 * y) / (width_px + 2 * height_px)};
            for (int c = 0; c < 3; ++c) {
                const int value = std::clamp(
                    values[c] +
                        (noise > 0 ? static_cast<int>(random() % static_cast<unsigned>(2 * noise + 1)) - noise : 0),
                    0, 255);
                if (wide) {
                    picture.at<cv::Vec3w>(y, x)[c] =
                        static_cast<std::uint16_t>(value * 256 + (x * 7 + y * 13 + c) % 256);
                } else {
                    picture.at<cv::Vec3b>(y, x)[c] = static_cast<std::uint8_t>(value);
                }
            }
        }
    }
    return picture;
}

cv::Mat turned(const cv::Mat& stored, int orientation) {
    const int w = stored.cols, h = stored.rows;
    const bool swap = orientation >= 5;
    cv::Mat out(swap ? w : h, swap ? h : w, stored.type());
    for (int y = 0; y < out.rows; ++y) {
        for (int x = 0; x < out.cols; ++x) {
            const cv::Point sources[] = {{x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y},
                                         {y, x}, {y, h - 1 - x}, {w - 1 - y, h - 1 - x}, {w - 1 - y, x}};
            const cv::Point from = sources[orientation - 1];
            std::copy_n(stored.ptr(from.y) + static_cast<std::size_t>(from.x) * stored.elemSize(), stored.elemSize(),
                        out.ptr(y) + static_cast<std::size_t>(x) * out.elemSize());
        }
    }
    return out;
}

Bytes exif_block(int orientation, bool big_endian) {
    Bytes bytes;
    const auto put = [&](std::uint64_t value, int width) {
        big_endian ? append_be(bytes, value, width) : append_le(bytes, value, width);
    };
    append(bytes, big_endian ? "MM" : "II");
    put(42, 2);
    put(8, 4);
    put(1, 2);
    put(0x0112, 2);
    put(3, 2);
    put(1, 4);
    put(static_cast<std::uint64_t>(orientation), 2);
    put(0, 2);
    put(0, 4);
    return bytes;
}

Bytes icc_profile(const std::string& description, bool version_4) {
    Bytes tag;
    append(tag, version_4 ? "mluc" : "desc");
    append_be(tag, 0, 4);
    if (version_4) {
        append_be(tag, 1, 4);
        append_be(tag, 12, 4);
        append(tag, "enUS");
        append_be(tag, description.size() * 2, 4);
        append_be(tag, 28, 4);
        for (const char letter : description) {
            append_be(tag, static_cast<std::uint8_t>(letter), 2);
        }
    } else {
        append_be(tag, description.size() + 1, 4);
        append(tag, description);
        for (int i = 0; i < 80; ++i) {  // libpng passes over profiles that a few dozen bytes can hold
            tag.push_back(static_cast<std::uint8_t>(i * i * 37));
        }
    }
    Bytes profile(128);
    append_be(profile, 1, 4);
    append(profile, "desc");
    append_be(profile, 144, 4);
    append_be(profile, tag.size(), 4);
    append(profile, tag);
    profile.resize((profile.size() + 3) / 4 * 4);
    Bytes size;
    append_be(size, profile.size(), 4);
    std::copy(size.begin(), size.end(), profile.begin());
    const std::string fields =
        version_4 ? std::string("\4\0\0\0mntrRGB XYZ ", 16) : std::string("\2\0\0\0mntrRGB XYZ ", 16);
    std::copy(fields.begin(), fields.end(), profile.begin() + 8);
    const std::string magic = "acsp";
    std::copy(magic.begin(), magic.end(), profile.begin() + 36);
    const std::uint8_t illuminant[] = {0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D};
    std::copy(std::begin(illuminant), std::end(illuminant), profile.begin() + 68);
    return profile;
}

Bytes with_png_chunk(const Bytes& png, const std::string& type, const Bytes& data) {
    Bytes chunk;
    append_be(chunk, data.size(), 4);
    append(chunk, type);
    append(chunk, data);
    append_be(chunk, crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4)), 4);
    Bytes out = png;
    out.insert(out.begin() + 33, chunk.begin(), chunk.end());
    return out;
}

Bytes with_jpeg_segment(const Bytes& jpeg, std::uint8_t code, const Bytes& payload) {
    Bytes segment = {0xFF, code};
    append_be(segment, payload.size() + 2, 2);
    append(segment, payload);
    Bytes out = jpeg;
    out.insert(out.begin() + 2, segment.begin(), segment.end());
    return out;
}

Bytes encode_webp(const cv::Mat& picture, bool lossless, int orientation) {
    Bytes chunks = webp_chunks(picture, lossless);
    if (orientation != 1) {
        Bytes all = extended_header(0x08, picture.size());
        append(all, chunks);
        append(all, riff_chunk("EXIF", exif_block(orientation)));
        chunks = all;
    }
    return webp_file(chunks);
}

Bytes encode_animated_webp(const cv::Mat& first, const cv::Mat& second, cv::Point offset, cv::Size canvas) {
    Bytes chunks = extended_header(0x02, canvas);
    append(chunks, riff_chunk("ANIM", Bytes(6)));
    for (const cv::Mat& picture : {first, second}) {
        Bytes frame;
        append_le(frame, static_cast<std::uint64_t>(offset.x / 2), 3);
        append_le(frame, static_cast<std::uint64_t>(offset.y / 2), 3);
        append_le(frame, static_cast<std::uint64_t>(picture.cols - 1), 3);
        append_le(frame, static_cast<std::uint64_t>(picture.rows - 1), 3);
        append_le(frame, 100, 3);
        frame.push_back(0);
        append(frame, webp_chunks(picture, true));
        append(chunks, riff_chunk("ANMF", frame));
    }
    return webp_file(chunks);
}

Bytes encode_heic(const cv::Mat& picture, int orientation) {
    heif_context* context = heif_context_alloc();
    heif_encoder* encoder = nullptr;
    Bytes bytes;
    if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code == heif_error_Ok) {
        heif_image* image = nullptr;
        heif_image_create(picture.cols, picture.rows, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &image);
        heif_image_add_plane(image, heif_channel_interleaved, picture.cols, picture.rows, 8);
        int stride = 0;
        std::uint8_t* plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
        for (int y = 0; y < picture.rows; ++y) {
            std::copy_n(picture.ptr(y), picture.cols * 3, plane + y * stride);
        }
        heif_encoder_set_lossy_quality(encoder, 95);
        heif_encoder_set_parameter_string(encoder, "chroma", "444");
        heif_encoder_set_parameter_string(encoder, "preset", "ultrafast");
        heif_encoding_options* options = heif_encoding_options_alloc();
        options->image_orientation = static_cast<heif_orientation>(orientation);
        if (heif_context_encode_image(context, image, encoder, options, nullptr).code == heif_error_Ok) {
            heif_writer writer{1, [](heif_context*, const void* data, std::size_t size, void* user) {
                                   const auto* from = static_cast<const std::uint8_t*>(data);
                                   static_cast<Bytes*>(user)->assign(from, from + size);
                                   return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                               }};
            heif_context_write(context, &writer, &bytes);
        }
        heif_encoding_options_free(options);
        heif_image_release(image);
        heif_encoder_release(encoder);
    }
    heif_context_free(context);
    return bytes;
}

Bytes encode_avif(const cv::Mat& picture, int quarter_turns_left, int mirror, int bits) {
    avifImage* image = avif_image(picture, bits);
    if (quarter_turns_left > 0) {
        image->transformFlags |= AVIF_TRANSFORM_IROT;
        image->irot.angle = static_cast<std::uint8_t>(quarter_turns_left);
    }
    if (mirror >= 0) {
        image->transformFlags |= AVIF_TRANSFORM_IMIR;
        image->imir.mode = static_cast<std::uint8_t>(mirror);
    }
    avifEncoder* encoder = lossless_encoder();
    avifRWData out = AVIF_DATA_EMPTY;
    avifEncoderWrite(encoder, image, &out);
    Bytes bytes(out.data, out.data + out.size);
    avifRWDataFree(&out);
    avifEncoderDestroy(encoder);
    avifImageDestroy(image);
    return bytes;
}

Bytes encode_avif_grid(const std::vector<cv::Mat>& cells, int columns, int rows) {
    std::vector<avifImage*> images;
    images.reserve(cells.size());
    for (const cv::Mat& cell : cells) {
        images.push_back(avif_image(cell, 8));
    }
    avifEncoder* encoder = lossless_encoder();
    avifRWData out = AVIF_DATA_EMPTY;
    avifEncoderAddImageGrid(encoder, static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows),
                            images.data(), AVIF_ADD_IMAGE_FLAG_SINGLE);
    avifEncoderFinish(encoder, &out);
    Bytes bytes(out.data, out.data + out.size);
    avifRWDataFree(&out);
    avifEncoderDestroy(encoder);
    std::for_each(images.begin(), images.end(), avifImageDestroy);
    return bytes;
}

Bytes encode_bmp(const cv::Mat& picture) {
    const std::size_t row_bytes = (static_cast<std::size_t>(picture.cols) * 3 + 3) / 4 * 4;
    Bytes bytes;
    append(bytes, "BM");
    append_le(bytes, 54 + row_bytes * static_cast<std::size_t>(picture.rows), 4);
    append_le(bytes, 0, 4);
    append_le(bytes, 54, 4);
    append_le(bytes, 40, 4);
    append_le(bytes, static_cast<std::uint64_t>(picture.cols), 4);
    append_le(bytes, static_cast<std::uint64_t>(picture.rows), 4);
    append_le(bytes, 1, 2);
    append_le(bytes, 24, 2);
    bytes.resize(54);
    for (int y = picture.rows - 1; y >= 0; --y) {
        const std::size_t start = bytes.size();
        for (int x = 0; x < picture.cols; ++x) {
            const cv::Vec3b& pixel = picture.at<cv::Vec3b>(y, x);
            bytes.insert(bytes.end(), {pixel[2], pixel[1], pixel[0]});
        }
        bytes.resize(start + row_bytes);
    }
    return bytes;
}

std::vector<Encoded> encode_all(const cv::Mat& picture) {
    cv::Mat grey(picture.rows, picture.cols, CV_8UC1);
    cv::extractChannel(picture, grey, 0);
    Bytes palette;
    for (int i = 0; i < 256; ++i) {
        palette.insert(palette.end(), {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(255 - i),
                                       static_cast<std::uint8_t>(i / 2)});
    }
    std::vector<Encoded> all = {
        {"JPEG", encode_raw_jpeg(picture, {})},
        {"progressive JPEG", encode_raw_jpeg(picture, {.progressive = true})},
        {"PNG", encode_png(picture)},
        {"lossy WebP", encode_webp(picture, false)},
        {"lossless WebP", encode_webp(picture, true)},
        {"AVIF", encode_avif(picture)},
        {"JPEG XL", encode_jxl(picture, true)},
        {"lossy JPEG XL in boxes", encode_jxl(picture, false, 1, true)},
        {"TIFF", encode_tiff(picture, {})},
        {"tiled TIFF, Deflate", encode_tiff(picture, {.compression = 8, .tile = 16})},
        {"BigTIFF, LZW", encode_tiff(picture, {.compression = 5, .big = true})},
        {"GIF", encode_gif(grey, palette)},
        {"interlaced GIF", encode_gif(grey, palette, true)},
        {"BMP", encode_bmp(picture)},
    };
    if (Bytes heic = encode_heic(picture); !heic.empty()) {
        all.push_back({"HEIC", std::move(heic)});
    }
    return all;
}

Result<Image> decode(const Bytes& bytes, const Limits& limits) {
    const auto source = ingest::open_memory(bytes);
    return decode_image(ingest::identify(*source), bytes, limits);
}

}  // namespace bonafide::media::fixtures
