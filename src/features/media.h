#pragma once

#include "base/limits.h"
#include "features/page_layout.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/image.h"
#include "media/jpeg.h"
#include "media/metadata.h"
#include "media/streams.h"

#include <opencv2/core.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::features {

/// One input as the analyzers see it: decoded once, with the features that several of them need computed on first use.
/// Thread-safe for reading. Frames and sound are not kept here: they stream past (analysis::Analyzer::on_frame,
/// on_sound).
class Media {
  public:
    /// Decodes a still picture or opens a film or recording. Fails where not even a part of it can be decoded.
    static Result<std::unique_ptr<Media>> open(const ingest::Identity& identity, const ingest::ByteSource& source,
                                               const Limits& limits);
    ~Media();

    const ingest::Identity& identity() const { return identity_; }
    const ingest::ByteSource& source() const { return source_; }
    const Limits& limits() const { return limits_; }

    /// The whole file, for still pictures only; empty for films and recordings, which are never held in memory.
    std::span<const std::uint8_t> bytes() const { return bytes_; }
    /// The decoded still picture; null for films and recordings.
    const media::Image* image() const { return image_ ? &*image_ : nullptr; }
    /// The JPEG structure; null where the input is no JPEG.
    const media::JpegHeader* jpeg() const { return jpeg_ ? &*jpeg_ : nullptr; }
    const media::Metadata& metadata() const { return metadata_; }
    /// The container's table; null for still pictures.
    const media::StreamTable* streams() const { return reader_ ? &reader_->table() : nullptr; }
    media::StreamReader* reader() const { return reader_.get(); }

    // Features of still pictures. ENSURE: image() is not null.
    /// Computed on first use. Luminance in 8-bit units [0, 255], CV_32FC1 (ITU-R BT.601 weights); 16-bit pictures are
    /// divided by 257.
    const cv::Mat& luma() const;
    /// Computed on first use. What a program laid out, if one did.
    const PageLayout& page_layout() const;
    /// Quantised DCT coefficients of every component of a JPEG, in the orientation they are stored in
    /// (media/image_orientation.h turns what was measured on them upright). Null where the input is no JPEG or they
    /// cannot be read.
    const std::vector<media::JpegPlane>* jpeg_planes() const;

  private:
    Media(const ingest::Identity& identity, const ingest::ByteSource& source, const Limits& limits);
    void read_jpeg_planes();

    ingest::Identity identity_;
    const ingest::ByteSource& source_;
    Limits limits_;
    std::vector<std::uint8_t> bytes_;
    std::optional<media::Image> image_;
    std::optional<media::JpegHeader> jpeg_;
    media::Metadata metadata_;
    std::unique_ptr<media::StreamReader> reader_;
    mutable std::once_flag luma_once_;
    mutable cv::Mat luma_;
    mutable std::once_flag page_layout_once_;
    mutable PageLayout page_layout_;
    std::optional<std::vector<media::JpegPlane>> jpeg_planes_;
};

}  // namespace bonafide::features
