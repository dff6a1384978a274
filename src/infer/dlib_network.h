#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bonafide::infer {

/// One layer of a network, with its weights where it has any.
struct DlibLayer {
    enum class Kind { kConvolution, kScale, kRelu, kMaxPool, kMeanPool, kAddEarlier, kFullyConnected };
    Kind kind = Kind::kRelu;
    /// Filters, or numbers that come out of a fully connected layer.
    std::size_t outputs = 0;
    std::size_t height = 0, width = 0;  ///< of the window; 0 of a pool: all that there is
    std::size_t stride_y = 1, stride_x = 1, padding_y = 0, padding_x = 0;
    /// kConvolution: filters (output, input, row, column), then a bias an output. kScale: factors, then summands, one a
    /// channel. kFullyConnected: input-major, without biases.
    std::vector<float> weights;
};

/// A network as dlib keeps it, from the picture to the answer.
struct DlibNetwork {
    std::size_t height_px = 0, width_px = 0;
    float mean_red = 0, mean_green = 0, mean_blue = 0;  ///< taken off 8-bit levels before they are divided by 256
    std::vector<DlibLayer> layers;
};

/// Reads what dlib's serialize() writes of a residual network for pictures (dlib 19: dnn/core.h, dnn/layers.h,
/// serialize.h), the layers of its face recognition network and no others. Neither runs nor needs dlib. kTruncated,
/// kInvalid or kUnsupported where the bytes are anything else; nothing is allocated beyond what the bytes themselves
/// hold.
Result<DlibNetwork> read_dlib_network(std::span<const std::uint8_t> bytes);

}  // namespace bonafide::infer
