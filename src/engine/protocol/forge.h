#pragma once

#include "base/result.h"
#include "forge/order.h"

#include <string>
#include <string_view>

namespace bonafide::engine {

/// The name under which a worker sends what it forged or sealed.
inline constexpr const char* kForgeArtifact = "forged";

/// With what, and about what, a content credential is made.
struct ForgeSeal {
    forge::Made made;
    std::string key_pem, certificates_pem;
};

/// What a worker says about the picture that it made.
std::string to_json(const forge::Made& made);
/// kInvalid where `json` is nothing of that kind, or holds numbers that cannot be. A worker has seen untrusted input:
/// what it says is believed no further than its form.
Result<forge::Made> parse_made(std::string_view json);

}  // namespace bonafide::engine
