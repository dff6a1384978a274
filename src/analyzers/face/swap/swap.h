#pragma once

#include "analysis/analyzer.h"
#include "analyzers/face/swap/model.h"
#include "analyzers/face/swap/tracks.h"

#include <vector>

namespace bonafide::analyzers {

/// face.swap
const analysis::AnalyzerDefinition& face_swap();

namespace swapped {

struct JudgeOptions {
    FaceLimits limits;
    std::size_t least_measured = 0;  ///< moments of a face
    double least_detail = 0;         ///< see detail_of
    double least_score = 0;          ///< from it on a face is pointed at
};

/// How much fine detail the coding left in and around a face: the median over its places of luminance detail finer than
/// 0.8 px, natural logarithm of levels squared. Below a bound there is nothing left that could tell.
double detail_of(const Texture& texture);

/// What the faces of one input say. Pure. `faces`: as FaceRecords gives them; may be empty.
analysis::Analysis judge(const std::vector<FaceRecord>& faces, const LinearModel& model, const JudgeOptions& options);

}  // namespace swapped
}  // namespace bonafide::analyzers
