#pragma once

#include "analyzers/container/structure/findings.h"
#include "analyzers/container/structure/iso_movie.h"
#include "ingest/byte_source.h"

namespace bonafide::analyzers::structure {

/// What the header of a film or recording (MP4, MOV, M4A, 3GP) tells about its past.
Structure examine_iso_movie(const ingest::ByteSource& source);

/// The rules alone, on a header that was read before; what follows the last box is not looked at.
Structure judge_iso_movie(const IsoMovie& movie);

/// What stands at the end of a file whose boxes are `top`: a cut box, bytes that are none. Damage where the data never
/// began, trailing bytes after it.
void judge_iso_end(const ingest::ByteSource& source, const IsoLevel& top, Structure& structure);

/// Box order and sizes of HEIF, AVIF and JPEG XL files. A bare JPEG XL codestream has no boxes.
Structure examine_iso_picture(const ingest::ByteSource& source, const std::string& format);

}  // namespace bonafide::analyzers::structure
