#pragma once

#include "analyzers/container/structure/findings.h"

#include <string_view>

namespace bonafide::analyzers::structure {

enum class WriterFamily {
    kDevice,   ///< cameras and phones
    kLibrary,  ///< multiplexers and image libraries inside other programs
    kEditor,   ///< programs a person edits with
    kNetwork   ///< what social networks and web services send out
};

/// A program or device known by what it writes into files.
struct Writer {
    std::string_view pattern;  ///< stands in comments, handler names or encoder tags, as written
    std::string_view name;
    WriterFamily family;
};

/// The first known writer whose pattern stands in `text`, or null.
const Writer* find_writer(std::string_view text);

/// Adds what `text` says about its writer to `structure`: a sign of a re-save where it is software, the name in any
/// case. False where unknown.
bool note_writer(std::string_view text, Structure& structure);

}  // namespace bonafide::analyzers::structure
