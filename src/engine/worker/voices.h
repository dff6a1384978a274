#pragma once

#include "engine/protocol/job.h"
#include "engine/protocol/voices.h"
#include "infer/model_store.h"
#include "ingest/byte_source.h"

namespace bonafide::engine {

/// Who speaks in the film or recording in `source`; that nobody does is no error. Errors in words where it cannot be
/// decoded or has no sound.
Result<HeardVoices> listen_for_voices(const Job& job, const ingest::ByteSource& source,
                                      const infer::ModelStore& models);

}  // namespace bonafide::engine
