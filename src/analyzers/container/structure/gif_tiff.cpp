// GIF89a (CompuServe 1990), block grammar of section "Blocks, extensions and scope"; TIFF revision 6.0 (1992) section 2
// and BigTIFF's wider offsets.
#include "analyzers/container/structure/gif_tiff.h"

#include "analyzers/container/structure/fields.h"
#include "analyzers/container/structure/trailing.h"
#include "analyzers/container/structure/writers.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::size_t kMostBlocks = 2'000'000;
constexpr std::size_t kMostDirectories = 4096;

/// Reads a file forwards, a byte or a run at a time, through a window.
class Forward {
  public:
    explicit Forward(const ingest::ByteSource& source) : source_(source) {}
    std::uint64_t position() const { return position_; }
    bool ended() const { return position_ >= source_.size_bytes(); }
    void skip(std::uint64_t count) {
        position_ = count > source_.size_bytes() - std::min(position_, source_.size_bytes()) ? source_.size_bytes()
                                                                                             : position_ + count;
    }
    std::uint8_t byte() {
        if (position_ < start_ || position_ >= start_ + window_.size()) {
            start_ = position_;
            window_ = source_.read(position_, 64 << 10);
        }
        const std::uint8_t value = Fields(window_).u8(static_cast<std::size_t>(position_ - start_));
        skip(1);
        return value;
    }
    std::string text(std::size_t length) {
        std::string text;
        while (text.size() < length && !ended()) {
            text.push_back(static_cast<char>(byte()));
        }
        return text;
    }

  private:
    const ingest::ByteSource& source_;
    std::uint64_t position_ = 0, start_ = 0;
    std::vector<std::uint8_t> window_;
};

/// Skips sub-blocks to their terminator; returns the beginning of what they hold.
std::string skip_sub_blocks(Forward& file, std::size_t keep, std::size_t& budget) {
    std::string kept;
    while (!file.ended() && budget > 0) {
        --budget;
        const std::uint8_t length = file.byte();
        if (length == 0) {
            break;
        }
        if (kept.size() < keep) {
            kept += file.text(length);
        } else {
            file.skip(length);
        }
    }
    return kept;
}

std::uint64_t colour_table_bytes(std::uint8_t flags) {
    return (flags & 0x80U) != 0 ? 3ULL << ((flags & 7U) + 1U) : 0;
}

}  // namespace

Structure examine_gif(const ingest::ByteSource& source) {
    Structure structure;
    structure.format = "GIF";
    Forward file(source);
    file.skip(10);
    const std::uint8_t flags = file.byte();
    file.skip(2 + colour_table_bytes(flags));
    std::size_t budget = kMostBlocks;
    std::size_t images = 0;
    while (!file.ended() && budget > 0) {
        --budget;
        const std::uint8_t kind = file.byte();
        if (kind == 0x3B) {
            note_trailing(source, file.position(), structure);
            if (images == 0) {
                structure.add(SignKind::kDamage, "There is no image data.");
            }
            return structure;
        }
        if (kind == 0x2C) {
            ++images;
            file.skip(8);
            const std::uint8_t image_flags = file.byte();
            file.skip(colour_table_bytes(image_flags) + 1);
            skip_sub_blocks(file, 0, budget);
        } else if (kind == 0x21) {
            const std::uint8_t label = file.byte();
            const std::string text = skip_sub_blocks(file, 300, budget);
            if (label == 0xFE && !note_writer(text, structure)) {
                structure.add(SignKind::kNote, "It carries the comment '" + printable(text) + "'.");
            }
        } else {
            structure.add(SignKind::kDamage,
                          "The chain of blocks breaks off after " + std::to_string(images) + " images.");
            return structure;
        }
    }
    structure.add(SignKind::kDamage, "The file ends before its trailer.");
    return structure;
}

Structure examine_tiff(const ingest::ByteSource& source) {
    Structure structure;
    structure.format = "TIFF";
    const std::vector<std::uint8_t> head = source.read(0, 16);
    const bool little = !head.empty() && head[0] == 'I';
    const auto number = [&](const Fields& fields, std::size_t offset, std::size_t width) {
        return little ? fields.little(offset, width) : fields.big(offset, width);
    };
    const Fields header(head);
    const bool wide = number(header, 2, 2) == 43;
    const std::size_t offset_width = wide ? 8 : 4;
    const std::size_t count_width = wide ? 8 : 2;
    const std::size_t entry_width = wide ? 20 : 12;
    std::uint64_t offset = number(header, wide ? 8 : 4, offset_width);
    std::set<std::uint64_t> seen;
    while (offset != 0 && seen.size() < kMostDirectories) {
        if (!seen.insert(offset).second) {
            structure.add(SignKind::kAnomaly, "Its image directories refer to each other in a circle.");
            return structure;
        }
        const std::vector<std::uint8_t> count_bytes = source.read(offset, count_width);
        const std::uint64_t entries = number(Fields(count_bytes), 0, count_width);
        const bool fits = count_bytes.size() == count_width && entries < source.size_bytes() / entry_width &&
                          offset + count_width + entries * entry_width + offset_width <= source.size_bytes();
        if (!fits) {
            structure.add(SignKind::kDamage, "An image directory lies outside the file.");
            return structure;
        }
        offset =
            number(Fields(source.read(offset + count_width + entries * entry_width, offset_width)), 0, offset_width);
    }
    if (seen.size() >= kMostDirectories) {
        structure.add(SignKind::kAnomaly, "It has more than 4,096 image directories.");
    } else if (seen.size() > 1) {
        structure.add(SignKind::kNote, "It holds " + std::to_string(seen.size()) + " images or previews.");
    }
    return structure;
}

}  // namespace bonafide::analyzers::structure
