#pragma once

#include "base/result.h"
#include "infer/model_store.h"
#include "infer/session.h"

#include <opencv2/core.hpp>

#include <string_view>
#include <vector>

namespace bonafide::forge {

/// A layer by which generators make their pictures larger, and the autoencoder that has it.
struct Upsampling {
    std::string_view name, meaning, model;
};
const std::vector<Upsampling>& upsamplings();

/// The autoencoder with the layer `name`; kUsage where there is none, and errors of the models.
Result<infer::Session> open_autoencoder(std::string_view name, const infer::ModelStore& models, int threads);

/// `rgb` (CV_8UC3, 1 to 16384 px a side) as it comes out of `autoencoder`, in tiles at its own resolution, with
/// the picture's own coarse colours; equal pictures give equal results, and tiles leave no seams. For training in
/// memory: nothing is marked here. kUsage: no such picture; errors of the model.
Result<cv::Mat> reconstruct(const cv::Mat& rgb, infer::Session& autoencoder);

}  // namespace bonafide::forge
