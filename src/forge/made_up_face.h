#pragma once

#include "base/result.h"
#include "infer/model_store.h"
#include "infer/session.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// A network that makes up faces.
struct FaceModel {
    std::string_view name, meaning, model;
};
const std::vector<FaceModel>& face_models();

/// The most faces from one seed to another that are shown at once.
inline constexpr int kMostFacesBetween = 9;
/// As which a face of the networks' 64 px leaves: larger, since a smaller picture cannot carry the marks.
inline constexpr int kFaceShownPx = 256;

/// The network `name`; kUsage where there is none, and errors of the models.
Result<infer::Session> open_face_model(std::string_view name, const infer::ModelStore& models, int threads);

/// `count` numbers of a normal distribution, the same for a seed on every machine.
std::vector<float> numbers_of(std::uint64_t seed, std::size_t count);

/// The numbers at `share` (0 to 1) of the way from `first` to `last`, on the arc between them rather than the straight
/// line: numbers of a usual length come from a usual length (Shoemake, SIGGRAPH 1985).
std::vector<float> numbers_between(const std::vector<float>& first, const std::vector<float>& last, double share);

/// The face that `network` makes of as many `numbers` as it takes: CV_8UC3, 64 px. For training in memory: nothing is
/// marked here. kUsage: another count of numbers; errors of the model.
Result<cv::Mat> made_up_face(const std::vector<float>& numbers, infer::Session& network);

/// The face of `seed`, at kFaceShownPx; where `faces` is 2 to kMostFacesBetween, so many on the way from it to that of
/// `to_seed`, in rows from above, as wide as they are many or one face more: a long strip could not carry the marks.
/// Three rows of them are a little smaller, to stay within 720 px. kUsage: another count.
Result<cv::Mat> made_up_faces(std::uint64_t seed, std::uint64_t to_seed, int faces, infer::Session& network);

}  // namespace bonafide::forge
