#include "infer/openvino_runtime.h"

#include <algorithm>

namespace bonafide::infer {
namespace {

bool fits(const Tensor& tensor, const TensorDescription& description) {
    if (tensor.shape.size() != description.shape.size()) return false;
    std::size_t count = 1;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        const std::size_t length = tensor.shape[i];
        if (length == 0 || (description.shape[i] != 0 && description.shape[i] != length)) return false;
        if (count > tensor.values.size() / length) return false;
        count *= length;
    }
    return count == tensor.values.size();
}

}  // namespace

ov::Core& core() {
    static ov::Core instance;
    return instance;
}

ov::AnyMap properties_of(const SessionOptions& options) {
    const ov::element::Type precision = options.precision == Precision::kF32 ? ov::element::f32 : ov::element::bf16;
    return {ov::hint::inference_precision(precision), ov::inference_num_threads(options.threads), ov::num_streams(1),
            ov::hint::enable_cpu_pinning(false)};
}

Result<std::vector<TensorDescription>> describe(const std::vector<ov::Output<const ov::Node>>& ports,
                                                const std::string& id) {
    std::vector<TensorDescription> descriptions;
    for (const auto& port : ports) {
        if (port.get_element_type() != ov::element::f32 || port.get_partial_shape().rank().is_dynamic()) {
            return Error{ErrorCode::kUnsupported,
                         "model " + id + " has an input or output that is not f32 of known rank"};
        }
        TensorDescription description;
        description.name = port.get_names().empty() ? std::string() : port.get_any_name();
        for (const ov::Dimension& dimension : port.get_partial_shape()) {
            description.shape.push_back(dimension.is_static() ? static_cast<std::size_t>(dimension.get_length()) : 0);
        }
        descriptions.push_back(std::move(description));
    }
    return descriptions;
}

Result<std::vector<Tensor>> run(ov::InferRequest& request, const std::string& id,
                                const std::vector<TensorDescription>& descriptions, std::span<const Tensor> inputs,
                                std::size_t outputs) {
    if (inputs.size() != descriptions.size()) {
        return Error{ErrorCode::kUsage, "model " + id + " takes " + std::to_string(descriptions.size()) + " inputs"};
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!fits(inputs[i], descriptions[i])) {
            return Error{ErrorCode::kUsage,
                         "input " + std::to_string(i) + " of model " + id + " has the wrong shape or size"};
        }
    }
    return guarded("cannot run model " + id, [&] {
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            ov::Tensor tensor(ov::element::f32, ov::Shape(inputs[i].shape));
            std::copy(inputs[i].values.begin(), inputs[i].values.end(), tensor.data<float>());
            request.set_input_tensor(i, tensor);
        }
        request.infer();
        std::vector<Tensor> answers;
        for (std::size_t i = 0; i < outputs; ++i) {
            const ov::Tensor tensor = request.get_output_tensor(i);
            const float* values = tensor.data<const float>();
            answers.push_back(Tensor{tensor.get_shape(), std::vector<float>(values, values + tensor.get_size())});
        }
        return answers;
    });
}

}  // namespace bonafide::infer
