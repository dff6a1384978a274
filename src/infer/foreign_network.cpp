#include "infer/foreign_network.h"

#include "infer/openvino_runtime.h"

#include <openvino/frontend/manager.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <utility>

namespace bonafide::infer {

struct ForeignNetwork::State {
    ov::CompiledModel model;
    ov::InferRequest request;
    std::vector<TensorDescription> inputs, outputs;
};

namespace {

constexpr const char* kName = "of the given file";

/// What speaks against compiling `model`; nothing where it may be.
std::optional<Error> objection(const ov::Model& model) {
    if (model.inputs().size() != 1 || model.outputs().size() != 1) {
        return Error{ErrorCode::kUnsupported, "the network must have one input and one output"};
    }
    const auto steps = model.get_ops();
    if (steps.size() > ForeignNetwork::kMostSteps) {
        return Error{ErrorCode::kLimit,
                     "the network has more than " + std::to_string(ForeignNetwork::kMostSteps) + " steps"};
    }
    for (const auto& step : steps) {
        if (std::dynamic_pointer_cast<ov::op::util::MultiSubGraphOp>(step) != nullptr) {
            return Error{ErrorCode::kUnsupported, "the network has loops or branches, which are not run"};
        }
        for (const auto& output : step->outputs()) {
            if (output.get_partial_shape().is_dynamic()) {
                return Error{ErrorCode::kUnsupported, "the network's shapes are not fixed"};
            }
            std::size_t count = 1;
            for (const std::size_t length : output.get_shape()) {
                if (length != 0 && count > ForeignNetwork::kMostNumbers / length) {
                    return Error{ErrorCode::kLimit, "a step of the network gives more than " +
                                                        std::to_string(ForeignNetwork::kMostNumbers) + " numbers"};
                }
                count *= length;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

ForeignNetwork::ForeignNetwork(std::unique_ptr<State> state) : state_(std::move(state)) {}
ForeignNetwork::ForeignNetwork(ForeignNetwork&&) noexcept = default;
ForeignNetwork& ForeignNetwork::operator=(ForeignNetwork&&) noexcept = default;
ForeignNetwork::~ForeignNetwork() = default;

const TensorDescription& ForeignNetwork::input() const {
    return state_->inputs.front();
}
const TensorDescription& ForeignNetwork::output() const {
    return state_->outputs.front();
}

Result<ForeignNetwork> ForeignNetwork::open(std::span<const std::uint8_t> onnx, int threads) {
    if (threads < 1 || threads > kMostThreads) {
        return Error{ErrorCode::kUsage, "a network takes 1 to " + std::to_string(kMostThreads) + " threads"};
    }
    if (onnx.size() > kMostBytes) {
        return Error{ErrorCode::kLimit, "a network may have at most 256 MiB"};
    }
    // Not through ov::Core::read_model, which would try every reader that OpenVINO has on it.
    auto model = guarded(
        "it holds no network in ONNX that can be read",
        [&] {
            static ov::frontend::FrontEndManager readers;
            std::istringstream stream(std::string(onnx.begin(), onnx.end()));
            const auto reader = readers.load_by_framework("onnx");
            if (onnx.empty()) {
                throw std::runtime_error("it is empty");
            }
            const auto read = reader->load(static_cast<std::istream*>(&stream));
            if (read == nullptr) {
                throw std::runtime_error("not recognised");
            }
            return reader->convert(read);
        },
        ErrorCode::kInvalid);
    if (!model) {
        return model.error();
    }
    auto state = std::make_unique<State>();
    std::optional<Error> refused;
    const auto compiled = guarded(
        "the network cannot be prepared",
        [&] {
            refused = objection(**model);
            if (!refused) {
                state->model = core().compile_model(*model, kDevice, properties_of({.threads = threads}));
                state->request = state->model.create_infer_request();
            }
            return true;
        },
        ErrorCode::kInvalid);
    if (!compiled) {
        return compiled.error();
    }
    if (refused) {
        return *refused;
    }
    auto inputs = describe(state->model.inputs(), kName), outputs = describe(state->model.outputs(), kName);
    if (!inputs || !outputs) {
        return inputs ? outputs.error() : inputs.error();
    }
    state->inputs = std::move(*inputs);
    state->outputs = std::move(*outputs);
    return ForeignNetwork(std::move(state));
}

Result<Tensor> ForeignNetwork::run(const Tensor& input) {
    auto answers = infer::run(state_->request, kName, state_->inputs, std::span(&input, 1), 1);
    if (!answers) {
        return answers.error();
    }
    const std::vector<float>& values = answers->front().values;
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
        return Error{ErrorCode::kInvalid, "the network's answer holds numbers that are not finite"};
    }
    return std::move(answers->front());
}

}  // namespace bonafide::infer
