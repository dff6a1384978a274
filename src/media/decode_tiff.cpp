// TIFF and BigTIFF through libtiff, from memory. Pictures of 16 bits a sample in one plane are read as they are;
// everything else (palettes, two colours, inks, CIE L*a*b*, JPEG inside) by libtiff's conversion to 8-bit colour, strip
// by strip, so that a damaged file gives what it has. Limits: samples of 16 bits in separate planes come out with 8;
// floating-point samples are refused;
// a compressed strip or tile that is cut is lost whole.
#include "media/decode_formats.h"
#include "media/decode_tiff_pixels.h"
#include "media/image_colour.h"

#include <opencv2/imgproc.hpp>
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace bonafide::media {
namespace {

struct Memory {
    std::span<const std::uint8_t> bytes;
    std::uint64_t position = 0;
    std::string first_error;
};

tmsize_t on_read(thandle_t handle, void* out, tmsize_t size) {
    Memory& memory = *static_cast<Memory*>(handle);
    if (size <= 0 || memory.position >= memory.bytes.size()) {
        return 0;
    }
    const std::size_t count =
        std::min(static_cast<std::size_t>(size), memory.bytes.size() - static_cast<std::size_t>(memory.position));
    std::memcpy(out, memory.bytes.data() + memory.position, count);
    memory.position += count;
    return static_cast<tmsize_t>(count);
}
tmsize_t on_write(thandle_t, void*, tmsize_t) {
    return 0;
}
toff_t on_seek(thandle_t handle, toff_t offset, int from) {
    Memory& memory = *static_cast<Memory*>(handle);
    const toff_t base = from == SEEK_CUR ? memory.position : from == SEEK_END ? memory.bytes.size() : 0;
    memory.position = base + offset;
    return memory.position;
}
int on_close(thandle_t) {
    return 0;
}
toff_t on_size(thandle_t handle) {
    return static_cast<Memory*>(handle)->bytes.size();
}
int on_map(thandle_t handle, void** base, toff_t* size) {
    Memory& memory = *static_cast<Memory*>(handle);
    // libtiff opens for reading only and never writes there.
    *base = const_cast<std::uint8_t*>(memory.bytes.data());
    *size = memory.bytes.size();
    return 1;
}
void on_unmap(thandle_t, void*, toff_t) {}

__attribute__((format(printf, 4, 0))) int on_error(TIFF*, void* user, const char*, const char* format,
                                                   va_list arguments) {
    Memory& memory = *static_cast<Memory*>(user);
    if (memory.first_error.empty()) {
        char text[256] = {};
        std::vsnprintf(text, sizeof text, format, arguments);
        memory.first_error = library_words(text);
    }
    return 1;
}
int on_warning(TIFF*, void*, const char*, const char*, va_list) {
    return 1;
}

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Tiff open(Memory& memory, const Limits& limits) {
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                   &TIFFOpenOptionsFree);
    // One strip may be the whole picture, in 16 bits with alpha.
    const std::uint64_t most = std::min<std::uint64_t>(limits.memory_bytes, limits.pixels * 8 + (16U << 20));
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(most));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &memory);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &memory);
    return {TIFFClientOpenExt("picture", "r", &memory, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap,
                              options.get()),
            &TIFFClose};
}

template <class Value>
Value tag(TIFF* tiff, std::uint32_t name, Value otherwise) {
    Value value = otherwise;
    return TIFFGetFieldDefaulted(tiff, name, &value) == 1 ? value : otherwise;
}

