// Metadata of box files: ISO/IEC 14496-12 (boxes; meta, iinf, iloc, idat), ISO/IEC 23008-12 (Exif and XMP items of HEIF
// and AVIF), ISO/IEC 18181-2 (Exif, xml and brob boxes of JPEG XL), XMP specification part 3 (uuid box of MP4, XMP_ of
// QuickTime). Limits: items stored in other files (iloc data references) and derived from other items (construction
// method 2) are not read.
#include "media/metadata_blocks.h"
#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>
#include <map>
#include <optional>

namespace bonafide::media {
namespace {

constexpr int kMostDepth = 8;
constexpr std::size_t kMostBoxes = 100'000;
constexpr std::size_t kMostItems = 10'000;
constexpr std::size_t kMostMetaBytes = 8 << 20;
constexpr std::uint8_t kXmpUuid[16] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                       0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};

struct Range {
    std::uint64_t offset = 0, length = 0;
};

struct Box {
    std::string type;
    Range content;
    std::uint64_t end = 0;
};

/// An item of a meta box that holds Exif or XMP.
struct Item {
    BlockKind kind = BlockKind::kExif;
    std::vector<Range> extents;
    bool readable = false;
};

class BoxFinder {
  public:
    BoxFinder(const ingest::ByteSource& source, BlockCollector& collector)
        : bytes_(source), source_(source), collector_(collector) {}

    void walk(Range range, int depth) {
        if (depth > kMostDepth) {
            collector_.add_problem("boxes nested deeper than this program reads");
            return;
        }
        std::uint64_t offset = range.offset;
        const std::uint64_t end = range.offset + range.length;
        while (const auto box = read_box(offset, end)) {
            visit(*box, depth);
            offset = box->end;
        }
    }

  private:
    std::optional<Box> read_box(std::uint64_t offset, std::uint64_t end) {
        if (boxes_++ >= kMostBoxes || offset >= end || end - offset < 8) return std::nullopt;
        const auto header = bytes_.at(offset, 16);
        if (header.size() < 8) return std::nullopt;
        std::uint64_t length = big_endian(header, 0, 4), header_length = 8;
        if (length == 1) {
            length = big_endian(header, 8, 8);
            header_length = 16;
        } else if (length == 0) {
            length = end - offset;
        }
        if (length < header_length) return std::nullopt;
        length = std::min(length, end - offset);
        if (length < header_length) return std::nullopt;
        return Box{std::string(as_text(header.subspan(4, 4))),
                   {offset + header_length, length - header_length},
                   offset + length};
    }

    void visit(const Box& box, int depth) {
        const Range content = box.content;
        if (box.type == "moov" || box.type == "udta" || box.type == "iprp" || box.type == "ipco") {
            walk(content, depth + 1);
        } else if (box.type == "meta") {
            read_meta(content, depth);
        } else if (box.type == "uuid" && content.length > 16) {
            const auto uuid = bytes_.at(content.offset, 16);
            if (std::equal(uuid.begin(), uuid.end(), std::begin(kXmpUuid), std::end(kXmpUuid))) {
                collector_.add(BlockKind::kXmp, "uuid box", source_, content.offset + 16, content.length - 16);
            }
        } else if (box.type == "XMP_" || box.type == "xml ") {
            // An "xml " box may hold anything, but in these files nothing else has been seen; what is no XMP is refused
            // by its parser.
            if (box.type == "XMP_" || depth == 0)
                collector_.add(BlockKind::kXmp, box.type + " box", source_, content.offset, content.length);
        } else if (box.type == "Exif" && depth == 0) {
            add_exif(read_ranges({content}), "Exif box");
        } else if (box.type == "brob" && depth == 0) {
            read_brotli(content);
        } else if (box.type == "colr") {
            const std::string kind(as_text(bytes_.at(content.offset, 4)));
            if (kind == "prof" || kind == "rICC") collector_.set_icc();
        }
    }

    void read_brotli(Range content) {
        if (content.length < 4 || content.length > BlockCollector::kMostBlockBytes) return;
        const std::string type(as_text(bytes_.at(content.offset, 4)));
        if (type != "Exif" && type != "xml ") return;
        const std::vector<std::uint8_t> packed =
            source_.read(content.offset + 4, static_cast<std::size_t>(content.length - 4));
        Inflated inflated = inflate_brotli(packed, std::min(collector_.room_bytes(), BlockCollector::kMostBlockBytes));
        if (inflated.failure) {
            collector_.charge(inflated.bytes.size());
            collector_.add_problem(
                "brob box: compressed metadata that is damaged or unpacks to more than this program reads");
        } else if (type == "Exif") {
            add_exif(std::move(inflated.bytes), "brob box");
        } else {
            collector_.add(BlockKind::kXmp, "brob box", std::move(inflated.bytes));
        }
    }

    /// Exif items and boxes start with the offset of the TIFF header behind those four bytes.
    void add_exif(std::vector<std::uint8_t> bytes, std::string_view origin) {
        const std::uint64_t skip = 4 + big_endian(bytes, 0, 4);
        if (bytes.size() < 4 || skip >= bytes.size()) {
            collector_.add_problem(std::string(origin) + ": an Exif block that is cut off");
            return;
        }
        bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(skip));
        collector_.add(BlockKind::kExif, origin, std::move(bytes));
    }

