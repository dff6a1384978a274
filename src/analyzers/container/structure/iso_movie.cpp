// Reads the header boxes of ISO base media files: ISO/IEC 14496-12:2022 sections 4.2, 6.2 and 8, and Apple's QuickTime
// File Format, from which they differ in the handler's name (a Pascal string there) and in udta. Limits: sample
// descriptions, chunk offsets and fragments' own headers are not read.
#include "analyzers/container/structure/iso_movie.h"

#include "analyzers/container/structure/fields.h"

#include <algorithm>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::size_t kMostTableBytes = 4 << 20;
constexpr std::size_t kMostTextBytes = 64 << 10;
constexpr std::size_t kMostTracks = 256;
constexpr std::size_t kMostEdits = 10'000;

class Reader {
  public:
    explicit Reader(const ingest::ByteSource& source) : source_(source) {}

    IsoMovie read() {
        movie_.top = walk_boxes(source_, 0, source_.size_bytes(), budget_);
        for (const IsoBox& box : movie_.top.boxes) {
            if (box.type == "ftyp" && movie_.brand.empty()) {
                read_brands(box);
            } else if (box.type == "moov") {
                read_movie(box);
            } else if (box.type == "moof") {
                movie_.fragmented = true;
            } else if (box.type == "meta" || box.type == "udta") {
                add_texts(box);
            }
        }
        movie_.budget_spent = budget_.spent();
        return std::move(movie_);
    }

  private:
    std::vector<std::uint8_t> payload(const IsoBox& box, std::size_t most) const {
        return source_.read(box.payload(),
                            static_cast<std::size_t>(std::min<std::uint64_t>(box.size_bytes - box.header_bytes, most)));
    }

    IsoLevel inside(const IsoBox& box) {
        IsoLevel level = walk_boxes(source_, box.payload(), box.end(), budget_);
        // QuickTime ends some lists with four zero bytes; anything else that is no box is damage.
        movie_.nested_damage = movie_.nested_damage || level.broken == "cut" || level.broken == "size";
        return level;
    }

    void read_brands(const IsoBox& box) {
        const std::vector<std::uint8_t> bytes = payload(box, 1024);
        const Fields fields(bytes);
        movie_.brand = fields.text(0, 4);
        movie_.brand_version = fields.big32(4);
        for (std::size_t offset = 8; fields.has(offset, 4); offset += 4) {
            movie_.compatible.push_back(fields.text(offset, 4));
        }
    }

    void read_movie(const IsoBox& movie) {
        for (const IsoBox& box : inside(movie).boxes) {
            movie_.movie_boxes.push_back(box.type);
            if (box.type == "mvhd") {
                const std::vector<std::uint8_t> bytes = payload(box, 64);
                const Fields fields(bytes);
                const std::size_t width = fields.u8(0) == 1 ? 8 : 4;
                movie_.has_movie_header = true;
                movie_.created = fields.big(4, width);
                movie_.modified = fields.big(4 + width, width);
                movie_.time_scale = fields.big32(4 + 2 * width);
                movie_.duration = fields.big(8 + 2 * width, width);
            } else if (box.type == "trak" && movie_.tracks.size() < kMostTracks) {
                read_track(box);
            } else if (box.type == "mvex") {
                movie_.fragmented = true;
            } else if (box.type == "udta" || box.type == "meta") {
                add_texts(box);
            }
        }
    }

    void read_track(const IsoBox& track_box) {
        IsoTrack track;
        for (const IsoBox& box : inside(track_box).boxes) {
            if (box.type == "edts") {
                const IsoLevel level = inside(box);
                if (const IsoBox* list = find_box(level, "elst")) {
                    read_edits(*list, track);
                }
            } else if (box.type == "mdia") {
                read_media(box, track);
            } else if (box.type == "udta" || box.type == "meta") {
                add_texts(box);
            }
        }
        movie_.tracks.push_back(std::move(track));
    }

