#pragma once

#include "analysis/analyzer.h"
#include "analyzers/video/face_swap/model.h"
#include "analyzers/video/face_swap/tracks.h"

#include <optional>
#include <vector>

namespace bonafide::analyzers {

/// video.face.swap
const analysis::AnalyzerDefinition& video_face_swap();

namespace film_swap {

struct JudgeOptions {
    FaceLimits limits;
    std::size_t least_moments = 0;  ///< of a face
    double least_motion_px = 0;     ///< median over the moments
    double least_detail = -100;     ///< median over the moments, see Compared::fine_detail
    double least_score = 0;         ///< from it on a face is pointed at
};

/// What the faces of one film say. Pure. `faces`: as FaceRecords gives them; may be empty. `bits_a_pixel`: of the coded
/// pictures, where it is known.
analysis::Analysis judge(const std::vector<FaceRecord>& faces, std::optional<double> bits_a_pixel, const Model& model,
                         const JudgeOptions& options);

}  // namespace film_swap
}  // namespace bonafide::analyzers
