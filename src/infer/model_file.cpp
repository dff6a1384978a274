#include "infer/model_file.h"

#include <fstream>
#include <sstream>

namespace bonafide::infer {

Result<std::string> read_model(const ModelStore& models, const std::string& id) {
    const auto path = models.verified_path(id);
    if (!path) {
        return path.error();
    }
    std::ifstream file(*path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file) {
        return Error{ErrorCode::kIo, "the model " + id + " cannot be read"};
    }
    return bytes.str();
}

}  // namespace bonafide::infer
