#include "media/decode_heif_properties.h"

#include "media/image_orientation.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace bonafide::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int kMostBoxes = 4096;

/// Big-endian number of `width` bytes; 0 where the bytes end before it.
std::uint64_t number(Bytes bytes, std::size_t offset, std::size_t width) {
    if (offset > bytes.size() || bytes.size() - offset < width) {
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        value = (value << 8) | bytes[offset + i];
    }
    return value;
}

struct Box {
    std::string_view type;
    Bytes body;
    std::size_t body_offset = 0;     ///< in the parent
    std::uint64_t declared_end = 0;  ///< in the parent, past its end where the box is cut
};

std::vector<Box> boxes_of(Bytes parent) {
    std::vector<Box> boxes;
    std::size_t offset = 0;
    while (boxes.size() < kMostBoxes && parent.size() - offset >= 8) {
        std::uint64_t size = number(parent, offset, 4);
        std::size_t header = 8;
        if (size == 1 && parent.size() - offset >= 16) {
            size = number(parent, offset + 8, 8);
            header = 16;
        } else if (size == 0) {
            size = parent.size() - offset;
        }
        if (size < header || size > (std::uint64_t{1} << 62)) {
            break;
        }
        const std::size_t present = static_cast<std::size_t>(std::min<std::uint64_t>(size, parent.size() - offset));
        boxes.push_back({std::string_view(reinterpret_cast<const char*>(parent.data()) + offset + 4, 4),
                         parent.subspan(offset + header, present - header), offset + header, offset + size});
        offset += present;
    }
    return boxes;
}

Bytes body_of(const std::vector<Box>& boxes, std::string_view type) {
    const auto found = std::find_if(boxes.begin(), boxes.end(), [&](const Box& box) { return box.type == type; });
    return found == boxes.end() ? Bytes{} : found->body;
}

/// The properties of one item in the order in which `ipma` associates them, as indices from 1.
std::vector<std::size_t> associations_of(Bytes ipma, std::uint64_t item) {
    const std::uint64_t version = number(ipma, 0, 1);
    const bool wide_index = (number(ipma, 3, 1) & 1) != 0;
    const std::size_t id_bytes = version < 1 ? 2 : 4, index_bytes = wide_index ? 2 : 1;
    const std::uint64_t entries = number(ipma, 4, 4);
    std::size_t offset = 8;
    for (std::uint64_t i = 0; i < entries && offset + id_bytes < ipma.size(); ++i) {
        const std::uint64_t id = number(ipma, offset, id_bytes);
        const std::size_t count = ipma[offset + id_bytes];
        offset += id_bytes + 1;
        if (id == item) {
            std::vector<std::size_t> indices;
            for (std::size_t k = 0; k < count; ++k) {
                indices.push_back(static_cast<std::size_t>(number(ipma, offset + k * index_bytes, index_bytes) &
                                                           (wide_index ? 0x7FFF : 0x7F)));
            }
            return indices;
        }
        offset += count * index_bytes;
    }
    return {};
}

}  // namespace

HeifProperties read_heif_properties(Bytes bytes) {
    HeifProperties properties;
    const std::vector<Box> top = boxes_of(bytes);
    if (!top.empty()) {
        properties.declared_bytes = top.back().declared_end;
        properties.data_offset_bytes = top.back().type == "mdat" ? top.back().body_offset : 0;
    }
    const Bytes meta = body_of(top, "meta");
    if (meta.size() < 4) {
        return properties;
    }
    const std::vector<Box> inner = boxes_of(meta.subspan(4));  // behind version and flags
    const Bytes primary = body_of(inner, "pitm");
    const std::uint64_t item = number(primary, 4, number(primary, 0, 1) == 0 ? 2 : 4);
    const std::vector<Box> item_properties = boxes_of(body_of(inner, "iprp"));
    const std::vector<Box> list = boxes_of(body_of(item_properties, "ipco"));
    for (const Box& box : item_properties) {
        if (box.type != "ipma") {
            continue;
        }
        for (const std::size_t index : associations_of(box.body, item)) {
            if (index == 0 || index > list.size()) {
                continue;
            }
            const Box& property = list[index - 1];
            if (property.type == "irot") {
                for (std::uint64_t turn = 0; turn < (number(property.body, 0, 1) & 3); ++turn) {
                    properties.orientation = then_turned_left(properties.orientation);
                }
            } else if (property.type == "imir") {
                properties.orientation = then_mirrored(properties.orientation, (number(property.body, 0, 1) & 1) != 0);
            } else if (property.type == "ispe") {
                properties.width_px = static_cast<std::uint32_t>(number(property.body, 4, 4));
                properties.height_px = static_cast<std::uint32_t>(number(property.body, 8, 4));
            } else if (property.type == "pixi") {
                properties.channels = static_cast<int>(number(property.body, 4, 1));
            }
        }
    }
    return properties;
}

}  // namespace bonafide::media
