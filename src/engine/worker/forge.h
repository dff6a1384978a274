#pragma once

#include "base/result.h"
#include "engine/protocol/job.h"
#include "infer/model_store.h"
#include "ingest/byte_source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::engine {

/// What a forging task gives: the artifact, and what is said about it.
struct Forged {
    std::vector<std::uint8_t> bytes;
    std::string made_json;
};

/// Task::kForge on `input`, with `second` where the job names one.
Result<Forged> forge_picture(const Job& job, const ingest::ByteSource& input, const ingest::ByteSource* second,
                             const infer::ModelStore& models);

/// Task::kForgeSeal on `input`.
Result<Forged> seal_forgery(const Job& job, const ingest::ByteSource& input);

}  // namespace bonafide::engine
