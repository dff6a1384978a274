#pragma once

#include "analysis/analyzer.h"
#include "media/jpeg.h"
#include "media/metadata.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::analyzers {

/// What a remark is about. Each kind has a measurement of its own.
enum class RemarkKind { kSize, kThumbnail, kTime, kIdentity, kValue, kCoding };

/// Two statements of one file that do not fit together.
struct Remark {
    RemarkKind kind = RemarkKind::kSize;
    /// A contradiction cannot arise from one honest camera or program alone; a weak remark can (resizing, a stale
    /// clock).
    bool contradiction = false;
    std::string sentence;  ///< for a person; names both statements
};

/// What is known of the media itself, to hold the metadata against.
struct MediaFacts {
    int stored_width_px = 0, stored_height_px = 0;  ///< before orientation; 0 where there is no still picture
    const media::JpegHeader* jpeg = nullptr;        ///< null where the input is no JPEG
    std::optional<media::JpegHeader> thumbnail;     ///< of Metadata::thumbnail, where it can be read
    std::map<std::string, std::string> container_tags;
};

struct ConsistencyOptions {
    double time_tolerance_s = 0;
};

struct Consistency {
    std::vector<Remark> remarks;
    std::vector<std::string> editing_software;  ///< programs that edit, as the file names them, without repetition
    std::vector<std::string> camera_signs;      ///< independent things that look as a camera leaves them, in words
    int comparisons = 0;  ///< statements that could be held against another one, or against the picture

    int contradictions() const;
    int contradictions(RemarkKind kind) const;
    int weak_remarks() const;
};

/// Holds everything `metadata` states against the rest of it and against `facts`. Pure: no clock, no files.
Consistency compare_metadata(const media::Metadata& metadata, const MediaFacts& facts,
                             const ConsistencyOptions& options);

const analysis::AnalyzerDefinition& provenance_metadata_consistency();

}  // namespace bonafide::analyzers
