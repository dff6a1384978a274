#pragma once

#include <string_view>

namespace bonafide::service {

/// The OpenAPI 3.1 document of the interface (openapi.json), compiled in.
extern const std::string_view kOpenApi;

}  // namespace bonafide::service
