// EBML (RFC 8794) and Matroska (RFC 9559), down to the children of Segment and the texts of Info. Limits: elements of
// unknown size (live streams) are not stepped into, so that what follows them is not looked at.
#include "analyzers/container/structure/matroska.h"

#include "analyzers/container/structure/fields.h"
#include "analyzers/container/structure/trailing.h"
#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::uint32_t kEbml = 0x1A45DFA3;
constexpr std::uint32_t kSegment = 0x18538067;
constexpr std::uint32_t kInfo = 0x1549A966;
constexpr std::uint32_t kTracks = 0x1654AE6B;
constexpr std::uint32_t kCluster = 0x1F43B675;
constexpr std::uint32_t kMuxingApplication = 0x4D80;
constexpr std::uint32_t kWritingApplication = 0x5741;
constexpr std::size_t kMostElements = 200'000;

struct Element {
    std::uint32_t id = 0;
    std::uint64_t payload = 0;
    std::uint64_t length = 0;
    bool unknown_length = false;
};

/// Length in bytes of a variable-size integer, from its first byte; 0 where it is none of up to 8 bytes.
std::size_t width_of(std::uint8_t first) {
    std::size_t width = 1;
    for (unsigned mask = 0x80; mask != 0; mask >>= 1U, ++width) {
        if ((first & mask) != 0) {
            return width;
        }
    }
    return 0;
}

std::optional<Element> read_element(const ingest::ByteSource& source, std::uint64_t offset) {
    const std::vector<std::uint8_t> bytes = source.read(offset, 12);
    const Fields fields(bytes);
    const std::size_t id_width = width_of(fields.u8(0));
    if (id_width == 0 || id_width > 4 || !fields.has(0, id_width + 1)) {
        return std::nullopt;
    }
    const std::size_t width = width_of(fields.u8(id_width));
    if (width == 0 || !fields.has(id_width, width)) {
        return std::nullopt;
    }
    Element element;
    element.id = static_cast<std::uint32_t>(fields.big(0, id_width));
    const std::uint64_t mask = (1ULL << (7 * width)) - 1;
    element.length = fields.big(id_width, width) & mask;
    element.unknown_length = element.length == mask;
    element.payload = offset + id_width + width;
    return element;
}

void read_info(const ingest::ByteSource& source, const Element& info, Structure& structure) {
    std::uint64_t offset = info.payload;
    const std::uint64_t end =
        std::min(source.size_bytes(), info.payload + std::min<std::uint64_t>(info.length, 1 << 20));
    for (int elements = 0; offset < end && elements < 1000; ++elements) {
        const auto element = read_element(source, offset);
        if (!element || element->unknown_length || element->length > end - std::min(element->payload, end)) {
            structure.add(SignKind::kDamage, "Its description is malformed.");
            return;
        }
        if (element->id == kMuxingApplication || element->id == kWritingApplication) {
            const std::vector<std::uint8_t> bytes =
                source.read(element->payload, static_cast<std::size_t>(std::min<std::uint64_t>(element->length, 300)));
            const std::string text = Fields(bytes).text(0, 300);
            if (!note_writer(text, structure) && structure.writer.empty()) {
                structure.writer = printable(text);
                structure.add(SignKind::kNote, "It names the software '" + structure.writer + "'.");
            }
        }
        offset = element->payload + element->length;
    }
}

struct Walk {
    int infos = 0, tracks = 0, clusters = 0;
    bool live = false, more = false;
    std::uint64_t end = 0;
};

/// Children of Segment. False where they break off.
bool walk_segment(const ingest::ByteSource& source, std::uint64_t begin, std::uint64_t end, Walk& walk,
                  Structure& structure) {
    std::uint64_t offset = begin;
    std::size_t elements = 0;
    while (offset < end) {
        if (++elements > kMostElements) {
            walk.more = true;
            return true;
        }
        const auto element = read_element(source, offset);
        if (!element) {
            return false;
        }
        walk.infos += element->id == kInfo ? 1 : 0;
        walk.tracks += element->id == kTracks ? 1 : 0;
        walk.clusters += element->id == kCluster ? 1 : 0;
        if (element->unknown_length) {
            walk.live = true;
            return true;
        }
        if (element->payload > end || element->length > end - element->payload) {
            return false;
        }
        if (element->id == kInfo) {
            read_info(source, *element, structure);
        }
        offset = element->payload + element->length;
    }
    walk.end = offset;
    return true;
}

}  // namespace

Structure examine_matroska(const ingest::ByteSource& source) {
    Structure structure;
    structure.format = "Matroska";
    const auto head = read_element(source, 0);
    if (!head || head->id != kEbml || head->unknown_length || head->length > source.size_bytes()) {
        structure.add(SignKind::kDamage, "Its header is malformed.");
        return structure;
    }
    std::uint64_t offset = head->payload + head->length;
    auto segment = read_element(source, offset);
    for (int fillers = 0; segment && segment->id != kSegment && !segment->unknown_length && fillers < 16; ++fillers) {
        if (segment->length > source.size_bytes()) {
            break;
        }
        offset = segment->payload + segment->length;  // Void or CRC-32 may stand between
        segment = read_element(source, offset);
    }
    if (!segment || segment->id != kSegment) {
        structure.add(SignKind::kDamage, "It has no segment, so nothing to show.");
        return structure;
    }
    const bool open = segment->unknown_length;
    const std::uint64_t room = source.size_bytes() - std::min(segment->payload, source.size_bytes());
    const bool cut = !open && segment->length > room;
    const std::uint64_t end = open || cut ? source.size_bytes() : segment->payload + segment->length;
    Walk walk;
    const bool whole = walk_segment(source, segment->payload, end, walk, structure);
    if (cut) {
        structure.add(SignKind::kDamage,
                      "It ends " + std::to_string(segment->length - room) + " bytes before its declared end.");
    } else if (!whole) {
        structure.add(SignKind::kDamage, "Its elements break off before the end.");
    }
    if (walk.infos > 1) {
        structure.add(SignKind::kNote, "Its description stands there more than once.");
    }
    if (walk.tracks == 0) {
        structure.add(SignKind::kDamage, "It declares no track.");
    }
    if (walk.live || open) {
        structure.add(SignKind::kNote, "Its length was never filled in, as live recordings leave it.");
    }
    if (walk.more) {
        structure.add(SignKind::kNote, "It has more than 200,000 elements; the rest was not looked at.");
    }
    if (!open && !cut && end < source.size_bytes()) {
        const auto next = read_element(source, end);
        if (next && next->id == kSegment) {
            structure.add(SignKind::kAnomaly, "A second film follows the first in the same file.");
        } else {
            note_trailing(source, end, structure);
        }
    }
    return structure;
}

}  // namespace bonafide::analyzers::structure
