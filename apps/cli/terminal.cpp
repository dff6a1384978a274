#include "terminal.h"

#include "commands.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace bonafide::cli {

std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, '?');
    return text;
}

int complain(const std::string& message) {
    std::fprintf(stderr, "bonafide: %s\n", message.c_str());
    return kFailed;
}

std::string user_data_folder() {
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') {
        return std::string(data) + "/bonafide";
    }
    const char* home = std::getenv("HOME");
    return std::string(home != nullptr ? home : ".") + "/.local/share/bonafide";
}

std::string program_in_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string program = folder + "/" + name;
        std::error_code error;
        if (folder.starts_with('/') && std::filesystem::is_regular_file(program, error) &&
            access(program.c_str(), X_OK) == 0) {
            return program;
        }
    }
    return "";
}

}  // namespace bonafide::cli
