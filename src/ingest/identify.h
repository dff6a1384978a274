#pragma once

#include "ingest/byte_source.h"

#include <string>

namespace bonafide::ingest {

enum class MediaKind { kUnknown, kImage, kVideo, kAudio };

/// "image", "video", "audio" or "unknown".
const char* name_of(MediaKind kind);

/// Container formats told apart by their bytes. A container that can hold video or sound alone (MP4, Matroska, Ogg,
/// MPEG-TS) is identified as kVideo or kAudio from the tracks it declares.
enum class Container {
    kUnknown,
    kJpeg,
    kPng,
    kWebp,
    kHeif,  ///< HEIC and other HEIF still pictures
    kAvif,
    kJxl,  ///< JPEG XL, codestream or container
    kTiff,
    kGif,
    kBmp,
    kIsoBmff,   ///< MP4, MOV, M4A, 3GP
    kMatroska,  ///< and WebM
    kAvi,
    kMpegTs,
    kWav,
    kFlac,
    kMp3,
    kAdts,  ///< raw AAC
    kOgg    ///< Vorbis, Opus, FLAC or Theora inside
};

/// What an input is, by its bytes alone.
struct Identity {
    Container container = Container::kUnknown;
    MediaKind kind = MediaKind::kUnknown;
    std::string media_type;   ///< IANA media type, for example "image/jpeg"; "application/octet-stream" where unknown
    std::string description;  ///< what a person would call it, also for what is not supported: "Photoshop document",
                              ///< "HTML text", "empty file"
    bool supported() const { return container != Container::kUnknown; }
};

/// Identifies `source` from its bytes, never from a name. Reads a bounded amount; never fails: what is not known is
/// described.
Identity identify(const ByteSource& source);

/// Whether a name's extension belongs to `identity`'s format. True where the extension is absent or not one of a media
/// format: there is then nothing to contradict. `name` may hold a path.
bool extension_agrees(const std::string& name, const Identity& identity);

}  // namespace bonafide::ingest
