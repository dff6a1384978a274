#pragma once

#include "infer/model_store.h"

namespace bonafide::forge {

/// For tests: the models of the source tree and of the unpacked wheels.
inline const infer::ModelStore& models() {
    static const infer::ModelStore store = [] {
        auto opened = infer::ModelStore::open(BONAFIDE_SOURCE_DIR "/models/manifest.json",
                                              {BONAFIDE_SOURCE_DIR "/models", BONAFIDE_WHEELS_DIR}, "");
        ENSURE(opened.ok());
        return std::move(*opened);
    }();
    return store;
}

}  // namespace bonafide::forge
