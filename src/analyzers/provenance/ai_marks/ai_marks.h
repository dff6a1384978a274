#pragma once

#include "analysis/analyzer.h"
#include "media/metadata.h"
#include "media/streams.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::analyzers {

/// What a mark says of the media that carries it.
enum class MarkClaim { kSynthetic, kEditedWithAi, kCameraCapture };

/// Where a statement may stand for a rule to apply.
enum class MarkPlace {
    kXmp,
    kExif,
    kIptc,
    kText,           ///< PNG texts, comments, RIFF INFO, ID3
    kContainer,      ///< tags of a film's or recording's container and streams
    kTrailer,        ///< bytes behind the end of a JPEG
    kSoftwareField,  ///< any field that names the program, device or maker, in all of the above
    kAnywhere
};

/// One line of the table of known marks.
struct MarkRule {
    MarkPlace place;
    std::string_view key;  ///< name of the field, letter case ignored; empty: any
    std::string_view
        pattern;  ///< words that the text must hold, letter case ignored, not inside longer words; empty: any text
    std::string_view also;  ///< a second such pattern, or empty
    std::string_view tool;  ///< who writes it; empty: the text itself says so
    MarkClaim claim;
    std::string_view reference;  ///< where the format is described
};

/// Every known mark, most specific first.
std::span<const MarkRule> mark_rules();

/// One thing a file says, with the place it says it in.
struct MarkStatement {
    MarkPlace place = MarkPlace::kAnywhere;
    std::string origin;  ///< "XMP", "PNG tEXt", "container tag", ...
    std::string key;
    std::string text;
};

/// A rule that applied.
struct FoundMark {
    const MarkRule* rule = nullptr;
    const MarkStatement* statement = nullptr;
    std::string tool;
};

/// Everything `metadata`, the container (`streams`, may be null) and the bytes behind the picture say of themselves.
std::vector<MarkStatement> collect_statements(const media::Metadata& metadata, const media::StreamTable* streams,
                                              std::string_view trailer);

/// The rules that apply to `statements`, at most one a statement and one for each tool, place and claim. Points into
/// `statements`.
std::vector<FoundMark> find_marks(const std::vector<MarkStatement>& statements);

const analysis::AnalyzerDefinition& provenance_ai_marks();

}  // namespace bonafide::analyzers
