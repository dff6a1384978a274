#include "media/decode_tiff_pixels.h"

#include "media/decode_formats.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <vector>

namespace bonafide::media {
namespace {

/// The pieces in which a directory stores its pixels: strips as wide as the picture, or tiles.
struct Blocks {
    bool tiled = false;
    std::uint32_t width = 0, height = 0;  ///< of the picture
    std::uint32_t block_width = 0, block_height = 0;
};

Result<Blocks> blocks_of(TIFF* tiff, const Limits& limits) {
    Blocks blocks;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &blocks.width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &blocks.height);
    blocks.tiled = TIFFIsTiled(tiff) != 0;
    blocks.block_width = blocks.width;
    if (blocks.tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &blocks.block_width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &blocks.block_height);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &blocks.block_height);
        blocks.block_height = std::min(blocks.block_height, blocks.height);
    }
    if (const Result<void> size = check_picture_size(blocks.block_width, blocks.block_height, limits); !size) {
        return Error{size.error().code, "a block of the TIFF: " + size.error().message};
    }
    return blocks;
}

/// Row-major samples of one block into the picture; `inverted` where 0 is white.
void place_wide(const std::vector<std::uint16_t>& samples, int channels, bool inverted, const Blocks& blocks,
                cv::Rect place, cv::Mat& rgb) {
    const cv::Mat block(static_cast<int>(blocks.block_height), static_cast<int>(blocks.block_width),
                        CV_MAKETYPE(CV_16U, channels), const_cast<std::uint16_t*>(samples.data()));
    const cv::Mat inside = block(cv::Rect(0, 0, place.width, place.height));
    cv::Mat target = rgb(place);
    const int colour[] = {0, 0, 1, 1, 2, 2}, grey[] = {0, 0, 0, 1, 0, 2};
    cv::mixChannels(&inside, 1, &target, 1, channels >= 3 ? colour : grey, 3);
    if (inverted) {
        cv::bitwise_not(target, target);
    }
}

}  // namespace

bool holds_wide_samples(TIFF* tiff) {
    std::uint16_t bits = 1, samples = 1, layout = PLANARCONFIG_CONTIG, kind = SAMPLEFORMAT_UINT,
                  photometric = PHOTOMETRIC_PALETTE;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &kind);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    const bool grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    return bits == 16 && layout == PLANARCONFIG_CONTIG && kind == SAMPLEFORMAT_UINT &&
           (grey || (photometric == PHOTOMETRIC_RGB && samples >= 3));
}

Result<double> read_wide_tiff(TIFF* tiff, cv::Mat& rgb, const Limits& limits) {
    const Result<Blocks> found = blocks_of(tiff, limits);
    if (!found) {
        return found.error();
    }
    const Blocks& blocks = *found;
    std::uint16_t samples = 1, photometric = PHOTOMETRIC_MINISBLACK;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    const std::uint64_t values = std::uint64_t{blocks.block_width} * blocks.block_height * samples;
    if (values * sizeof(std::uint16_t) > limits.memory_bytes / 2) {
        return Error{ErrorCode::kLimit, "a block of the TIFF is larger than the memory limit allows"};
    }
    std::vector<std::uint16_t> buffer(static_cast<std::size_t>(values));
    rgb = cv::Mat::zeros(static_cast<int>(blocks.height), static_cast<int>(blocks.width), CV_16UC3);
    double pixels = 0;
    for (std::uint32_t y = 0; y < blocks.height; y += blocks.block_height) {
        for (std::uint32_t x = 0; x < blocks.width; x += blocks.block_width) {
            const cv::Rect place(static_cast<int>(x), static_cast<int>(y),
                                 static_cast<int>(std::min(blocks.block_width, blocks.width - x)),
                                 static_cast<int>(std::min(blocks.block_height, blocks.height - y)));
            const auto room = static_cast<tmsize_t>(buffer.size() * sizeof(std::uint16_t));
            const tmsize_t got = blocks.tiled
                                     ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, 0), buffer.data(), room)
                                     : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, 0), buffer.data(), room);
            if (got > 0) {
                place_wide(buffer, samples, photometric == PHOTOMETRIC_MINISWHITE, blocks, place, rgb);
                pixels += place.area();
            }
        }
    }
    return pixels / blocks.width;
}

Result<double> read_narrow_tiff(TIFF* tiff, cv::Mat& rgb, const Limits& limits) {
    const Result<Blocks> found = blocks_of(tiff, limits);
    if (!found) {
        return found.error();
    }
    const Blocks& blocks = *found;
    // libtiff multiplies colours with an alpha that is not yet multiplied in; alpha is dropped here, so it must not.
    std::uint16_t extra_count = 0;
    std::uint16_t* extra = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra) == 1 && extra_count > 0 && extra != nullptr &&
        extra[0] == EXTRASAMPLE_UNASSALPHA) {
        std::vector<std::uint16_t> kinds(extra, extra + extra_count);
        kinds[0] = EXTRASAMPLE_ASSOCALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, extra_count, kinds.data());
    }
    char reason[1024] = {};
    TIFFRGBAImage reader;
    if (TIFFRGBAImageOK(tiff, reason) == 0 || TIFFRGBAImageBegin(&reader, tiff, 1, reason) == 0) {
        return Error{ErrorCode::kUnsupported, "kind of TIFF that is not supported: " + library_words(reason)};
    }
    reader.req_orientation = reader.orientation = ORIENTATION_TOPLEFT;  // as stored; the caller turns it
    rgb = cv::Mat::zeros(static_cast<int>(blocks.height), static_cast<int>(blocks.width), CV_8UC3);
    std::vector<std::uint32_t> raster;
    double rows = 0;
    for (std::uint32_t y = 0; y < blocks.height; y += blocks.block_height) {
        const std::uint32_t count = std::min(blocks.block_height, blocks.height - y);
        raster.assign(std::size_t{blocks.width} * count, 0);
        reader.row_offset = static_cast<int>(y);
        if (TIFFRGBAImageGet(&reader, raster.data(), blocks.width, count) == 0) {
            continue;
        }
        const cv::Mat pixels(static_cast<int>(count), static_cast<int>(blocks.width), CV_8UC4, raster.data());
        cv::Mat target = rgb.rowRange(static_cast<int>(y), static_cast<int>(y + count));
        cv::cvtColor(pixels, target, cv::COLOR_RGBA2RGB);
        rows += count;
    }
    TIFFRGBAImageEnd(&reader);
    return rows;
}

}  // namespace bonafide::media
