// Identification by content: each container has one sniff function, and one table lists them in the order in which they
// are asked. Strong signatures stand first, also those of formats that are not supported; formats recognised by
// repetition (transport streams, MPEG audio frames) stand last, because archives and other films may hold a run of
// them.
#include "ingest/identify.h"

#include "ingest/identify_probe.h"

#include <algorithm>

namespace bonafide::ingest {
namespace {

struct Format {
    Container container;
    Sniff sniff;
};

constexpr Format kFormats[] = {
    {Container::kJpeg, sniff_jpeg},        {Container::kPng, sniff_png},           {Container::kWebp, sniff_webp},
    {Container::kAvif, sniff_avif},        {Container::kHeif, sniff_heif},         {Container::kJxl, sniff_jxl},
    {Container::kTiff, sniff_tiff},        {Container::kGif, sniff_gif},           {Container::kBmp, sniff_bmp},
    {Container::kIsoBmff, sniff_iso_bmff}, {Container::kMatroska, sniff_matroska}, {Container::kAvi, sniff_avi},
    {Container::kWav, sniff_wav},          {Container::kFlac, sniff_flac},         {Container::kOgg, sniff_ogg},
    {Container::kUnknown, sniff_foreign},  {Container::kMpegTs, sniff_mpeg_ts},    {Container::kAdts, sniff_adts},
    {Container::kMp3, sniff_mp3},
};

}  // namespace

std::uint64_t unsigned_be(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width_bytes) {
    if (offset > bytes.size() || bytes.size() - offset < width_bytes) {
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width_bytes; ++i) {
        value = (value << 8) | bytes[offset + i];
    }
    return value;
}

std::uint64_t unsigned_le(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width_bytes) {
    if (offset > bytes.size() || bytes.size() - offset < width_bytes) {
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = width_bytes; i > 0; --i) {
        value = (value << 8) | bytes[offset + i - 1];
    }
    return value;
}

bool has_text(std::span<const std::uint8_t> bytes, std::size_t offset, std::string_view text) {
    return offset <= bytes.size() && bytes.size() - offset >= text.size() &&
           std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                      [](char expected, std::uint8_t found) { return static_cast<std::uint8_t>(expected) == found; });
}

const char* name_of(MediaKind kind) {
    switch (kind) {
        case MediaKind::kImage:
            return "image";
        case MediaKind::kVideo:
            return "video";
        case MediaKind::kAudio:
            return "audio";
        case MediaKind::kUnknown:
            break;
    }
    return "unknown";
}

Identity identify(const ByteSource& source) {
    const Probe probe(source);
    for (const Format& format : kFormats) {
        if (std::optional<Identity> found = format.sniff(probe)) {
            found->container = format.container;
            return *std::move(found);
        }
    }
    return describe_unsupported(probe);
}

}  // namespace bonafide::ingest
