// dlib's residual blocks: two convolutions, then the block's own input is added (shrunk by a mean pool where the block
// shrank). Where the two differ in size, the smaller one counts as surrounded by zeros at its far ends (dlib:
// cuda/cpu_dlib.cpp, add).
#include "infer/dlib_model.h"

#include <openvino/op/ops.hpp>

#include <algorithm>

namespace bonafide::infer {
namespace {

using Kind = DlibLayer::Kind;
using Node = ov::Output<ov::Node>;

Node constant(const ov::Shape& shape, const float* values) {
    return ov::op::v0::Constant::create(ov::element::f32, shape, values)->output(0);
}

std::vector<std::int64_t> sides_of(const Node& node) {
    std::vector<std::int64_t> sides;
    for (const std::size_t side : node.get_shape()) {
        sides.push_back(static_cast<std::int64_t>(side));
    }
    return sides;
}

/// `node` with zeros at the far end of each side that is shorter than in `sides`.
Node enlarged(const Node& node, const std::vector<std::int64_t>& sides) {
    const std::vector<std::int64_t> own = sides_of(node), none(own.size(), 0);
    if (own == sides) {
        return node;
    }
    std::vector<std::int64_t> missing(own.size());
    std::transform(sides.begin(), sides.end(), own.begin(), missing.begin(), std::minus<>());
    const auto list = [](const std::vector<std::int64_t>& values) {
        return ov::op::v0::Constant::create(ov::element::i64, {values.size()}, values);
    };
    return std::make_shared<ov::op::v1::Pad>(node, list(none), list(missing), ov::op::PadMode::CONSTANT)->output(0);
}

Node sum_of(const Node& a, const Node& b) {
    std::vector<std::int64_t> sides = sides_of(a);
    const std::vector<std::int64_t> other = sides_of(b);
    std::transform(sides.begin(), sides.end(), other.begin(), sides.begin(),
                   [](std::int64_t x, std::int64_t y) { return std::max(x, y); });
    return std::make_shared<ov::op::v1::Add>(enlarged(a, sides), enlarged(b, sides))->output(0);
}

bool convolution_fits(const DlibLayer& layer, const ov::Shape& in) {
    return layer.height > 0 && layer.width > 0 && layer.outputs > 0 && in[2] + 2 * layer.padding_y >= layer.height &&
           in[3] + 2 * layer.padding_x >= layer.width &&
           layer.weights.size() == layer.outputs * (in[1] * layer.height * layer.width + 1);
}

Node convolved(const DlibLayer& layer, const Node& in) {
    const auto padding =
        ov::CoordinateDiff{static_cast<std::ptrdiff_t>(layer.padding_y), static_cast<std::ptrdiff_t>(layer.padding_x)};
    const std::size_t channels = in.get_shape()[1];
    const Node filters = constant({layer.outputs, channels, layer.height, layer.width}, layer.weights.data());
    const Node product =
        std::make_shared<ov::op::v1::Convolution>(in, filters, ov::Strides{layer.stride_y, layer.stride_x}, padding,
                                                  padding, ov::Strides{1, 1})
            ->output(0);
    const float* biases = layer.weights.data() + layer.weights.size() - layer.outputs;
    return std::make_shared<ov::op::v1::Add>(product, constant({1, layer.outputs, 1, 1}, biases))->output(0);
}

bool pool_fits(const DlibLayer& layer, const ov::Shape& in) {
    const bool whole = layer.height == 0 && layer.width == 0;
    return whole ? layer.kind == Kind::kMeanPool
                 : layer.height > 0 && layer.width > 0 && layer.padding_y == 0 && layer.padding_x == 0 &&
                       in[2] >= layer.height && in[3] >= layer.width;
}

Node pooled(const DlibLayer& layer, const Node& in) {
    if (layer.height == 0) {
        const auto axes = ov::op::v0::Constant::create(ov::element::i64, {2}, {2, 3});
        return std::make_shared<ov::op::v1::ReduceMean>(in, axes, true)->output(0);
    }
    const ov::Strides strides{layer.stride_y, layer.stride_x};
    const ov::Shape window{layer.height, layer.width}, none{0, 0};
    if (layer.kind == Kind::kMaxPool) {
        return std::make_shared<ov::op::v1::MaxPool>(in, strides, none, none, window)->output(0);
    }
    return std::make_shared<ov::op::v1::AvgPool>(in, strides, none, none, window, true)->output(0);
}

/// Follows the picture through the layers.
struct Walk {
    Node now;
    Node block;     ///< what the current block was given
    Node shortcut;  ///< what will be added at the block's end, where it was shrunk for that
    bool shrunk = false;

