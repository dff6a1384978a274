#include "user_folders.h"

#include <cstdlib>

namespace bonafide::cli {

std::string user_data_folder(const std::string& name) {
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') {
        return std::string(data) + "/bonafide/" + name;
    }
    const char* home = std::getenv("HOME");
    return std::string(home != nullptr ? home : ".") + "/.local/share/bonafide/" + name;
}

}  // namespace bonafide::cli
