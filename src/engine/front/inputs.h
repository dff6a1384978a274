#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::engine {

/// One thing to check: a file, or the reason why a place could not be looked into.
struct InputItem {
    std::string path;
    std::string problem;  ///< empty: a file to check
};

/// Walks files and folders in the order given, folders recursively and without following symbolic links, holding one
/// open folder a level and no list.
class InputWalk {
  public:
    explicit InputWalk(std::vector<std::string> paths);
    /// The next input, or nothing at the end. A folder that cannot be read is an item with a problem, once.
    std::optional<InputItem> next();

  private:
    std::optional<InputItem> next_in_folder();
    std::vector<std::string> paths_;
    std::size_t at_ = 0;
    std::string folder_;
    bool folder_had_files_ = false;
    std::filesystem::recursive_directory_iterator walk_;
};

}  // namespace bonafide::engine