    std::vector<std::uint8_t> read_ranges(const std::vector<Range>& ranges) {
        std::vector<std::uint8_t> all;
        for (const Range& range : ranges) {
            const std::size_t room = std::min(BlockCollector::kMostBlockBytes, collector_.room_bytes()) -
                                     std::min(all.size(), collector_.room_bytes());
            if (range.length > room) {
                collector_.add_problem("an item with more metadata than this program reads");
                return {};
            }
            const std::vector<std::uint8_t> piece = source_.read(range.offset, static_cast<std::size_t>(range.length));
            all.insert(all.end(), piece.begin(), piece.end());
        }
        return all;
    }

    void read_meta(Range content, int depth) {
        // ISO makes meta a full box (version and flags first), QuickTime a plain one.
        const bool full = content.length >= 8 && as_text(bytes_.at(content.offset + 4, 4)) != "hdlr";
        if (full) content = {content.offset + 4, content.length - 4};
        walk(content, depth + 1);
        std::map<std::uint32_t, Item> items;
        std::optional<Box> locations, data;
        std::uint64_t offset = content.offset;
        while (const auto box = read_box(offset, content.offset + content.length)) {
            if (box->type == "iinf") read_item_information(box->content, items);
            if (box->type == "iloc") locations = box;
            if (box->type == "idat") data = box;
            offset = box->end;
        }
        if (locations) read_item_locations(locations->content, data ? data->content : Range{}, items);
        for (auto& [id, item] : items) {
            if (!item.readable) {
                collector_.add_problem("a metadata item whose place this program cannot follow");
            } else if (item.kind == BlockKind::kExif) {
                add_exif(read_ranges(item.extents), "Exif item");
            } else {
                collector_.add(BlockKind::kXmp, "mime item", read_ranges(item.extents));
            }
        }
    }

    /// infe versions 2 and 3: item id, protection, type, name, and for "mime" the content type.
    void read_item_information(Range content, std::map<std::uint32_t, Item>& items) {
        const std::uint64_t header = byte_at(bytes_.at(content.offset, 1), 0) == 0 ? 6 : 8;
        if (content.length < header) return;
        std::uint64_t offset = content.offset + header;
        const std::uint64_t end = content.offset + content.length;
        for (std::size_t entry = 0; entry < kMostItems; ++entry) {
            const auto box = read_box(offset, end);
            if (!box) return;
            offset = box->end;
            const auto bytes = bytes_.at(box->content.offset,
                                         static_cast<std::size_t>(std::min<std::uint64_t>(box->content.length, 512)));
            const int version = byte_at(bytes, 0);
            if (box->type != "infe" || version < 2) continue;
            const std::size_t id_width = version == 2 ? 2 : 4, type_at = 4 + id_width + 2;
            if (bytes.size() < type_at + 4) continue;
            const auto id = static_cast<std::uint32_t>(big_endian(bytes, 4, static_cast<int>(id_width)));
            const std::string_view type = as_text(bytes.subspan(type_at, 4)),
                                   rest = as_text(bytes.subspan(type_at + 4));
            if (type == "Exif") items[id].kind = BlockKind::kExif;
            if (type == "mime" && rest.find("application/rdf+xml") != std::string_view::npos)
                items[id].kind = BlockKind::kXmp;
        }
    }

    void read_item_locations(Range content, Range data, std::map<std::uint32_t, Item>& items) {
        const std::vector<std::uint8_t> box = source_.read(
            content.offset, static_cast<std::size_t>(std::min<std::uint64_t>(content.length, kMostMetaBytes)));
        const std::span<const std::uint8_t> bytes(box);
        const int version = byte_at(bytes, 0);
        if (version > 2) return;
        const int sizes = static_cast<int>(big_endian(bytes, 4, 2));
        const int offset_width = sizes >> 12, length_width = sizes >> 8 & 15, base_width = sizes >> 4 & 15;
        const int index_width = version == 0 ? 0 : sizes & 15;
        if (std::max({offset_width, length_width, base_width, index_width}) > 8) return;
        std::size_t at = 6;
        const auto take = [&](int width) {
            const std::uint64_t value = big_endian(bytes, at, width);
            at += static_cast<std::size_t>(width);
            return value;
        };
        const std::uint64_t count = take(version < 2 ? 2 : 4);
        for (std::uint64_t index = 0; index < count && at < bytes.size(); ++index) {
            const auto id = static_cast<std::uint32_t>(take(version < 2 ? 2 : 4));
            const std::uint64_t method = version == 0 ? 0 : take(2) & 15;
            const std::uint64_t reference = take(2), base = take(base_width);
            const std::uint64_t extents = take(2);
            const auto found = items.find(id);
            for (std::uint64_t extent = 0; extent < extents && at < bytes.size(); ++extent) {
                take(index_width);
                const std::uint64_t offset = base + take(offset_width), length = take(length_width);
                if (found == items.end() || reference != 0 || method > 1 || found->second.extents.size() >= 64)
                    continue;
                add_extent(found->second, offset, length, method == 1 ? data : Range{0, source_.size_bytes()});
            }
        }
    }

    /// An extent counts from the start of `within`; length 0 means all of it.
    static void add_extent(Item& item, std::uint64_t offset, std::uint64_t length, Range within) {
        if (offset >= within.length) return;
        const std::uint64_t left = within.length - offset;
        item.extents.push_back({within.offset + offset, length == 0 ? left : std::min(length, left)});
        item.readable = true;
    }

    BufferedBytes bytes_;
    const ingest::ByteSource& source_;
    BlockCollector& collector_;
    std::size_t boxes_ = 0;
};

}  // namespace

void find_box_blocks(const ingest::ByteSource& source, BlockCollector& collector) {
    BoxFinder(source, collector).walk({0, source.size_bytes()}, 0);
}

}  // namespace bonafide::media
