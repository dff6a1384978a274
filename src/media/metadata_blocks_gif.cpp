// Metadata of GIF files: GIF89a specification (comment and application extensions) and XMP specification part 3 (the
// packet lies bare behind the application header, followed by a 258-byte trailer that leads a sub-block reader to the
// terminator from wherever it lands).
#include "media/metadata_blocks.h"
#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>

namespace bonafide::media {
namespace {

constexpr std::size_t kMostBlocksWalked = 1'000'000;
constexpr std::uint64_t kXmpTrailerBytes = 258;

std::uint64_t colour_table_bytes(std::uint8_t flags) {
    return (flags & 0x80) != 0 ? 3ULL << ((flags & 7) + 1) : 0;
}

class GifFinder {
  public:
    GifFinder(const ingest::ByteSource& source, BlockCollector& collector) : bytes_(source), collector_(collector) {}

    void find() {
        std::uint64_t offset = 13 + colour_table_bytes(byte_at(bytes_.at(10, 1), 0));
        while (offset < bytes_.size_bytes() && walked_ < kMostBlocksWalked) {
            const auto start = bytes_.at(offset, 16);
            const std::uint8_t kind = byte_at(start, 0);
            if (kind == 0x2C) {
                offset = skip_sub_blocks(offset + 11 + colour_table_bytes(byte_at(start, 9)));
            } else if (kind == 0x21) {
                offset = read_extension(offset, byte_at(start, 1));
            } else {
                return;
            }
        }
    }

  private:
    std::uint64_t skip_sub_blocks(std::uint64_t offset) {
        while (walked_++ < kMostBlocksWalked) {
            const std::uint8_t length = byte_at(bytes_.at(offset, 1), 0);
            offset += 1ULL + length;
            if (length == 0) break;
        }
        return offset;
    }

    std::uint64_t read_extension(std::uint64_t offset, std::uint8_t label) {
        const std::uint64_t data = offset + 2;
        if (label == 0xFE) return read_comment(data);
        if (label == 0xFF) {
            const std::string application(as_text(bytes_.at(data + 1, 11)));
            const std::uint64_t packet = data + 12;
            const std::uint64_t end = skip_sub_blocks(data);
            if (application == "XMP DataXMP") {
                if (end > bytes_.size_bytes() || end - packet < kXmpTrailerBytes) {
                    collector_.add_problem("GIF XMP: the packet is cut off");
                } else {
                    collector_.add(BlockKind::kXmp, "GIF application extension", bytes_.source(), packet,
                                   end - packet - kXmpTrailerBytes);
                }
            }
            if (application == "ICCRGBG1012") collector_.set_icc();
            return end;
        }
        return skip_sub_blocks(data);
    }

    std::uint64_t read_comment(std::uint64_t offset) {
        std::string text;
        while (walked_++ < kMostBlocksWalked) {
            const std::uint8_t length = byte_at(bytes_.at(offset, 1), 0);
            if (length == 0) break;
            if (text.size() < kMostTextBytes) text += as_text(bytes_.at(offset + 1, length));
            offset += 1ULL + length;
        }
        collector_.add_text("GIF comment", "", guess_to_utf8(text));
        return offset + 1;
    }

    BufferedBytes bytes_;
    BlockCollector& collector_;
    std::size_t walked_ = 0;
};

}  // namespace

void find_gif_blocks(const ingest::ByteSource& source, BlockCollector& collector) {
    GifFinder(source, collector).find();
}

}  // namespace bonafide::media
