#pragma once

#include "analyzers/container/structure/iso_boxes.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::analyzers::structure {

struct IsoEdit {
    std::uint64_t duration = 0;   ///< in the movie's time scale
    std::int64_t media_time = 0;  ///< in the track's time scale; -1: nothing is shown
};

struct IsoTrack {
    std::string handler;  ///< "vide", "soun", "tmcd", ...
    std::string handler_name;
    std::uint32_t time_scale = 0;
    std::uint64_t duration = 0;               ///< in its own time scale, as mdhd declares it
    std::uint64_t created = 0, modified = 0;  ///< seconds since 1904, 0 where not set
    std::vector<IsoEdit> edits;
    std::uint64_t samples_duration = 0;                  ///< sum of stts, in its own time scale
    std::uint64_t samples_timed = 0, samples_sized = 0;  ///< counted by stts and stsz
    bool tables_read = false;                            ///< both tables were there and small enough to be read
};

/// What the header of a film or recording says, without its sound and pictures.
struct IsoMovie {
    std::string brand;
    std::uint32_t brand_version = 0;
    std::vector<std::string> compatible;
    IsoLevel top;                          ///< boxes of the file itself
    std::vector<std::string> movie_boxes;  ///< types in moov, in order
    std::uint32_t time_scale = 0;
    std::uint64_t duration = 0, created = 0, modified = 0;
    std::vector<IsoTrack> tracks;
    std::string user_texts;  ///< printable text of udta and meta boxes, for writers' names
    bool fragmented = false;
    bool has_movie_header = false;
    bool nested_damage = false;  ///< a box inside moov is cut off or malformed
    bool budget_spent = false;
};

/// Reads `source`'s boxes, five levels deep and no deeper, tables up to 4 MiB each.
IsoMovie read_iso_movie(const ingest::ByteSource& source);

}  // namespace bonafide::analyzers::structure
