#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "features/faces/mesh.h"
#include "forge/make.h"
#include "infer/model_store.h"

#include <opencv2/core.hpp>

#include <functional>

namespace bonafide::forge {

/// Gives `rgb` (CV_8UC3) with `face` changed.
using ChangeFace = std::function<Result<cv::Mat>(const cv::Mat& rgb, const features::faces::Face& face)>;

/// What is done to a face, of a picture or frame by frame of a film.
struct FaceChange {
    ChangeFace change;
    double least_px = 0;  ///< no smaller face is changed, px from forehead to chin
    Made made;            ///< what can be said of it beforehand
};

/// For the kinds that put something onto a face ("swap", "animal"): consent is checked, and what is put on is read.
/// kUsage for every other kind, without a valid consent record where one is needed, and for an incomplete order; errors
/// of the decoder and the models.
Result<FaceChange> prepare_change(const Order& order, const Given& given, const infer::ModelStore& models,
                                  const Limits& limits, int threads);

}  // namespace bonafide::forge
