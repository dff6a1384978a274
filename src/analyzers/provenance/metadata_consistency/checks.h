#pragma once

#include "analyzers/provenance/metadata_consistency/metadata_consistency.h"

namespace bonafide::analyzers {

/// One file under examination: what it says, what it is, and the remarks made so far.
struct Examination {
    const media::Metadata& metadata;
    const MediaFacts& facts;
    const ConsistencyOptions& options;
    Consistency result{};

    void contradict(RemarkKind kind, std::string sentence) {
        result.remarks.push_back({kind, true, std::move(sentence)});
    }
    void remark(RemarkKind kind, std::string sentence) { result.remarks.push_back({kind, false, std::move(sentence)}); }
    void sign(std::string words) { result.camera_signs.push_back(std::move(words)); }
};

// In this order: the later ones look at what the earlier ones found.
void check_software(Examination& examination);  ///< programs named anywhere
void check_identity(Examination& examination);  ///< make, model, maker note
void check_times(Examination& examination);
void check_values(Examination& examination);  ///< exposure and position
void check_size(Examination& examination);
void check_thumbnail(Examination& examination);
void check_coding(Examination& examination);  ///< JPEG tables and markers against the camera

}  // namespace bonafide::analyzers
