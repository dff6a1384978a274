#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::analyzers::structure {

/// What a structural finding speaks of. Only the first counts as an anomaly.
enum class SignKind {
    kAnomaly,  ///< neither cameras, phones nor usual encoders write this
    kResave,   ///< written by software after the capture; harmless by itself
    kDamage,   ///< cut off or broken, as failed transfers leave it
    kNote      ///< worth knowing, means nothing by itself
};

struct Sign {
    SignKind kind = SignKind::kNote;
    std::string text;  ///< a sentence for a person
};

/// What the walk through a container found.
struct Structure {
    std::string format;  ///< "JPEG", "PNG", ...
    std::string writer;  ///< program or device that the structure speaks for; empty where it speaks for none
    std::vector<Sign> signs;
    std::uint64_t trailing_bytes = 0;  ///< after the end that the format itself declares
    int edit_list_segments = -1;  ///< most segments with media of any track's edit list; -1 where the format has none

    /// Adds a sign unless the same sentence is there already; at most 200 are kept, which no honest file comes near.
    void add(SignKind kind, std::string text);
    int count(SignKind kind) const;
    bool has(SignKind kind, const std::string& part_of_text) const;
};

/// `text` with everything but printable ASCII replaced by '?', cut at `most` characters: for names out of files.
std::string printable(const std::string& text, std::size_t most = 80);

}  // namespace bonafide::analyzers::structure
