#include "engine/front/inputs.h"

#include <utility>

namespace bonafide::engine {

namespace fs = std::filesystem;

InputWalk::InputWalk(std::vector<std::string> paths) : paths_(std::move(paths)) {}

std::optional<InputItem> InputWalk::next_in_folder() {
    std::error_code error;
    while (walk_ != fs::recursive_directory_iterator()) {
        const fs::directory_entry entry = *walk_;
        const fs::file_status status = entry.symlink_status(error);
        if (fs::is_directory(status)) {
            // increment() would end the whole walk at a folder it may not open: look first, and step over it.
            fs::directory_iterator probe(entry.path(), error);
            if (error) {
                walk_.disable_recursion_pending();
                InputItem item{entry.path().string(), "this folder cannot be read: " + error.message()};
                walk_.increment(error);
                return item;
            }
        }
        walk_.increment(error);
        if (error) {
            InputItem item{folder_, "the folder could not be read to its end: " + error.message()};
            walk_ = {};
            return item;
        }
        if (fs::is_regular_file(status)) {
            folder_had_files_ = true;
            return InputItem{entry.path().string(), ""};
        }
    }
    return std::nullopt;
}

std::optional<InputItem> InputWalk::next() {
    for (;;) {
        if (!folder_.empty()) {
            if (auto item = next_in_folder()) {
                return item;
            }
            const std::string folder = std::exchange(folder_, {});
            if (!folder_had_files_) {
                return InputItem{folder, "there is no file in this folder"};
            }
        }
        if (at_ == paths_.size()) {
            return std::nullopt;
        }
        const std::string path = paths_[at_++];
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            return InputItem{path, ""};
        }
        walk_ = fs::recursive_directory_iterator(path, error);
        if (error) {
            return InputItem{path, "this folder cannot be read: " + error.message()};
        }
        folder_ = path;
        folder_had_files_ = false;
    }
}

}  // namespace bonafide::engine
