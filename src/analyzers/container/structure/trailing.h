#pragma once

#include "analyzers/container/structure/findings.h"
#include "ingest/byte_source.h"

#include <cstdint>

namespace bonafide::analyzers::structure {

/// What stands behind the end that a format declares.
enum class TrailingKind {
    kNone,
    kPadding,
    kJpeg,
    kMovie,
    kPng,
    kArchive,
    kProgram,
    kDocument,
    kPhoneTrailer,
    kText,
    kUnknown
};

/// Looks at the bytes from `offset` to the end of `source`: the first and last 64 KiB decide. An archive is also found
/// where it begins later than at `offset` (by its end record), as in files that are two formats at once.
TrailingKind classify_trailing(const ingest::ByteSource& source, std::uint64_t offset);

/// Notes what follows `offset` in `structure`, with its size. Second pictures, films (motion photos), phone trailers
/// and padding are known and benign; archives, programs and documents are anomalies; the rest is noted.
void note_trailing(const ingest::ByteSource& source, std::uint64_t offset, Structure& structure);

}  // namespace bonafide::analyzers::structure
