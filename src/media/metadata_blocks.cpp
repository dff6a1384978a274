#include "media/metadata_blocks.h"

#include "media/metadata_text.h"

#include <algorithm>

namespace bonafide::media {
namespace {

constexpr std::size_t kBufferBytes = 4096;

}  // namespace

void BlockCollector::add(BlockKind kind, std::string_view origin, std::vector<std::uint8_t> bytes) {
    if (bytes.empty()) return;
    if (bytes.size() > kMostBlockBytes || blocks_.size() >= kMostBlocks || bytes.size() > room_bytes()) {
        add_problem(std::string(origin) + ": more metadata than this program reads");
        return;
    }
    charge(bytes.size());
    blocks_.push_back({kind, std::string(origin), std::move(bytes)});
}

void BlockCollector::add(BlockKind kind, std::string_view origin, const ingest::ByteSource& source,
                         std::uint64_t offset, std::uint64_t length) {
    if (length > kMostBlockBytes || blocks_.size() >= kMostBlocks || length > room_bytes()) {
        add_problem(std::string(origin) + ": more metadata than this program reads");
        return;
    }
    std::vector<std::uint8_t> bytes = source.read(offset, static_cast<std::size_t>(length));
    if (bytes.size() < length) {
        add_problem(std::string(origin) + ": the block ends before its declared length");
    }
    add(kind, origin, std::move(bytes));
}

void BlockCollector::add_text(std::string_view origin, std::string keyword, std::string text) {
    if (text.empty()) return;
    if (texts_.size() >= kMostTexts) {
        add_problem(std::string(origin) + ": more texts than this program reads");
        return;
    }
    texts_.push_back({std::string(origin), std::move(keyword), std::move(text)});
}

void BlockCollector::add_problem(std::string problem) {
    if (problems_.size() < kMostProblems && std::find(problems_.begin(), problems_.end(), problem) == problems_.end()) {
        problems_.push_back(std::move(problem));
    }
}

std::span<const std::uint8_t> BufferedBytes::at(std::uint64_t offset, std::size_t length) {
    length = std::min(length, kBufferBytes);
    if (offset >= size_bytes()) return {};
    length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size_bytes() - offset));
    if (offset < start_ || offset + length > start_ + buffer_.size()) {
        buffer_ = source_.read(offset, kBufferBytes);
        start_ = offset;
    }
    const auto inside = static_cast<std::size_t>(offset - start_);
    return std::span<const std::uint8_t>(buffer_).subspan(inside, std::min(length, buffer_.size() - inside));
}

void find_blocks(const ingest::Identity& identity, const ingest::ByteSource& source, BlockCollector& collector) {
    using ingest::Container;
    switch (identity.container) {
        case Container::kJpeg:
            return find_jpeg_blocks(source, collector);
        case Container::kPng:
            return find_png_blocks(source, collector);
        case Container::kGif:
            return find_gif_blocks(source, collector);
        case Container::kWebp:
        case Container::kWav:
        case Container::kAvi:
            return find_riff_blocks(source, collector);
        case Container::kHeif:
        case Container::kAvif:
        case Container::kJxl:
        case Container::kIsoBmff:
            return find_box_blocks(source, collector);
        case Container::kMp3:
        case Container::kAdts:
            return find_id3_blocks(source, 0, source.size_bytes(), collector);
        // TIFF is read as one EXIF structure; the others carry tags that the demuxer reads (media::StreamTable), or
        // none.
        case Container::kTiff:
        case Container::kBmp:
        case Container::kMatroska:
        case Container::kMpegTs:
        case Container::kFlac:
        case Container::kOgg:
        case Container::kUnknown:
            return;
    }
}

}  // namespace bonafide::media
