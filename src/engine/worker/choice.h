#pragma once

#include "analysis/scheduler.h"
#include "engine/protocol/job.h"

#include <vector>

namespace bonafide::engine {

/// Whether `id` matches `glob`: `*` any run of characters, `?` any one; nothing else is special.
bool matches(std::string_view id, std::string_view glob);

/// The analyzers that `job` asks for and that look at `kind`, with their parameters, in order of id; kUsage for a
/// choice that names nothing.
Result<std::vector<analysis::Planned>> plan_for(const Job& job, ingest::MediaKind kind);

}  // namespace bonafide::engine
