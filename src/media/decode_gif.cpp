// The first picture of a GIF (87a, 89a) through giflib, line by line. Its canvas is the logical screen; what the
// picture leaves free has the background colour. The number of pictures is counted by walking the blocks, without
// unpacking them.
#include "media/decode_formats.h"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace bonafide::media {
namespace {

struct Memory {
    std::span<const std::uint8_t> rest;
};

int on_read(GifFileType* gif, GifByteType* out, int size) {
    Memory& memory = *static_cast<Memory*>(gif->UserData);
    const std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(std::max(0, size)), memory.rest.size());
    std::copy_n(memory.rest.begin(), count, out);
    memory.rest = memory.rest.subspan(count);
    return static_cast<int>(count);
}

struct Closer {
    void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, Closer>;

struct BlockCount {
    int pictures = 0;
    bool ended = false;  ///< the trailer was found
};

/// Walks the blocks behind the logical screen descriptor (GIF89a, appendix B).
BlockCount count_pictures(std::span<const std::uint8_t> bytes) {
    BlockCount count;
    const auto table_bytes = [](std::uint8_t flags) -> std::size_t {
        return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
    };
    std::size_t offset = 13 + (bytes.size() > 10 ? table_bytes(bytes[10]) : 0);
    while (offset < bytes.size()) {
        const std::uint8_t kind = bytes[offset];
        if (kind == 0x2C && bytes.size() - offset > 10) {
            ++count.pictures;
            offset += 11 + table_bytes(bytes[offset + 9]);  // descriptor, table, code size
        } else if (kind == 0x21) {
            offset += 2;
        } else {
            count.ended = kind == 0x3B;
            break;
        }
        while (offset < bytes.size() && bytes[offset] != 0) {
            offset += std::size_t{bytes[offset]} + 1;
        }
        ++offset;
    }
    return count;
}

using Palette = std::array<cv::Vec3b, 256>;

Palette palette_of(const ColorMapObject* map) {
    Palette palette{};
    for (int i = 0; map != nullptr && i < std::min(map->ColorCount, 256); ++i) {
        const GifColorType& colour = map->Colors[i];
        palette[static_cast<std::size_t>(i)] = {colour.Red, colour.Green, colour.Blue};
    }
    return palette;
}

/// Skips extensions up to the first picture; notes transparency on the way. False where there is no picture.
bool go_to_picture(GifFileType* gif, bool& transparent) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    while (DGifGetRecordType(gif, &record) == GIF_OK) {
        if (record == IMAGE_DESC_RECORD_TYPE) {
            return DGifGetImageDesc(gif) == GIF_OK;
        }
        if (record != EXTENSION_RECORD_TYPE) {
            return false;
        }
        int code = 0;
        GifByteType* block = nullptr;
        if (DGifGetExtension(gif, &code, &block) != GIF_OK) {
            return false;
        }
        while (block != nullptr) {
            GraphicsControlBlock control{};
            if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
                transparent = control.TransparentColor != NO_TRANSPARENT_COLOR;
            }
            if (DGifGetExtensionNext(gif, &block) != GIF_OK) {
                return false;
            }
        }
    }
    return false;
}

/// The order in which an interlaced picture stores its rows (GIF89a, appendix E).
std::vector<int> stored_order(int rows, bool interlaced) {
    std::vector<int> order;
    order.reserve(static_cast<std::size_t>(rows));
    if (!interlaced) {
        for (int row = 0; row < rows; ++row) {
            order.push_back(row);
        }
        return order;
    }
    constexpr int kPasses[4][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    for (const auto& [first, step] : kPasses) {
        for (int row = first; row < rows; row += step) {
            order.push_back(row);
        }
    }
    return order;
}

}  // namespace

Result<Image> decode_gif(std::span<const std::uint8_t> bytes, const Limits& limits) {
    Memory memory{bytes};
    int code = 0;
    const Gif gif(DGifOpen(&memory, on_read, &code));
    if (gif == nullptr) {
        return Error{bytes.size() < 13 ? ErrorCode::kTruncated : ErrorCode::kInvalid, "not a valid GIF header"};
    }
    bool transparent = false;
    const BlockCount blocks = count_pictures(bytes);
    if (!go_to_picture(gif.get(), transparent)) {
        return Error{blocks.ended ? ErrorCode::kInvalid : ErrorCode::kTruncated,
                     blocks.ended ? "the GIF holds no picture" : "the GIF ends before its first picture"};
    }
    const GifImageDesc& frame = gif->Image;
    const int width = gif->SWidth > 0 ? gif->SWidth : frame.Width,
              height = gif->SHeight > 0 ? gif->SHeight : frame.Height;
    for (const auto& [wide, high] : {std::pair{width, height}, std::pair{frame.Width, frame.Height}}) {
        if (const Result<void> size = check_picture_size(static_cast<std::uint64_t>(std::max(0, wide)),
                                                         static_cast<std::uint64_t>(std::max(0, high)), limits);
            !size) {
            return size.error();
        }
    }
    Image image;
    image.stored_width_px = width;
    image.stored_height_px = height;
    image.has_alpha = transparent;
    image.colour_space = "unspecified";
    image.frame_count = std::max(1, blocks.pictures);

    const Palette palette = palette_of(frame.ColorMap != nullptr ? frame.ColorMap : gif->SColorMap);
    const Palette screen = palette_of(gif->SColorMap);
    const cv::Vec3b background = screen[static_cast<std::size_t>(gif->SBackGroundColor & 255)];
    image.rgb = cv::Mat(height, width, CV_8UC3, cv::Scalar(background[0], background[1], background[2]));
    std::vector<GifPixelType> line(static_cast<std::size_t>(frame.Width));
    int done = 0;
    const std::vector<int> order = stored_order(frame.Height, frame.Interlace);
    bool failed = false;
    for (const int row : order) {
        failed = failed || DGifGetLine(gif.get(), line.data(), frame.Width) != GIF_OK;
        const int y = frame.Top + row;
        if (y < height) {
            for (int x = 0; x < frame.Width && frame.Left + x < width; ++x) {
                image.rgb.at<cv::Vec3b>(y, frame.Left + x) =
                    failed ? cv::Vec3b(0, 0, 0) : palette[line[static_cast<std::size_t>(x)]];
            }
        }
        done += failed ? 0 : 1;
    }
    if (done == 0) {
        return Error{blocks.ended ? ErrorCode::kInvalid : ErrorCode::kTruncated,
                     blocks.ended ? "no row of the GIF could be decoded" : "the GIF ends before its first rows"};
    }
    if (failed) {
        note_missing_rows(image, static_cast<double>(done) * height / frame.Height,
                          blocks.ended ? "corrupt picture data" : "ends early");
    } else if (!blocks.ended) {
        note_damage(image, "the chain of blocks breaks off behind the first picture");
    }
    return image;
}

}  // namespace bonafide::media
