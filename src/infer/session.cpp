#include "infer/session.h"

#include "base/hash.h"
#include "infer/compiled_cache.h"
#include "infer/dlib_model.h"
#include "infer/openvino_runtime.h"

#include <dlfcn.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace bonafide::infer {

struct Session::State {
    std::string id;
    std::string sha256;
    ov::CompiledModel model;
    ov::InferRequest request;
    std::vector<TensorDescription> inputs;
    std::vector<TensorDescription> outputs;
    bool from_cache = false;
};

namespace {

constexpr const char* kDlibEnding = ".dat";

/// Everything a compiled model depends on: weights, OpenVINO, what the processor can do, and the options.
std::string cache_key(const ModelEntry& entry, const SessionOptions& options) {
    std::ostringstream text;
    text << entry.sha256 << '\n' << ov::get_openvino_version().buildNumber << '\n';
    text << core().get_property(kDevice, ov::device::full_name) << '\n';
    for (const std::string& capability : core().get_property(kDevice, ov::device::capabilities)) {
        text << capability << ' ';
    }
    text << '\n' << static_cast<int>(options.precision) << '\n' << options.threads;
    const std::string joined = text.str();
    return entry.id + "-" + sha256_hex(std::span(reinterpret_cast<const std::uint8_t*>(joined.data()), joined.size()));
}

/// The compiled model that the cache holds under `key`; nothing where it holds none, or one that OpenVINO does not
/// accept.
std::optional<ov::CompiledModel> import_cached(const CompiledCache& cache, const std::string& key,
                                               const ov::AnyMap& properties) {
    std::optional<std::string> compiled = cache.load(key);
    if (!compiled) return std::nullopt;
    std::istringstream stream(std::move(*compiled));
    Result<ov::CompiledModel> imported =
        guarded("cannot load a compiled model", [&] { return core().import_model(stream, kDevice, properties); });
    if (!imported) return std::nullopt;
    return std::move(*imported);
}

/// A weight file of dlib, which OpenVINO has no reader for. The bytes that are read are those that were hashed.
std::shared_ptr<ov::Model> model_of_dlib(const std::string& path, const std::string& sha256) {
    std::ifstream stream(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(stream)), {});
    if (!stream || sha256_hex(bytes) != sha256) {
        throw std::runtime_error("the weight file changed while it was read");
    }
    const auto network = read_dlib_network(bytes);
    auto model = network ? to_openvino(*network) : Result<std::shared_ptr<ov::Model>>(network.error());
    if (!model) {
        throw std::runtime_error(model.error().message);
    }
    return std::move(*model);
}

}  // namespace

std::string prepare_for_isolation() {
    // Empty shells since glibc 2.34, which nothing else may have asked for; the reader of ONNX is not loaded without.
    for (const char* library : {"librt.so.1", "libdl.so.2", "libpthread.so.0"}) {
        (void)dlopen(library, RTLD_LAZY);  // stays loaded for the life of the process
    }
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&ov::get_openvino_version), &info) == 0 || info.dli_fname == nullptr) {
        return {};
    }
    std::error_code error;
    return std::filesystem::canonical(info.dli_fname, error).parent_path().string();
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const std::vector<TensorDescription>& Session::inputs() const {
    return state_->inputs;
}
const std::vector<TensorDescription>& Session::outputs() const {
    return state_->outputs;
}
const std::string& Session::model_sha256() const {
    return state_->sha256;
}
bool Session::loaded_from_cache() const {
    return state_->from_cache;
}

Result<Session> Session::open(const ModelStore& store, const std::string& id, const SessionOptions& options) {
    if (options.threads < 1 || options.threads > kMostThreads) {
        return Error{ErrorCode::kUsage, "a session takes 1 to " + std::to_string(kMostThreads) + " threads"};
    }
    // Checked on every open, cached or not: an altered weight file must show even where its compiled form is still
    // good.
    const Result<std::string> path = store.verified_path(id);
    if (!path) return path.error();
    auto state = std::make_unique<State>();
    state->id = id;
    state->sha256 = store.find(id)->sha256;

    Result<bool> compiled = guarded("cannot compile model " + id, [&] {
        const ov::AnyMap properties = properties_of(options);
        const CompiledCache cache(store.cache_folder());
        const std::string key = cache_key(*store.find(id), options);
        if (std::optional<ov::CompiledModel> cached = import_cached(cache, key, properties)) {
            state->model = std::move(*cached);
            state->from_cache = true;
        } else {
            state->model = path->ends_with(kDlibEnding)
                               ? core().compile_model(model_of_dlib(*path, state->sha256), kDevice, properties)
                               : core().compile_model(*path, kDevice, properties);
            if (options.cache == CachePolicy::kReadWrite) {
                std::ostringstream stream;
                state->model.export_model(stream);
                // A cache that cannot be written costs time at the next start, nothing else.
                (void)cache.save(key, stream.str()).ok();
            }
        }
        state->request = state->model.create_infer_request();
        return true;
    });
    if (!compiled) return compiled.error();

    Result<std::vector<TensorDescription>> inputs = describe(state->model.inputs(), id);
    if (!inputs) return inputs.error();
    state->inputs = std::move(*inputs);
    Result<std::vector<TensorDescription>> outputs = describe(state->model.outputs(), id);
    if (!outputs) return outputs.error();
    state->outputs = std::move(*outputs);
    return Session(std::move(state));
}

Result<std::vector<Tensor>> Session::run(std::span<const Tensor> inputs) {
    return infer::run(state_->request, state_->id, state_->inputs, inputs, state_->outputs.size());
}

}  // namespace bonafide::infer
