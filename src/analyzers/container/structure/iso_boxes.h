#pragma once

#include "ingest/byte_source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::analyzers::structure {

/// One box of an ISO base media file (ISO/IEC 14496-12, section 4.2).
struct IsoBox {
    std::string type;                ///< four bytes as they are
    std::uint64_t offset = 0;        ///< of the box
    std::uint64_t header_bytes = 8;  ///< 8, or 16 with a 64-bit size
    std::uint64_t size_bytes = 0;    ///< with its header; the rest of its parent where it is declared as open
    bool open_ended = false;         ///< size 0: to the end of the file

    std::uint64_t payload() const { return offset + header_bytes; }
    std::uint64_t end() const { return offset + size_bytes; }
};

/// The boxes of one level.
struct IsoLevel {
    std::vector<IsoBox> boxes;
    std::uint64_t end = 0;  ///< first byte that belongs to none of them
    std::string broken;     ///< empty, or why the walk ended before the level's end: "size", "type", "cut"
};

/// How many box headers a whole walk may read: a film of ten hours in fragments of a second stays below it, a bomb of
/// tiny boxes does not.
struct IsoBudget {
    std::size_t boxes = 200'000;
    bool spent() const { return boxes == 0; }
};

/// Reads the headers of the boxes in [begin, end) of `source`, without their payload. Ends at the first header that
/// makes no sense: a size below the header's ("size"), one past `end` ("cut", the box is still listed, cut to fit), a
/// type that is not printable ("type").
IsoLevel walk_boxes(const ingest::ByteSource& source, std::uint64_t begin, std::uint64_t end, IsoBudget& budget);

/// The first box of `type` in `level`, or null.
const IsoBox* find_box(const IsoLevel& level, const std::string& type);

}  // namespace bonafide::analyzers::structure
