#pragma once

#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/metadata.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::media {

/// What a metadata block is written in.
enum class BlockKind {
    kExif,       ///< a TIFF structure, from its byte order mark
    kXmp,        ///< an XMP packet (RDF/XML)
    kPhotoshop,  ///< Photoshop image resources (8BIM)
    kIptc        ///< IPTC-IIM datasets
};

/// One block as it lies in the file, taken out of its wrapping (segments joined, compression undone).
struct MetadataBlock {
    BlockKind kind = BlockKind::kExif;
    std::string origin;  ///< where it stood, in words: "JPEG APP1", "PNG eXIf"
    std::vector<std::uint8_t> bytes;
};

/// Gathers the blocks, texts and problems of one file within fixed bounds, so that no file can make a finder use much
/// memory.
class BlockCollector {
  public:
    /// Longest single block, and of all blocks together: extended XMP with a depth map inside is the largest honest
    /// case.
    static constexpr std::size_t kMostBlockBytes = 16 << 20;
    static constexpr std::size_t kMostBytes = 64 << 20;
    static constexpr std::size_t kMostBlocks = 64;
    static constexpr std::size_t kMostTexts = 256;
    static constexpr std::size_t kMostProblems = 32;

    void add(BlockKind kind, std::string_view origin, std::vector<std::uint8_t> bytes);
    /// Reads the block out of `source`; a problem where it is longer than allowed or ends early.
    void add(BlockKind kind, std::string_view origin, const ingest::ByteSource& source, std::uint64_t offset,
             std::uint64_t length);
    /// `text` must be clean UTF-8; what is empty is left out.
    void add_text(std::string_view origin, std::string keyword, std::string text);
    /// Something that is there but cannot be read; said once however often it happens.
    void add_problem(std::string problem);
    void set_icc() { has_icc_ = true; }
    /// What may still be read or unpacked; finders that unpack charge what came out, kept or not, so that bombs cannot
    /// be chained.
    std::size_t room_bytes() const { return kMostBytes - std::min(bytes_, kMostBytes); }
    void charge(std::size_t bytes) { bytes_ += std::min(bytes, room_bytes()); }

    const std::vector<MetadataBlock>& blocks() const { return blocks_; }
    std::vector<TextEntry>& texts() { return texts_; }
    std::vector<std::string>& problems() { return problems_; }
    bool has_icc() const { return has_icc_; }

  private:
    std::vector<MetadataBlock> blocks_;
    std::vector<TextEntry> texts_;
    std::vector<std::string> problems_;
    std::size_t bytes_ = 0;
    bool has_icc_ = false;
};

/// Small reads in a row, through one buffer of 4 KiB. Bytes past the end read as 0.
class BufferedBytes {
  public:
    explicit BufferedBytes(const ingest::ByteSource& source) : source_(source) {}
    /// At most 4 KiB at `offset`, valid until the next call, shorter at the end of the input.
    std::span<const std::uint8_t> at(std::uint64_t offset, std::size_t length);
    std::uint64_t size_bytes() const { return source_.size_bytes(); }
    const ingest::ByteSource& source() const { return source_; }

  private:
    const ingest::ByteSource& source_;
    std::vector<std::uint8_t> buffer_;
    std::uint64_t start_ = 0;
};

/// Finds the blocks of any supported container but TIFF, whose whole file is one EXIF structure (see read_exif).
void find_blocks(const ingest::Identity& identity, const ingest::ByteSource& source, BlockCollector& collector);

// One finder a format. Each walks the structure only as far as its own lengths allow and never fails.
void find_jpeg_blocks(const ingest::ByteSource& source, BlockCollector& collector);
void find_png_blocks(const ingest::ByteSource& source, BlockCollector& collector);
void find_gif_blocks(const ingest::ByteSource& source, BlockCollector& collector);
/// WebP, WAV and AVI.
void find_riff_blocks(const ingest::ByteSource& source, BlockCollector& collector);
/// HEIF, AVIF, JPEG XL in its container, MP4 and MOV.
void find_box_blocks(const ingest::ByteSource& source, BlockCollector& collector);
/// ID3v2 at the start of MP3 and AAC files, and inside WAV, where `offset` and `length` say so.
void find_id3_blocks(const ingest::ByteSource& source, std::uint64_t offset, std::uint64_t length,
                     BlockCollector& collector);

}  // namespace bonafide::media
