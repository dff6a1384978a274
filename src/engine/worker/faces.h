#pragma once

#include "engine/protocol/faces.h"
#include "engine/protocol/job.h"
#include "infer/model_store.h"
#include "ingest/byte_source.h"

#include <vector>

namespace bonafide::engine {

/// What was seen, and the picture or film it was drawn on where the job asked for one.
struct LookedForFaces {
    SeenFaces faces;
    std::vector<std::uint8_t> drawing;
};

/// The faces of the picture or film in `source`, as the job's face_ fields ask; that there are none is no error. Errors
/// in words where it cannot be decoded, is a recording, or cannot be drawn as asked.
Result<LookedForFaces> look_for_faces(const Job& job, const ingest::ByteSource& source,
                                      const infer::ModelStore& models);

}  // namespace bonafide::engine
