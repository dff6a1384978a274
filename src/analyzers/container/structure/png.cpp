// The chunk structure of PNG files: "Portable Network Graphics (PNG) Specification", third edition (W3C 2025), sections
// 5 and 11. Remains of a larger picture behind a cropped one (CVE-2023-21036, CVE-2023-28303) are found by the image
// data and end chunk that they hold.
#include "analyzers/container/structure/png.h"

#include "analyzers/container/structure/fields.h"
#include "analyzers/container/structure/trailing.h"
#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::uint64_t kSignatureBytes = 8;
constexpr std::size_t kMostChunks = 100'000;
constexpr std::size_t kStep = 64 << 10;
constexpr std::uint64_t kMostSearchedBytes = 64ULL << 20;

constexpr std::array<std::string_view, 35> kKnownChunks = {
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV",
    "mDCv", "cLLI", "cLLi", "tEXt", "zTXt", "iTXt", "bKGD", "hIST", "pHYs", "sPLT", "eXIf", "tIME",
    "acTL", "fcTL", "fdAT", "oFFs", "pCAL", "sCAL", "gIFg", "gIFx", "sTER", "caBX", "iDOT"};

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t index = 0; index < 256; ++index) {
        std::uint32_t value = index;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1U) != 0 ? 0xEDB88320U ^ value >> 1 : value >> 1;
        }
        table[index] = value;
    }
    return table;
}

/// CRC-32 (ISO 3309) of the bytes [offset, offset + length), read in steps.
std::uint32_t checksum(const ingest::ByteSource& source, std::uint64_t offset, std::uint64_t length) {
    static constexpr auto kTable = make_table();
    std::uint32_t value = 0xFFFFFFFFU;
    while (length > 0) {
        const std::vector<std::uint8_t> bytes =
            source.read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(length, kStep)));
        if (bytes.empty()) {
            break;
        }
        for (const std::uint8_t byte : bytes) {
            value = kTable[(value ^ byte) & 0xFFU] ^ value >> 8;
        }
        offset += bytes.size();
        length -= bytes.size();
    }
    return ~value;
}

bool is_chunk_name(const std::string& name) {
    return name.size() == 4 && std::all_of(name.begin(), name.end(), [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
           });
}

struct Walk {
    std::size_t chunks = 0;
    std::size_t wrong_checksums = 0;
    bool image_data = false, image_data_ended = false, image_data_split = false, end = false, header_first = false;
    std::uint64_t offset = kSignatureBytes;
};

void note_chunk(const ingest::ByteSource& source, const std::string& name, std::uint64_t offset, std::uint64_t length,
                Structure& structure) {
    if (name == "tEXt" || name == "iTXt" || name == "zTXt") {
        const std::string text =
            Fields(source.read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(length, 300)))).text(0, 300);
        if (text.compare(0, 8, "Software") == 0) {
            note_writer(text, structure);
        }
        return;
    }
    if (name == "iDOT") {
        structure.add(SignKind::kNote,
                      "Its chunk iDOT is Apple's: it was written on a Mac, iPhone or iPad, as screenshots are.");
    }
    if (std::find(kKnownChunks.begin(), kKnownChunks.end(), name) != kKnownChunks.end()) {
        return;
    }
    const bool critical = name[0] >= 'A' && name[0] <= 'Z';
    if (critical) {
        structure.add(SignKind::kAnomaly,
                      "It has a chunk '" + name + "' that claims to be essential and that no standard knows.");
    } else {
        structure.add(SignKind::kNote, "It has a private chunk '" + name + "'.");
    }
}

/// One chunk; false where the walk ends, at IEND or at damage.
bool step(const ingest::ByteSource& source, Walk& walk, Structure& structure) {
    const std::vector<std::uint8_t> head = source.read(walk.offset, 8);
    if (head.size() < 8) {
        structure.add(SignKind::kDamage, "The file ends before the chunk that should end it.");
        return false;
    }
    const Fields fields(head);
    const std::uint64_t length = fields.big32(0);
    const std::string name = fields.text(4, 4);
    if (!is_chunk_name(name) || length > 0x7FFFFFFFU) {
        structure.add(SignKind::kDamage,
                      "The chain of chunks breaks off after " + std::to_string(walk.chunks) + " chunks.");
        return false;
    }
    if (walk.offset + 12 + length > source.size_bytes()) {
        structure.add(SignKind::kDamage, "The chunk '" + name + "' is cut off.");
        return false;
    }
    const std::vector<std::uint8_t> stored = source.read(walk.offset + 8 + length, 4);
    if (checksum(source, walk.offset + 4, length + 4) != Fields(stored).big32(0)) {
        ++walk.wrong_checksums;
    }
    walk.header_first = walk.chunks == 0 ? name == "IHDR" : walk.header_first;
    if (name == "IDAT") {
        walk.image_data_split = walk.image_data_split || walk.image_data_ended;
        walk.image_data = true;
    } else if (walk.image_data) {
        walk.image_data_ended = true;
    }
    note_chunk(source, name, walk.offset + 8, length, structure);
    walk.end = name == "IEND";
    walk.offset += 12 + length;
    ++walk.chunks;
    return !walk.end;
}

bool holds_picture_remains(const ingest::ByteSource& source, std::uint64_t offset) {
    const std::uint64_t end = std::min(source.size_bytes(), offset + kMostSearchedBytes);
    bool data = false;
    for (; offset < end; offset += kStep) {
        const std::vector<std::uint8_t> bytes = source.read(offset, kStep + 3);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        data = data || text.find("IDAT") != std::string_view::npos;
        if (data && text.find("IEND") != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace

Structure examine_png(const ingest::ByteSource& source) {
    Structure structure;
    structure.format = "PNG";
    Walk walk;
    bool more = true;
    while (more && walk.chunks < kMostChunks) {
        more = step(source, walk, structure);
    }
    if (more) {
        structure.add(SignKind::kAnomaly, "It has more than 100,000 chunks; the rest was not looked at.");
    }
    if (walk.wrong_checksums > 0) {
        structure.add(SignKind::kDamage, std::to_string(walk.wrong_checksums) + " chunks have a wrong checksum.");
    }
    if (walk.chunks > 0 && !walk.header_first) {
        structure.add(SignKind::kDamage, "The first chunk is not the header.");
    }
    if (walk.image_data_split) {
        structure.add(SignKind::kAnomaly, "The image data is interrupted by another chunk, which no encoder does.");
    }
    if (walk.end && !walk.image_data) {
        structure.add(SignKind::kDamage, "There is no image data.");
    }
    if (walk.end && holds_picture_remains(source, walk.offset)) {
        structure.trailing_bytes = source.size_bytes() - walk.offset;
        structure.add(
            SignKind::kAnomaly,
            std::to_string(structure.trailing_bytes) +
                " bytes follow the end of the PNG data: remains of another, larger picture, as faulty cropping "
                "tools leave them. What was cut away may be recoverable.");
    } else if (walk.end) {
        note_trailing(source, walk.offset, structure);
    }
    return structure;
}

}  // namespace bonafide::analyzers::structure
