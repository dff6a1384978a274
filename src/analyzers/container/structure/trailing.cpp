#include "analyzers/container/structure/trailing.h"

#include "analyzers/container/structure/fields.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::size_t kLook = 64 << 10;

bool begins(const std::vector<std::uint8_t>& bytes, std::size_t offset, std::string_view magic) {
    return Fields(bytes).text(offset, magic.size()) == magic;
}

/// ZIP's end-of-central-directory record stands in the last 64 KiB of every ZIP archive, wherever that begins.
bool ends_as_zip(const std::vector<std::uint8_t>& tail) {
    static constexpr std::string_view kEnd("PK\x05\x06", 4);
    const std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());
    return text.rfind(kEnd) != std::string_view::npos;
}

bool is_padding(const std::vector<std::uint8_t>& bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](std::uint8_t byte) { return byte == 0x00 || byte == 0xFF || byte == 0x0A || byte == 0x20; });
}

bool is_text(const std::vector<std::uint8_t>& bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](std::uint8_t byte) { return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r'; });
}

/// Foreign files that begin right at the end of the picture or film.
TrailingKind classify_foreign(const std::vector<std::uint8_t>& head) {
    static constexpr std::array<std::string_view, 5> kArchives = {
        std::string_view("PK\x03\x04", 4), std::string_view("Rar!\x1A\x07", 6),
        std::string_view("7z\xBC\xAF\x27\x1C", 6), std::string_view("\x1F\x8B\x08", 3),
        std::string_view("\xFD"
                         "7zXZ",
                         5)};
    for (const std::string_view magic : kArchives) {
        if (begins(head, 0, magic)) {
            return TrailingKind::kArchive;
        }
    }
    if (begins(head, 0, "\x89PNG")) {
        return TrailingKind::kPng;
    }
    if (begins(head, 0,
               "\x7F"
               "ELF") ||
        (begins(head, 0, "MZ") && head.size() > 64)) {
        return TrailingKind::kProgram;
    }
    if (begins(head, 0, "%PDF-") || begins(head, 0, "<html") || begins(head, 0, "<!DOCTYPE") ||
        begins(head, 0, "<?php")) {
        return TrailingKind::kDocument;
    }
    return is_text(head) ? TrailingKind::kText : TrailingKind::kUnknown;
}

}  // namespace

TrailingKind classify_trailing(const ingest::ByteSource& source, std::uint64_t offset) {
    if (offset >= source.size_bytes()) {
        return TrailingKind::kNone;
    }
    const std::uint64_t length = source.size_bytes() - offset;
    const std::vector<std::uint8_t> head = source.read(offset, kLook);
    const std::uint64_t tail_length = std::min<std::uint64_t>(length, kLook + 64);
    const std::vector<std::uint8_t> tail =
        source.read(source.size_bytes() - tail_length, static_cast<std::size_t>(tail_length));
    if (is_padding(head) && is_padding(tail)) {
        return TrailingKind::kPadding;
    }
    // Padding may stand before what follows: devices align second pictures.
    const auto first = std::find_if(head.begin(), head.end(), [](std::uint8_t byte) { return byte != 0; });
    const auto start = static_cast<std::size_t>(first - head.begin());
    if (begins(head, start, "\xFF\xD8\xFF")) {
        return TrailingKind::kJpeg;
    }
    if (begins(head, start + 4, "ftyp") || begins(head, start, "MotionPhoto_Data")) {
        return TrailingKind::kMovie;
    }
    if (tail.size() >= 4 && begins(tail, tail.size() - 4, "SEFT")) {
        return TrailingKind::kPhoneTrailer;
    }
    if (ends_as_zip(tail)) {
        return TrailingKind::kArchive;
    }
    // Behind padding anything may stand: memory cards and recovery tools leave pieces of other files there. Only what
    // begins right at the end was put there.
    return start == 0 ? classify_foreign(head) : TrailingKind::kUnknown;
}

void note_trailing(const ingest::ByteSource& source, std::uint64_t offset, Structure& structure) {
    const TrailingKind kind = classify_trailing(source, offset);
    if (kind == TrailingKind::kNone) {
        return;
    }
    structure.trailing_bytes = source.size_bytes() - offset;
    const std::string size =
        std::to_string(structure.trailing_bytes) + " bytes follow the end of the " + structure.format + " data";
    switch (kind) {
        case TrailingKind::kPadding:
            structure.add(SignKind::kNote, size + ": padding, as some devices leave it.");
            break;
        case TrailingKind::kJpeg:
            structure.add(SignKind::kNote,
                          size + ": a second JPEG picture, as devices append previews, depth and gain maps.");
            break;
        case TrailingKind::kMovie:
            structure.add(SignKind::kNote, size + ": a film, as phones append to motion photos.");
            break;
        case TrailingKind::kPhoneTrailer:
            structure.add(SignKind::kNote, size + ": the trailer that Samsung phones append.");
            break;
        case TrailingKind::kText:
            structure.add(SignKind::kNote, size + ": text.");
            break;
        case TrailingKind::kPng:
            structure.add(SignKind::kAnomaly, size + ": another picture (PNG), hidden from viewers.");
            break;
        case TrailingKind::kArchive:
            structure.add(SignKind::kAnomaly, size + ": an archive is hidden behind the picture or film.");
            break;
        case TrailingKind::kProgram:
            structure.add(SignKind::kAnomaly, size + ": a program is hidden behind the picture or film.");
            break;
        case TrailingKind::kDocument:
            structure.add(SignKind::kAnomaly, size + ": a document is hidden behind the picture or film.");
            break;
        case TrailingKind::kUnknown:
        case TrailingKind::kNone:
            structure.add(SignKind::kNote,
                          size + ", of no known kind, as memory cards and recovered files leave them.");
            break;
    }
}

}  // namespace bonafide::analyzers::structure
