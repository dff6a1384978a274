#include "models.h"

#include "engine/front/installation.h"

namespace bonafide::python {
namespace {

using features::faces::Detector;
using features::faces::Mesh;
using features::faces::Recogniser;

Result<Looker> open_looker(const infer::ModelStore& store, const infer::SessionOptions& options) {
    auto detector = Detector::open(store, options);
    if (!detector) {
        return detector.error();
    }
    auto mesh = Mesh::open(store, options);
    if (!mesh) {
        return mesh.error();
    }
    return Looker{std::move(*detector), std::move(*mesh)};
}

}  // namespace

const infer::ModelStore& models() {
    static const Result<infer::ModelStore> store = [] {
        const engine::Installation installation = engine::find_installation();
        return infer::ModelStore::open(installation.data_folder + "/manifest.json", installation.model_folders, "");
    }();
    if (!store) {
        throw Failure(store.error());
    }
    return *store;
}

// Never destroyed: when the interpreter ends, the runtime's own threads and statics may have ended before.
Ready<Looker>& lookers() {
    static auto* ready = new Ready<Looker>(open_looker);
    return *ready;
}

Ready<Recogniser>& recognisers() {
    static auto* ready = new Ready<Recogniser>(Recogniser::open);
    return *ready;
}

}  // namespace bonafide::python
