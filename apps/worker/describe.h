#pragma once

#include <string>

namespace bonafide::worker {

/// Every analyzer's definition as JSON: what `bonafide analyzers`, the documentation and the report's schema are
/// generated from.
std::string describe_analyzers();

}  // namespace bonafide::worker
