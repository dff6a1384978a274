#pragma once

#include <string>

namespace bonafide::cli {

/// Where this user's own data of the kind `name` lies: bonafide/NAME in XDG_DATA_HOME, or in ~/.local/share.
std::string user_data_folder(const std::string& name);

}  // namespace bonafide::cli
