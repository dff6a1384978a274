#pragma once

#include "base/result.h"
#include "infer/model_store.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bonafide::infer {

/// A dense block of numbers, last dimension contiguous. The unit and range are the model's (ModelEntry::input,
/// ::output).
struct Tensor {
    std::vector<std::size_t> shape;  ///< for example {1, 128, 128, 3}
    std::vector<float> values;       ///< as many as the product of `shape`
};

/// An input or output of a model. A dimension that the caller chooses at each run is 0.
struct TensorDescription {
    std::string name;
    std::vector<std::size_t> shape;
};

/// Arithmetic of the model. Only f32 replays alike on every machine; a report made with another must name it.
enum class Precision { kF32, kBf16 };

/// What may happen to the folder of compiled models. While untrusted input is analysed nothing may be written: a broken
/// parser must not be able to leave anything behind for the next input.
enum class CachePolicy { kReadOnly, kReadWrite };

struct SessionOptions {
    int threads = 1;  ///< in [1, 256]
    Precision precision = Precision::kF32;
    CachePolicy cache = CachePolicy::kReadOnly;
};

/// Makes ready what opening a session needs of the system, for a process that is about to give up opening files: loads
/// the system libraries that the runtime's plug-ins name, and returns the folder that it will load these plug-ins from,
/// which has to stay readable (empty: not found). Loads no plug-in itself: that would cost every process time and
/// memory.
std::string prepare_for_isolation();

/// A compiled model, ready to run. Movable. Calls of run() must not overlap: make one session a thread.
class Session {
  public:
    /// Checks the model's SHA-256, then compiles it, or loads what an earlier call compiled from store.cache_folder().
    /// The store's errors (kUsage, kIo, kInvalid: unknown, missing, altered); kUsage: an option out of range;
    /// kUnsupported: inputs or outputs that are not f32; kInternal: OpenVINO refused. A cache that is absent, altered,
    /// or foreign never fails: it is not used.
    static Result<Session> open(const ModelStore& store, const std::string& id, const SessionOptions& options);

    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    /// Runs the model once. `inputs` in the order of inputs(); answers in the order of outputs().
    /// kUsage: number, shape or size of the inputs does not fit; kInternal: OpenVINO failed.
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs);

    const std::vector<TensorDescription>& inputs() const;
    const std::vector<TensorDescription>& outputs() const;
    /// Of the weight file, for the findings.
    const std::string& model_sha256() const;
    /// Whether the compiled model came from the cache.
    bool loaded_from_cache() const;

  private:
    struct State;
    explicit Session(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace bonafide::infer
