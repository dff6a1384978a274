#pragma once

#include "engine/front/installation.h"
#include "engine/protocol/faces.h"
#include "engine/protocol/job.h"

#include <string>
#include <vector>

namespace bonafide::engine {

/// What a worker saw in one file.
struct FaceLook {
    SeenFaces faces;
    std::string sha256;                 ///< of the file
    std::vector<std::uint8_t> drawing;  ///< where the job asks for one
};

/// Lets a worker look for faces in the file at `path`, as the job's face_ fields ask. Errors in words a person
/// understands: it cannot be opened or decoded, takes too long, has nothing to see. The front never looks at a picture.
Result<FaceLook> look_for_faces(const std::string& path, Job job, const Installation& installation);

}  // namespace bonafide::engine
