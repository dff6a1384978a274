#pragma once

#include "ingest/byte_source.h"
#include "media/metadata.h"
#include "media/metadata_blocks.h"

namespace bonafide::media {

/// How much of a TIFF structure belongs to the picture's EXIF.
enum class ExifScope {
    kBlock,     ///< an EXIF block: IFD0, IFD1 (thumbnail), Exif, GPS and interoperability IFDs
    kTiffFile,  ///< a TIFF file: the same, but IFD1 is the second page and not a thumbnail
};

/// Reads the TIFF structure that starts at offset 0 of `source` into `metadata.exif`, `.thumbnail` and the maker note
/// fields. XMP, IPTC and Photoshop resources kept in its tags go to `nested`. What cannot be read becomes a problem of
/// `nested`.
void read_exif(const ingest::ByteSource& source, ExifScope scope, Metadata& metadata, BlockCollector& nested);

/// Tells whose maker note `note` is by its own first bytes, and by `make` where the format has none. "unknown" where it
/// is nobody's known.
std::string maker_note_kind(std::span<const std::uint8_t> note, std::string_view make);

/// Adds the entries of the maker note inside the EXIF block `tiff` (at most 64 KiB) as "MakerNote.<name>"; false where
/// it could not be read.
bool read_maker_note(std::span<const std::uint8_t> tiff, std::map<std::string, std::string>& exif);

}  // namespace bonafide::media
