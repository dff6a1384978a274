#pragma once

#include "infer/dlib_network.h"

#include <openvino/core/model.hpp>

#include <memory>

namespace bonafide::infer {

/// The same network for OpenVINO. Input: 1 x 3 x height x width, f32, red first, 8-bit levels. kInvalid where the
/// layers do not fit each other.
Result<std::shared_ptr<ov::Model>> to_openvino(const DlibNetwork& network);

}  // namespace bonafide::infer