    /// False where the layer does not fit what stands before it.
    bool pass(const DlibLayer& layer, bool sum_follows) {
        const ov::Shape& shape = now.get_shape();
        switch (layer.kind) {
            case Kind::kConvolution:
                if (shape.size() != 4 || !convolution_fits(layer, shape)) {
                    return false;
                }
                now = convolved(layer, now);
                return true;
            case Kind::kScale: {
                const std::size_t channels = shape.size() == 4 ? shape[1] : 0;
                if (layer.weights.size() != 2 * channels || channels == 0) {
                    return false;
                }
                const Node scaled =
                    std::make_shared<ov::op::v1::Multiply>(now, constant({1, channels, 1, 1}, layer.weights.data()))
                        ->output(0);
                now = std::make_shared<ov::op::v1::Add>(scaled,
                                                        constant({1, channels, 1, 1}, layer.weights.data() + channels))
                          ->output(0);
                return true;
            }
            case Kind::kRelu:
                now = std::make_shared<ov::op::v0::Relu>(now)->output(0);
                return true;
            case Kind::kMaxPool:
            case Kind::kMeanPool: {
                // A mean pool right before a sum shrinks the block's input, not what its convolutions made.
                const Node& in = sum_follows ? block : now;
                if (in.get_shape().size() != 4 || !pool_fits(layer, in.get_shape())) {
                    return false;
                }
                (sum_follows ? shortcut : now) = pooled(layer, in);
                shrunk = sum_follows;
                return true;
            }
            case Kind::kAddEarlier:
                now = sum_of(now, shrunk ? shortcut : block);
                shrunk = false;
                return true;
            case Kind::kFullyConnected: {
                const std::size_t inputs = ov::shape_size(shape);
                if (layer.outputs == 0 || layer.weights.size() != inputs * layer.outputs) {
                    return false;
                }
                const auto flat = ov::op::v0::Constant::create(ov::element::i64, {2}, {1, -1});
                const Node row = std::make_shared<ov::op::v1::Reshape>(now, flat, false)->output(0);
                now = std::make_shared<ov::op::v0::MatMul>(row, constant({inputs, layer.outputs}, layer.weights.data()))
                          ->output(0);
                return true;
            }
        }
        return false;
    }
};

}  // namespace

Result<std::shared_ptr<ov::Model>> to_openvino(const DlibNetwork& network) {
    const Error misfit{ErrorCode::kInvalid, "the layers of the network do not fit each other"};
    if (network.height_px == 0 || network.width_px == 0 || network.layers.empty()) {
        return misfit;
    }
    auto picture =
        std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{1, 3, network.height_px, network.width_px});
    picture->output(0).set_names({"picture"});
    const float means[] = {network.mean_red, network.mean_green, network.mean_blue};
    const float step[] = {1 / 256.0F};
    Walk walk;
    walk.now = std::make_shared<ov::op::v1::Subtract>(picture, constant({1, 3, 1, 1}, means))->output(0);
    walk.now = std::make_shared<ov::op::v1::Multiply>(walk.now, constant({1}, step))->output(0);
    walk.block = walk.now;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const DlibLayer& layer = network.layers[i];
        const bool sum_follows = i + 1 < network.layers.size() && network.layers[i + 1].kind == Kind::kAddEarlier;
        if (!walk.pass(layer, sum_follows && layer.kind == Kind::kMeanPool)) {
            return misfit;
        }
        const bool block_ends = layer.kind == Kind::kMaxPool ||
                                (layer.kind == Kind::kRelu && i > 0 && network.layers[i - 1].kind == Kind::kAddEarlier);
        if (block_ends) {
            walk.block = walk.now;
        }
    }
    walk.now.set_names({"numbers"});
    return std::make_shared<ov::Model>(ov::OutputVector{walk.now}, ov::ParameterVector{picture});
}

}  // namespace bonafide::infer
