// ISO base media files (ISO/IEC 14496-12) and QuickTime: the boxes are walked to the handler types of the tracks.
// Limits: a track's handler is believed; compressed movie headers (`cmov`) count as film.
#include "ingest/identify_probe.h"

#include <algorithm>
#include <array>
#include <string>

namespace bonafide::ingest {
namespace {

using namespace std::string_view_literals;

/// Boxes read in one file, over all levels, so that a hostile chain of tiny boxes ends.
constexpr int kMostBoxes = 20'000;
constexpr int kMostTracks = 256;

struct Box {
    std::string type;
    std::uint64_t body_bytes_offset = 0;
    std::uint64_t end_offset = 0;
};

/// Reads the box headers between two offsets one after the other.
class BoxWalk {
  public:
    BoxWalk(const ByteSource& source, std::uint64_t begin, std::uint64_t end, int& budget)
        : source_(source), offset_(begin), end_(std::min(end, source.size_bytes())), budget_(budget) {}

    std::optional<Box> next() {
        std::array<std::uint8_t, 16> header{};
        if (budget_ <= 0 || offset_ >= end_ || end_ - offset_ < 8) {
            return std::nullopt;
        }
        --budget_;
        const std::size_t got = source_.read_at(offset_, header);
        std::uint64_t size = unsigned_be(header, 0, 4);
        std::uint64_t header_bytes = 8;
        if (got < 8) {
            return std::nullopt;
        }
        if (size == 1) {  // a 64-bit size follows the type
            size = got < 16 ? 0 : unsigned_be(header, 8, 8);
            header_bytes = 16;
        } else if (size == 0) {  // to the end of the file
            size = end_ - offset_;
        }
        if (size < header_bytes) {
            return std::nullopt;
        }
        Box box{std::string(header.begin() + 4, header.begin() + 8), offset_ + header_bytes,
                std::min(end_, offset_ + std::min(size, end_ - offset_))};
        offset_ = box.end_offset;
        return box;
    }

  private:
    const ByteSource& source_;
    std::uint64_t offset_, end_;
    int& budget_;
};

struct Tracks {
    bool header = false;  ///< a movie header was found
    bool video = false;
    bool audio = false;
    bool compressed = false;
};

std::optional<Box> child(const ByteSource& source, const Box& parent, std::string_view type, int& budget) {
    BoxWalk walk(source, parent.body_bytes_offset, parent.end_offset, budget);
    while (const std::optional<Box> box = walk.next()) {
        if (box->type == type) {
            return box;
        }
    }
    return std::nullopt;
}

void read_movie(const ByteSource& source, const Box& movie, int& budget, Tracks& tracks) {
    tracks.header = true;
    int count = 0;
    BoxWalk walk(source, movie.body_bytes_offset, movie.end_offset, budget);
    while (const std::optional<Box> box = walk.next()) {
        tracks.compressed |= box->type == "cmov";
        if (box->type != "trak" || ++count > kMostTracks) {
            continue;
        }
        const std::optional<Box> media = child(source, *box, "mdia", budget);
        const std::optional<Box> handler = media ? child(source, *media, "hdlr", budget) : std::nullopt;
        if (handler) {
            const std::vector<std::uint8_t> body = source.read(handler->body_bytes_offset, 12);
            tracks.video |= has_text(body, 8, "vide");
            tracks.audio |= has_text(body, 8, "soun");
        }
    }
}

Tracks read_tracks(const Probe& probe) {
    Tracks tracks;
    int budget = kMostBoxes;
    BoxWalk walk(probe.source, 0, probe.size_bytes, budget);
    while (const std::optional<Box> box = walk.next()) {
        if (box->type == "moov") {
            read_movie(probe.source, *box, budget, tracks);
        }
    }
    return tracks;
}

/// Whether the file begins with a box of the family. Old QuickTime films have no `ftyp`; the other types that may lead
/// need a sane size.
bool begins_with_box(const Probe& probe) {
    if (probe.has(4, "ftyp")) {
        return true;
    }
    constexpr std::array kLeaders = {"moov"sv, "mdat"sv, "wide"sv, "free"sv, "skip"sv,
                                     "pnot"sv, "styp"sv, "moof"sv, "sidx"sv};
    const std::uint64_t size = unsigned_be(probe.head, 0, 4);
    return (size >= 8 || size == 1 || size == 0) &&
           std::any_of(kLeaders.begin(), kLeaders.end(), [&](std::string_view type) { return probe.has(4, type); });
}

}  // namespace

std::optional<Identity> sniff_iso_bmff(const Probe& probe) {
    if (!begins_with_box(probe)) {
        return std::nullopt;
    }
    const bool declared = probe.has(4, "ftyp");
    // Still pictures and camera raw files share the box structure but hold no film.
    for (const char* brand : {"crx ", "jp2 ", "jpx ", "jxl ", "avif", "mif1", "heic", "heix"}) {
        if (declared && probe.has(8, brand)) {
            return std::nullopt;
        }
    }
    const Tracks tracks = read_tracks(probe);
    const bool sound_brand = declared && (probe.has(8, "M4A ") || probe.has(8, "M4B ") || probe.has(8, "M4P "));
    // The picture track of a recording by that brand is its cover or chapter art.
    const bool audio =
        sound_brand ? tracks.audio || !tracks.video : tracks.audio && !tracks.video && !tracks.compressed;
    const char* family = "MP4";
    std::string subtype = "mp4";
    if (!declared || probe.has(8, "qt  ")) {
        family = "QuickTime";
        subtype = audio ? "mp4" : "quicktime";
    } else if (probe.has(8, "3g2")) {
        family = "3GPP2";
        subtype = "3gpp2";
    } else if (probe.has(8, "3g")) {
        family = "3GPP";
        subtype = "3gpp";
    } else if (sound_brand) {
        family = "M4A";
    }
    std::string description = std::string(family) + (audio ? " recording" : " film");
    if (!tracks.header) {
        description += " without its index (moov)";
    } else if (!tracks.audio && !tracks.video && !tracks.compressed) {
        description += " without picture and sound tracks";
    }
    return Identity{.container = Container::kUnknown,
                    .kind = audio ? MediaKind::kAudio : MediaKind::kVideo,
                    .media_type = (audio ? "audio/" : "video/") + subtype,
                    .description = description};
}

}  // namespace bonafide::ingest
