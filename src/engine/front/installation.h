#pragma once

#include <string>
#include <vector>

namespace bonafide::engine {

/// Where the parts of this installation lie.
struct Installation {
    std::string worker;                      ///< the program bonafide-worker
    std::string data_folder;                 ///< manifest.json, calibration.json, schema
    std::vector<std::string> model_folders;  ///< below which weight files are looked for
    std::string pages_folder;                ///< built web pages; need not exist
};

/// Finds the parts beside the running code: an installed tree (PREFIX/libexec/bonafide, PREFIX/share/bonafide), else
/// the build tree it was built in.
Installation find_installation();

}  // namespace bonafide::engine
