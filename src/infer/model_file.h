#pragma once

#include "infer/model_store.h"

#include <string>

namespace bonafide::infer {

/// The bytes of a model whose format is our own, for the analyzer that can parse it. Errors of
/// ModelStore::verified_path, and kIo where the file cannot be read to its end.
Result<std::string> read_model(const ModelStore& models, const std::string& id);

}  // namespace bonafide::infer
