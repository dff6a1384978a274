// WAV and RF64 (EBU Tech 3306), FLAC, MPEG audio layers I to III (ISO/IEC 11172-3, 13818-3) and ADTS (ISO/IEC 13818-7).
// The last two have no signature: several frame headers must follow each other at the distance they declare.
#include "ingest/identify_probe.h"

#include <algorithm>
#include <array>
#include <string>

namespace bonafide::ingest {
namespace {

/// Frame headers that must agree: at the start of the sound, and behind foreign bytes, where chance needs more
/// excluding.
constexpr int kFramesAtStart = 2, kFramesBehindForeignBytes = 4;
/// Bytes after an ID3v2 tag, or before the first frame, that are looked through.
constexpr std::size_t kSearchBytes = 32 * 1024;
constexpr std::size_t kWindowBytes = 64 * 1024;

/// Offset behind the ID3v2 tags at the start (id3.org, 2.4.0, section 3.1); several may follow each other.
std::uint64_t end_of_id3(const Probe& probe) {
    std::uint64_t offset = 0;
    for (int tags = 0; tags < 4; ++tags) {
        const std::vector<std::uint8_t> header = probe.source.read(offset, 10);
        if (header.size() < 10 || !has_text(header, 0, "ID3") ||
            ((header[6] | header[7] | header[8] | header[9]) & 0x80) != 0) {
            break;
        }
        const std::uint64_t length = (std::uint64_t{header[6]} << 21) | (std::uint64_t{header[7]} << 14) |
                                     (std::uint64_t{header[8]} << 7) | header[9];
        offset += 10 + length + ((header[5] & 0x10) != 0 ? 10 : 0);
    }
    return offset;
}

struct Frame {
    std::size_t length_bytes = 0;
    std::uint32_t same = 0;  ///< the header bits that all frames of a recording share
    int layer = 0;
};

std::optional<Frame> mpeg_frame(std::span<const std::uint8_t> bytes, std::size_t offset) {
    const auto header = static_cast<std::uint32_t>(unsigned_be(bytes, offset, 4));
    const std::uint32_t version = (header >> 19) & 3, layer = 4 - ((header >> 17) & 3),
                        rate_index = (header >> 12) & 15, sampling = (header >> 10) & 3;
    if ((header >> 21) != 0x7FF || version == 1 || layer == 4 || rate_index == 0 || rate_index == 15 || sampling == 3 ||
        (header & 3) == 2) {
        return std::nullopt;
    }
    // Bit rates in kbit/s, by MPEG-1 layers I, II, III, then MPEG-2 and 2.5 layer I and layers II and III.
    static constexpr std::array<std::array<int, 15>, 5> kRates = {
        {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
         {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
         {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
         {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
         {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};
    static constexpr std::array<int, 3> kSampling = {44100, 48000, 32000};
    const bool first_version = version == 3;
    const std::size_t row = first_version ? layer - 1 : (layer == 1 ? 3 : 4);
    const int bits_per_second = kRates[row][rate_index] * 1000;
    const int samples_per_second = kSampling[sampling] >> (first_version ? 0 : version == 2 ? 1 : 2);
    const int padding = (header >> 9) & 1;
    int length = 0;
    if (layer == 1) {
        length = (12 * bits_per_second / samples_per_second + padding) * 4;
    } else {
        length = (layer == 3 && !first_version ? 72 : 144) * bits_per_second / samples_per_second + padding;
    }
    return Frame{static_cast<std::size_t>(length), header & 0xFFFE0C00U, static_cast<int>(layer)};
}

/// Private, original and home bits may differ between the frames of a recording; sampling rate and channels may not.
std::optional<Frame> adts_frame(std::span<const std::uint8_t> bytes, std::size_t offset) {
    const std::uint64_t header = unsigned_be(bytes, offset, 7);
    const std::uint64_t length = (header >> 13) & 0x1FFF, sampling = (header >> 34) & 15;
    if ((header >> 44) != 0xFFF || ((header >> 41) & 3) != 0 || length < 8 || sampling > 12) {
        return std::nullopt;
    }
    return Frame{static_cast<std::size_t>(length), static_cast<std::uint32_t>((header >> 28) & 0xFFFFFDCU), 0};
}

/// Frames that follow each other from `offset`; `reached_end` tells that the window, not a foreign byte, ended the run.
int run_of_frames(std::span<const std::uint8_t> bytes, std::size_t offset,
                  std::optional<Frame> (*read)(std::span<const std::uint8_t>, std::size_t), int most,
                  bool& reached_end) {
    int count = 0;
    std::optional<Frame> first;
    reached_end = false;
    while (count < most) {
        const std::optional<Frame> frame = read(bytes, offset);
        if (!frame || (first && frame->same != first->same)) {
            // A trailing ID3v1 or APE tag, or the end of the bytes, may close a short recording.
            reached_end =
                offset + 7 > bytes.size() || has_text(bytes, offset, "TAG") || has_text(bytes, offset, "APETAGEX");
            break;
        }
        first = first ? first : frame;
        ++count;
        offset += frame->length_bytes;
    }
    return count;
}

/// The first frame of a believable run, searched behind ID3v2 tags and a few foreign bytes.
std::optional<Frame> find_frames(const Probe& probe,
                                 std::optional<Frame> (*read)(std::span<const std::uint8_t>, std::size_t)) {
    const std::uint64_t start = end_of_id3(probe);
    const std::vector<std::uint8_t> window = probe.source.read(start, kWindowBytes);
    bool reached_end = false;
    const int at_start = run_of_frames(window, 0, read, kFramesAtStart, reached_end);
    if (at_start >= kFramesAtStart || (start > 0 && at_start == 1 && reached_end)) {
        return read(window, 0);
    }
    for (std::size_t offset = 1; offset < std::min(kSearchBytes, window.size()); ++offset) {
        if (window[offset] == 0xFF &&
            run_of_frames(window, offset, read, kFramesBehindForeignBytes, reached_end) >= kFramesBehindForeignBytes) {
            return read(window, offset);
        }
    }
    return std::nullopt;
}

Identity recording(const char* media_type, const char* description) {
    return {.container = Container::kUnknown,
            .kind = MediaKind::kAudio,
            .media_type = media_type,
            .description = description};
}

}  // namespace

std::optional<Identity> sniff_wav(const Probe& probe) {
    if (!probe.has(8, "WAVE")) {
        return std::nullopt;
    }
    if (probe.has(0, "RIFF")) {
        return recording("audio/wav", "WAV recording");
    }
    if (probe.has(0, "RF64") || probe.has(0, "BW64")) {
        return recording("audio/wav", "WAV recording (64-bit)");
    }
    return std::nullopt;
}

std::optional<Identity> sniff_flac(const Probe& probe) {
    if (!probe.has(0, "fLaC") && !has_text(probe.source.read(end_of_id3(probe), 4), 0, "fLaC")) {
        return std::nullopt;
    }
    return recording("audio/flac", "FLAC recording");
}

std::optional<Identity> sniff_mp3(const Probe& probe) {
    const std::optional<Frame> frame = find_frames(probe, mpeg_frame);
    if (!frame) {
        return std::nullopt;
    }
    static constexpr std::array<const char*, 3> kNames = {"MPEG audio layer I recording",
                                                          "MPEG audio layer II recording", "MP3 recording"};
    return recording("audio/mpeg", kNames[static_cast<std::size_t>(frame->layer - 1)]);
}

std::optional<Identity> sniff_adts(const Probe& probe) {
    if (!find_frames(probe, adts_frame)) {
        return std::nullopt;
    }
    return recording("audio/aac", "AAC recording (ADTS)");
}

}  // namespace bonafide::ingest
