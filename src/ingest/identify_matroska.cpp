// Matroska and WebM (RFC 8794, RFC 9559): the EBML header's document type, then the track types, by walking elements.
// Limit: a file whose tracks stand behind more than kMostElements elements counts as film.
#include "ingest/identify_probe.h"

#include <algorithm>
#include <bit>
#include <string>

namespace bonafide::ingest {
namespace {

using namespace std::string_view_literals;

constexpr int kMostElements = 4096;
constexpr std::uint64_t kDocType = 0x4282, kSegment = 0x18538067, kTracks = 0x1654AE6B, kTrackEntry = 0xAE,
                        kTrackType = 0x83;

struct Element {
    std::uint64_t id = 0;
    std::uint64_t body_offset = 0;
    std::uint64_t end_offset = 0;
};

/// The element whose header stands at `offset`, cut at `end`; nothing where no valid header does.
std::optional<Element> element_at(const ByteSource& source, std::uint64_t offset, std::uint64_t end, int& budget) {
    if (offset >= end || --budget < 0) {
        return std::nullopt;
    }
    const std::vector<std::uint8_t> header = source.read(offset, 12);
    const std::size_t id_bytes = header.empty() ? 9 : static_cast<std::size_t>(std::countl_zero(header[0])) + 1;
    if (id_bytes > 4 || header.size() <= id_bytes) {
        return std::nullopt;
    }
    const std::size_t size_bytes = static_cast<std::size_t>(std::countl_zero(header[id_bytes])) + 1;
    if (size_bytes > 8 || header.size() < id_bytes + size_bytes) {
        return std::nullopt;
    }
    const std::uint64_t mask = (1ULL << (7 * size_bytes)) - 1;
    const std::uint64_t length = unsigned_be(header, id_bytes, size_bytes) & mask;
    Element element{unsigned_be(header, 0, id_bytes), offset + id_bytes + size_bytes, 0};
    // All ones: the length is unknown (live recordings), the element reaches to the end of its parent.
    const std::uint64_t room = end > element.body_offset ? end - element.body_offset : 0;
    element.end_offset = element.body_offset + (length == mask ? room : std::min(length, room));
    return element;
}

std::optional<Element> child(const ByteSource& source, const Element& parent, std::uint64_t id, int& budget) {
    std::uint64_t offset = parent.body_offset;
    while (const std::optional<Element> found = element_at(source, offset, parent.end_offset, budget)) {
        if (found->id == id) {
            return found;
        }
        offset = found->end_offset;
    }
    return std::nullopt;
}

struct TrackTypes {
    bool video = false, audio = false;
};

TrackTypes track_types(const ByteSource& source, const Element& tracks, int& budget) {
    TrackTypes types;
    std::uint64_t offset = tracks.body_offset;
    while (const std::optional<Element> entry = element_at(source, offset, tracks.end_offset, budget)) {
        const std::optional<Element> type =
            entry->id == kTrackEntry ? child(source, *entry, kTrackType, budget) : std::nullopt;
        if (type && type->end_offset > type->body_offset) {
            const std::size_t width =
                static_cast<std::size_t>(std::min<std::uint64_t>(8, type->end_offset - type->body_offset));
            const std::uint64_t value = unsigned_be(source.read(type->body_offset, width), 0, width);
            types.video |= value == 1 || value == 3;
            types.audio |= value == 2;
        }
        offset = entry->end_offset;
    }
    return types;
}

}  // namespace

std::optional<Identity> sniff_matroska(const Probe& probe) {
    if (!probe.has(0, "\x1A\x45\xDF\xA3"sv)) {
        return std::nullopt;
    }
    int budget = kMostElements;
    const std::optional<Element> header = element_at(probe.source, 0, probe.size_bytes, budget);
    const std::optional<Element> type = header ? child(probe.source, *header, kDocType, budget) : std::nullopt;
    const std::vector<std::uint8_t> name =
        type ? probe.source.read(type->body_offset, 16) : std::vector<std::uint8_t>{};
    const bool webm = has_text(name, 0, "webm");
    if (!webm && !has_text(name, 0, "matroska")) {
        return std::nullopt;
    }
    const std::optional<Element> segment = element_at(probe.source, header->end_offset, probe.size_bytes, budget);
    const bool has_segment = segment && segment->id == kSegment;
    const std::optional<Element> tracks = has_segment ? child(probe.source, *segment, kTracks, budget) : std::nullopt;
    const TrackTypes types = tracks ? track_types(probe.source, *tracks, budget) : TrackTypes{};
    const bool audio = types.audio && !types.video;
    const std::string family = webm ? "WebM" : "Matroska";
    return Identity{.container = Container::kUnknown,
                    .kind = audio ? MediaKind::kAudio : MediaKind::kVideo,
                    .media_type = std::string(audio ? "audio/" : "video/") + (webm ? "webm" : "x-matroska"),
                    .description = family + (audio ? " recording" : " film") +
                                   (types.audio || types.video ? "" : " without picture and sound tracks")};
}

}  // namespace bonafide::ingest
