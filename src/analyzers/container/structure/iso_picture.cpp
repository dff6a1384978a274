// Still pictures in ISO base media boxes: HEIF (ISO/IEC 23008-12), AVIF (AOMedia 1.1), JPEG XL (ISO/IEC 18181-2). Items
// and properties are walked for their sizes only. Limits: item data is not looked at.
#include "analyzers/container/structure/fields.h"
#include "analyzers/container/structure/iso_rules.h"
#include "analyzers/container/structure/trailing.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bonafide::analyzers::structure {
namespace {

bool is_broken(const IsoLevel& level) {
    return !level.broken.empty();
}

/// Whether the boxes in `meta` fit into each other: the properties, and the entries of the item list.
bool meta_is_whole(const ingest::ByteSource& source, const IsoBox& meta, IsoBudget& budget) {
    const IsoLevel level = walk_boxes(source, meta.payload() + 4, meta.end(), budget);
    bool whole = !is_broken(level) && find_box(level, "hdlr") != nullptr;
    if (const IsoBox* properties = find_box(level, "iprp")) {
        const IsoLevel inner = walk_boxes(source, properties->payload(), properties->end(), budget);
        whole = whole && !is_broken(inner);
        if (const IsoBox* container = find_box(inner, "ipco")) {
            whole = whole && !is_broken(walk_boxes(source, container->payload(), container->end(), budget));
        }
    }
    if (const IsoBox* items = find_box(level, "iinf")) {
        const std::vector<std::uint8_t> head = source.read(items->payload(), 8);
        const bool wide = Fields(head).u8(0) != 0;
        const std::size_t count = wide ? Fields(head).big32(4) : Fields(head).big16(4);
        const IsoLevel entries = walk_boxes(source, items->payload() + (wide ? 8 : 6), items->end(), budget);
        whole = whole && !is_broken(entries) && entries.boxes.size() == count;
    }
    return whole;
}

}  // namespace

void judge_iso_end(const ingest::ByteSource& source, const IsoLevel& top, Structure& structure) {
    const bool has_data = std::any_of(top.boxes.begin(), top.boxes.end(), [](const IsoBox& box) {
        return box.type == "mdat" || box.type == "jxlc" || box.type == "jxlp" || box.type == "moof";
    });
    if (top.boxes.empty()) {
        structure.add(SignKind::kDamage, "It holds no box.");
    } else if (top.broken == "cut") {
        structure.add(SignKind::kDamage,
                      "The box '" + printable(top.boxes.back().type) + "' is cut off by the end of the file.");
    } else if (top.broken == "budget") {
        structure.add(SignKind::kAnomaly, "It has more than 200,000 boxes; the rest was not looked at.");
    } else if (!top.broken.empty() && !has_data) {
        structure.add(SignKind::kDamage,
                      "The chain of boxes breaks off after '" + printable(top.boxes.back().type) + "'.");
    } else {
        note_trailing(source, top.end, structure);
    }
}

Structure examine_iso_picture(const ingest::ByteSource& source, const std::string& format) {
    Structure structure;
    structure.format = format;
    const std::vector<std::uint8_t> head = source.read(0, 2);
    if (head.size() == 2 && head[0] == 0xFF && head[1] == 0x0A) {
        structure.add(SignKind::kNote, "It is a bare JPEG XL codestream: there is no container to look at.");
        return structure;
    }
    IsoBudget budget;
    const IsoLevel top = walk_boxes(source, 0, source.size_bytes(), budget);
    static constexpr std::array<std::string_view, 21> kKnown = {"ftyp", "meta", "mdat", "free", "skip", "idat", "moov",
                                                                "uuid", "JXL ", "jxlc", "jxlp", "jxll", "jxli", "jbrd",
                                                                "brob", "Exif", "xml ", "jumb", "jhgm", "mpvd", "sefd"};
    int metas = 0, files = 0;
    for (const IsoBox& box : top.boxes) {
        metas += box.type == "meta" ? 1 : 0;
        files += box.type == "ftyp" ? 1 : 0;
        if (box.type == "jbrd") {
            structure.add(SignKind::kResave, "It was made from a JPEG file without loss.");
        } else if (box.type == "mpvd") {
            structure.add(SignKind::kNote, "A film is part of it, as phones write motion photos.");
        } else if (std::find(kKnown.begin(), kKnown.end(), box.type) == kKnown.end()) {
            structure.add(SignKind::kNote,
                          "It has a box '" + printable(box.type) + "' that the standards do not know.");
        }
    }
    if (metas > 1 || files > 1) {
        structure.add(SignKind::kAnomaly, "Its header stands there more than once.");
    }
    if (format != "JPEG XL" && metas == 0) {
        structure.add(SignKind::kDamage, "Its header is missing.");
    }
    const IsoBox* const meta = find_box(top, "meta");
    if (meta != nullptr && !meta_is_whole(source, *meta, budget)) {
        structure.add(SignKind::kDamage, "The boxes inside its header do not fit together.");
    }
    judge_iso_end(source, top, structure);
    return structure;
}

}  // namespace bonafide::analyzers::structure