/// Directories in the chain, counted without reading them; stops at one seen before or past the bytes (TIFF 6.0,
/// section 2; BigTIFF).
int count_directories(std::span<const std::uint8_t> bytes, bool big_endian, bool big_tiff) {
    constexpr int kMostDirectories = 1000;
    const auto number = [&](std::uint64_t offset, std::size_t width) -> std::uint64_t {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width && offset + width <= bytes.size(); ++i) {
            value = (value << 8) | bytes[static_cast<std::size_t>(offset) + (big_endian ? i : width - 1 - i)];
        }
        return value;
    };
    const std::size_t offset_bytes = big_tiff ? 8 : 4, count_bytes = big_tiff ? 8 : 2, entry_bytes = big_tiff ? 20 : 12;
    std::vector<std::uint64_t> seen;
    std::uint64_t directory = number(big_tiff ? 8 : 4, offset_bytes);
    while (directory != 0 && directory < bytes.size() && seen.size() < kMostDirectories &&
           std::find(seen.begin(), seen.end(), directory) == seen.end()) {
        seen.push_back(directory);
        const std::uint64_t entries = number(directory, count_bytes);
        if (entries > bytes.size() / entry_bytes) {
            break;
        }
        directory = number(directory + count_bytes + entries * entry_bytes, offset_bytes);
    }
    return std::max<int>(1, static_cast<int>(seen.size()));
}

std::string colour_space_of(TIFF* tiff) {
    std::uint32_t size = 0;
    const void* profile = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &size, &profile) != 1 || profile == nullptr) {
        return "unspecified";
    }
    return colour_space_of_icc({static_cast<const std::uint8_t*>(profile), size});
}

}  // namespace

Result<Image> decode_tiff(std::span<const std::uint8_t> bytes, const Limits& limits) {
    Memory memory{bytes, 0, {}};
    const Tiff tiff = open(memory, limits);
    if (tiff == nullptr) {
        return Error{ErrorCode::kInvalid, "not a valid TIFF: " + memory.first_error};
    }
    const auto width = tag<std::uint32_t>(tiff.get(), TIFFTAG_IMAGEWIDTH, 0),
               height = tag<std::uint32_t>(tiff.get(), TIFFTAG_IMAGELENGTH, 0);
    if (const Result<void> size = check_picture_size(width, height, limits); !size) {
        return size.error();
    }
    const auto samples = tag<std::uint16_t>(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
    const auto photometric = tag<std::uint16_t>(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    const auto compression = tag<std::uint16_t>(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    Image image;
    image.stored_width_px = static_cast<int>(width);
    image.stored_height_px = static_cast<int>(height);
    image.bits_per_sample = tag<std::uint16_t>(tiff.get(), TIFFTAG_BITSPERSAMPLE, 1);
    image.grey = photometric == PHOTOMETRIC_MINISWHITE || photometric == PHOTOMETRIC_MINISBLACK;
    image.orientation = std::clamp<int>(tag<std::uint16_t>(tiff.get(), TIFFTAG_ORIENTATION, 1), 1, 8);
    image.lossy = compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG ||
                  compression == COMPRESSION_WEBP || compression == COMPRESSION_LERC;
    image.colour_space = colour_space_of(tiff.get());
    std::uint16_t extra_count = 0;
    std::uint16_t* extra = nullptr;
    image.has_alpha = TIFFGetField(tiff.get(), TIFFTAG_EXTRASAMPLES, &extra_count, &extra) == 1 && extra_count > 0 &&
                      extra != nullptr && extra[0] != EXTRASAMPLE_UNSPECIFIED;
    const bool big_endian = bytes[0] == 'M';
    image.frame_count = count_directories(bytes, big_endian, bytes[big_endian ? 3 : 2] == '+');

    constexpr std::uint16_t kMostSamples = 16;
    if (samples > kMostSamples) {
        return Error{ErrorCode::kUnsupported, "TIFF with " + std::to_string(samples) + " samples a pixel"};
    }
    memory.first_error.clear();  // what libtiff said of tags does not explain missing pixels
    const Result<double> rows = holds_wide_samples(tiff.get()) ? read_wide_tiff(tiff.get(), image.rgb, limits)
                                                               : read_narrow_tiff(tiff.get(), image.rgb, limits);
    if (!rows) {
        const std::string words =
            rows.error().message + (memory.first_error.empty() ? "" : " (" + memory.first_error + ")");
        return Error{rows.error().code, words};
    }
    if (*rows <= 0) {
        return Error{ErrorCode::kInvalid, "no row of the TIFF could be decoded: " + memory.first_error};
    }
    if (*rows < image.stored_height_px) {
        note_missing_rows(image, *rows, "damaged or cut picture data (" + memory.first_error + ")");
    }
    return image;
}

}  // namespace bonafide::media
