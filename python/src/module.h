#pragma once

#include "arrays.h"
#include "base/limits.h"

namespace bonafide::python {

/// Overwrites what `given` names (time_s, duration_s, size_bytes, pixels, memory_bytes). UsageError for another name or
/// a value that is not positive.
void read_limits(const nb::dict& given, Limits& limits);

// The parts of bonafide._core, one source file each.
void add_check(nb::module_& module);
void add_faces(nb::module_& module);
void add_forge(nb::module_& module);
void add_features(nb::module_& module);

}  // namespace bonafide::python
