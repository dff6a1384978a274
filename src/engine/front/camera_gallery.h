#pragma once

#include "base/result.h"
#include "engine/protocol/camera.h"

#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// A folder of camera fingerprints, one file a camera, readable by its owner alone.
class CameraGallery {
  public:
    explicit CameraGallery(std::string folder) : folder_(std::move(folder)) {}

    /// kUsage where `name` is not made of 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit:
    /// it becomes part of a file name.
    static Result<void> check_name(const std::string& name);

    const std::string& folder() const { return folder_; }
    std::string path_of(const std::string& name) const;
    bool holds(const std::string& name) const;
    /// Names of the cameras in alphabetical order; empty where the folder does not exist. kIo where it cannot be read.
    Result<std::vector<std::string>> names() const;

    /// Reads and verifies the fingerprint of `name`.
    Result<CameraFile> read(const std::string& name) const;
    /// Writes the fingerprint of `name` at once or not at all, and makes the folder where it is missing.
    Result<void> write(const std::string& name, std::span<const std::uint8_t> bytes) const;
    Result<void> remove(const std::string& name) const;

  private:
    std::string folder_;
};

}  // namespace bonafide::engine
