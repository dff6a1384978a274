#pragma once

// What sessions and foreign networks have in common; for the sources of this folder alone.
#include "infer/session.h"

#include <openvino/openvino.hpp>

#include <exception>
#include <new>
#include <span>
#include <string>
#include <vector>

namespace bonafide::infer {

inline constexpr const char* kDevice = "CPU";
inline constexpr int kMostThreads = 256;

/// One for the process: each core loads the CPU plugin anew.
ov::Core& core();

/// inference_precision is set because OpenVINO chooses bf16 by itself where the processor has it, and reports must
/// replay alike.
ov::AnyMap properties_of(const SessionOptions& options);

/// Runs `work` and turns what OpenVINO throws into an Error. Memory exhaustion goes on: it ends the worker, not the
/// analysis alone.
template <class Work>
auto guarded(const std::string& what, Work work, ErrorCode code = ErrorCode::kInternal) -> Result<decltype(work())> {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& exception) {
        return Error{code, what + ": " + exception.what()};
    }
}

/// kUnsupported: one that is not f32 of known rank.
Result<std::vector<TensorDescription>> describe(const std::vector<ov::Output<const ov::Node>>& ports,
                                                const std::string& id);

/// Session::run, of the model `id` whose inputs are `descriptions`.
Result<std::vector<Tensor>> run(ov::InferRequest& request, const std::string& id,
                                const std::vector<TensorDescription>& descriptions, std::span<const Tensor> inputs,
                                std::size_t outputs);

}  // namespace bonafide::infer
