#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace bonafide::report {

/// The JSON Schema (draft 2020-12) of bonafide.report/1 for a build with the given analyzers: a finding's analyzer id,
/// and the names and units of its measurements, are then checked as well. `analyzers` is an array of
/// {"id": "image.noise.level", "emits": [{"name": "...", "unit": "...", "meaning": "..."}]}; ENSURE that it has this
/// form. With an empty array any analyzer id passes, as for reports of another build.
std::string report_schema(const nlohmann::ordered_json& analyzers);

}  // namespace bonafide::report
