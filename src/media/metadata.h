#pragma once

#include "base/limits.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::media {

/// A text a file carries outside EXIF, XMP and IPTC: PNG tEXt/zTXt/iTXt, JPEG and GIF comments, RIFF INFO, container
/// tags.
struct TextEntry {
    std::string origin;   ///< "PNG tEXt", "JPEG COM", "GIF comment", ...
    std::string keyword;  ///< may be empty
    std::string text;     ///< valid UTF-8, cut at 64 KiB
};

/// Everything the file says about itself. Every string is valid UTF-8 (foreign bytes replaced) and bounded; nothing
/// here is to be trusted.
struct Metadata {
    /// EXIF by "IFD.Tag" with the tag names of CIPA DC-008 (EXIF 2.32): "Image.Make", "Image.Software",
    /// "Photo.DateTimeOriginal", "GPS.GPSLatitude", "Thumbnail.Compression", "MakerNote.<name>"; values as text a
    /// person can read, numbers in decimal.
    std::map<std::string, std::string> exif;
    /// XMP properties by "prefix:Name" (arrays joined with "; ", structures as "prefix:Outer/prefix:Inner").
    std::map<std::string, std::string> xmp;
    /// IPTC-IIM by "record:dataset", for example "2:80" (by-line).
    std::map<std::string, std::string> iptc;
    std::vector<TextEntry> texts;
    std::vector<std::uint16_t>
        photoshop_resources;  ///< ids of Photoshop image resources (8BIM), in file order; 0x0406 is its JPEG quality
    std::string maker_note_kind;  ///< "Canon", "Nikon", "Olympus", "Fuji", "Pentax", "Apple", ... ; empty where there
                                  ///< is none; "unknown" where unread
    std::uint64_t maker_note_bytes = 0;
    std::vector<std::uint8_t> thumbnail;  ///< the embedded EXIF preview (a JPEG), empty where there is none
    std::vector<std::string> problems;    ///< blocks that are present but cannot be read, in words
    bool has_exif = false, has_xmp = false, has_iptc = false, has_icc = false;
};

/// Reads the metadata blocks of a still picture. Never fails: what cannot be read is listed in `problems`.
/// Covers JPEG, PNG, WebP, TIFF, GIF (XMP, comments), HEIF, AVIF and JPEG XL. For video and sound containers it reads
/// XMP and EXIF blocks where the container holds them; the other tags come with media::StreamTable.
Metadata read_metadata(const ingest::Identity& identity, const ingest::ByteSource& source);

}  // namespace bonafide::media
