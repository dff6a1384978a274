#pragma once

#include "evidence/same_face.h"

#include <string>
#include <vector>

namespace bonafide::features {

/// Who a picture or film is said to show.
struct ClaimedPerson {
    std::string name;                          ///< under which they were enrolled
    std::vector<evidence::FaceNumbers> looks;  ///< at least one
};

}  // namespace bonafide::features