    void read_edits(const IsoBox& box, IsoTrack& track) const {
        const std::vector<std::uint8_t> bytes = payload(box, kMostTableBytes);
        const Fields fields(bytes);
        const std::size_t width = fields.u8(0) == 1 ? 8 : 4;
        const std::size_t count = std::min<std::size_t>(fields.big32(4), kMostEdits);
        for (std::size_t index = 0; index < count; ++index) {
            const std::size_t offset = 8 + index * (2 * width + 4);
            if (!fields.has(offset, 2 * width + 4)) {
                break;
            }
            IsoEdit edit;
            edit.duration = fields.big(offset, width);
            const std::uint64_t raw = fields.big(offset + width, width);
            edit.media_time = width == 8 ? static_cast<std::int64_t>(raw)
                                         : static_cast<std::int32_t>(static_cast<std::uint32_t>(raw));
            track.edits.push_back(edit);
        }
    }

    void read_media(const IsoBox& media, IsoTrack& track) {
        for (const IsoBox& box : inside(media).boxes) {
            const std::vector<std::uint8_t> bytes =
                box.type == "mdhd" || box.type == "hdlr" ? payload(box, 512) : std::vector<std::uint8_t>{};
            const Fields fields(bytes);
            if (box.type == "mdhd") {
                const std::size_t width = fields.u8(0) == 1 ? 8 : 4;
                track.created = fields.big(4, width);
                track.modified = fields.big(4 + width, width);
                track.time_scale = fields.big32(4 + 2 * width);
                track.duration = fields.big(8 + 2 * width, width);
            } else if (box.type == "hdlr") {
                track.handler = fields.text(8, 4);
                std::string name = fields.text(24, 256);
                if (!name.empty() && static_cast<unsigned char>(name[0]) + 1U == name.size()) {
                    name.erase(0, 1);  // QuickTime: a length byte, no final zero
                }
                track.handler_name = name.substr(0, name.find('\0'));
            } else if (box.type == "minf") {
                const IsoLevel level = inside(box);
                if (const IsoBox* table = find_box(level, "stbl")) {
                    read_tables(*table, track);
                }
            }
        }
    }

    void read_tables(const IsoBox& table, IsoTrack& track) {
        const IsoLevel level = inside(table);
        const IsoBox* const times = find_box(level, "stts");
        const IsoBox* const sizes =
            find_box(level, "stsz") != nullptr ? find_box(level, "stsz") : find_box(level, "stz2");
        if (times == nullptr || sizes == nullptr || times->size_bytes > kMostTableBytes) {
            return;
        }
        const std::vector<std::uint8_t> bytes = payload(*times, kMostTableBytes);
        const Fields fields(bytes);
        const std::size_t count = fields.big32(4);
        for (std::size_t index = 0; index < count && fields.has(8 + index * 8, 8); ++index) {
            const std::uint64_t samples = fields.big32(8 + index * 8);
            track.samples_timed += samples;
            track.samples_duration +=
                samples * fields.big32(12 + index * 8);  // at most 2^19 products below 2^64: wraps only on nonsense
        }
        const std::vector<std::uint8_t> head = payload(*sizes, 12);
        track.samples_sized = Fields(head).big32(8);
        track.tables_read = true;
    }

    void add_texts(const IsoBox& box) {
        const std::vector<std::uint8_t> bytes = payload(box, kMostTextBytes);
        if (movie_.user_texts.size() > 4 * kMostTextBytes) {
            return;
        }
        for (const std::uint8_t byte : bytes) {
            movie_.user_texts.push_back(byte >= 0x20 && byte <= 0x7E ? static_cast<char>(byte) : '\n');
        }
        movie_.user_texts.push_back('\n');
    }

    const ingest::ByteSource& source_;
    IsoBudget budget_;
    IsoMovie movie_;
};

}  // namespace

IsoMovie read_iso_movie(const ingest::ByteSource& source) {
    return Reader(source).read();
}

}  // namespace bonafide::analyzers::structure
