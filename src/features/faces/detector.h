#pragma once

#include "base/result.h"
#include "infer/session.h"

#include <opencv2/core.hpp>

#include <array>
#include <vector>

namespace bonafide::features::faces {

/// The six points that come with a detection, in the order of the model. Left and right are the person's own.
enum class Keypoint { kRightEye, kLeftEye, kNoseTip, kMouth, kRightEar, kLeftEar };
inline constexpr std::size_t kKeypoints = 6;

/// A face found in a picture; all in pixels of the picture, which the box may leave in part.
struct Detection {
    cv::Rect2f box_px;  ///< from above the eyebrows to the chin, as the model was trained
    std::array<cv::Point2f, kKeypoints> keypoints_px;
    float score = 0;  ///< the model's own confidence, in [0, 1]; no probability of ours

    cv::Point2f at(Keypoint keypoint) const { return keypoints_px[static_cast<std::size_t>(keypoint)]; }
};

struct DetectorOptions {
    float least_score = 0.5F;
    /// Side of the smallest face that is looked for, px. Halving it makes a search of a large picture cost four times
    /// as much.
    float smallest_face_px = 32;
    /// Share of overlap over union from which two detections are one face.
    float same_face_overlap = 0.3F;
};

/// Finds faces with BlazeFace's two models: Bazarevsky et al., "BlazeFace: sub-millisecond neural face detection on
/// mobile GPUs", CVPR workshops 2019. Each model sees the picture in a square of 128 or 192 px and answers for anchors
/// on a grid; what it says of the anchors is decoded and merged here. Beyond the paper: a picture in which the smallest
/// face wanted would be too small for the model is searched in overlapping tiles as well, coarse to fine.
class Detector {
  public:
    /// Errors of infer::Session::open.
    static Result<Detector> open(const infer::ModelStore& models, const infer::SessionOptions& options);

    /// Every face in `rgb` (CV_8UC3, red first, any size), best score first; none is no error. kInternal: the model
    /// failed.
    Result<std::vector<Detection>> detect(const cv::Mat& rgb, const DetectorOptions& options);

    /// The same without tiles: one look of the full-range model at the whole. For frames of a film between thorough
    /// looks: faces of less than a fourteenth of the longer side may be missed.
    Result<std::vector<Detection>> glance(const cv::Mat& rgb, const DetectorOptions& options);

  private:
    Detector(infer::Session short_range, infer::Session full_range)
        : short_range_(std::move(short_range)), full_range_(std::move(full_range)) {}
    infer::Session short_range_, full_range_;
};

/// Merges detections of one face into one whose box and points are their means weighted by score (the paper's
/// "blending"), which jitters less than keeping the best alone. Best score first.
std::vector<Detection> merged(std::vector<Detection> detections, float same_face_overlap);

}  // namespace bonafide::features::faces
