#pragma once

#include <string>

namespace bonafide::cli {

/// Names and reasons as a terminal may show them: what is no printable ASCII becomes '?'.
std::string printable(std::string text);
/// Says what is wrong on standard error; the exit code for it.
int complain(const std::string& message);
/// The folder of the user's own data of this program: bonafide in XDG_DATA_HOME, else in ~/.local/share.
std::string user_data_folder();

/// The path of the program `name` in the first folder of PATH that has it; empty where none has. Folders that are not
/// named from the root are left out: what lies there depends on where one stands.
std::string program_in_path(const std::string& name);

}  // namespace bonafide::cli
