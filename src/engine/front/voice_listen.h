#pragma once

#include "engine/front/installation.h"
#include "engine/protocol/job.h"
#include "engine/protocol/voices.h"

#include <string>

namespace bonafide::engine {

/// What a worker heard in one file.
struct VoiceListen {
    HeardVoices heard;
    std::string sha256;  ///< of the file
};

/// Lets a worker listen for voices in the file at `path`. Errors in words a person understands: it cannot be opened or
/// decoded, takes too long, has no sound. That nobody speaks is no error.
Result<VoiceListen> listen_for_voices(const std::string& path, Job job, const Installation& installation);

}  // namespace bonafide::engine
