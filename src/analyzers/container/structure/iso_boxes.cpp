#include "analyzers/container/structure/iso_boxes.h"

#include "analyzers/container/structure/fields.h"

#include <algorithm>

namespace bonafide::analyzers::structure {
namespace {

/// QuickTime writes 0xA9 ((c)) into types and numbers into the keys of item lists; controls and high bytes otherwise
/// mean that this is no box.
bool is_type(const std::string& type) {
    return type.size() == 4 && std::all_of(type.begin(), type.end(), [](char letter) {
               const auto byte = static_cast<unsigned char>(letter);
               return (byte >= 0x20 && byte <= 0x7E) || byte == 0xA9;
           });
}

}  // namespace

IsoLevel walk_boxes(const ingest::ByteSource& source, std::uint64_t begin, std::uint64_t end, IsoBudget& budget) {
    IsoLevel level;
    end = std::min(end, source.size_bytes());
    level.end = begin;
    while (level.end < end && end - level.end >= 8) {
        if (budget.spent()) {
            level.broken = "budget";
            return level;
        }
        --budget.boxes;
        const std::vector<std::uint8_t> head = source.read(level.end, 16);
        const Fields fields(head);
        IsoBox box;
        box.offset = level.end;
        box.type = fields.text(4, 4);
        const std::uint64_t room = end - level.end;
        box.size_bytes = fields.big32(0);
        if (!is_type(box.type)) {
            level.broken = "type";
            return level;
        }
        if (box.size_bytes == 1) {
            box.header_bytes = 16;
            box.size_bytes = fields.big64(8);
        } else if (box.size_bytes == 0) {
            box.open_ended = true;
            box.size_bytes = room;
        }
        if (box.size_bytes < box.header_bytes) {
            level.broken = "size";
            return level;
        }
        if (box.size_bytes > room) {
            box.size_bytes = room;
            level.broken = "cut";
        }
        level.end = box.end();
        level.boxes.push_back(std::move(box));
        if (!level.broken.empty()) {
            return level;
        }
    }
    return level;
}

const IsoBox* find_box(const IsoLevel& level, const std::string& type) {
    const auto found =
        std::find_if(level.boxes.begin(), level.boxes.end(), [&](const IsoBox& box) { return box.type == type; });
    return found == level.boxes.end() ? nullptr : &*found;
}

}  // namespace bonafide::analyzers::structure
