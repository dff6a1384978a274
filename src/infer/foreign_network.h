#pragma once

#include "base/result.h"
#include "infer/session.h"

#include <cstdint>
#include <memory>
#include <span>

namespace bonafide::infer {

/// A network that did not come with this installation: somebody's own training, as ONNX. It is untrusted input, to be
/// opened where a hostile file is, in a process that has given up files and network: weights that a file keeps in other
/// files are not found there. Only the reader of ONNX sees it. Nothing of it is cached. Movable; calls of run() must
/// not overlap.
class ForeignNetwork {
  public:
    static constexpr std::size_t kMostBytes = std::size_t{256} << 20;
    static constexpr std::size_t kMostSteps = 2000;
    static constexpr std::size_t kMostNumbers = std::size_t{1} << 24;  ///< in what one step gives

    /// kLimit: larger than the limits above; kInvalid: no ONNX that can be read; kUnsupported: not one input and one
    /// output of f32, shapes that are not fixed, or steps that hold steps (loops, branches); kUsage: `threads` out of
    /// [1, 256].
    static Result<ForeignNetwork> open(std::span<const std::uint8_t> onnx, int threads);

    ForeignNetwork(ForeignNetwork&&) noexcept;
    ForeignNetwork& operator=(ForeignNetwork&&) noexcept;
    ~ForeignNetwork();

    const TensorDescription& input() const;
    const TensorDescription& output() const;
    /// kUsage: `input` does not fit; kInvalid: the answer holds a number that is not finite; kInternal: OpenVINO
    /// failed.
    Result<Tensor> run(const Tensor& input);

  private:
    struct State;
    explicit ForeignNetwork(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace bonafide::infer
