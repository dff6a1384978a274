#pragma once

#include "base/result.h"
#include "forge/identity/signing_identity.h"
#include "forge/order.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::forge {

/// The media type of a result's format: "png", "jpeg", "webp", "mp4", "m4a", "mp3" or "wav".
std::string media_type_of(const std::string& format);

/// The manifest that says what was made, in libc2pa's builder format: of a fake that it is a composite with synthetic
/// parts (a face of nobody: that a trained algorithm made all of it), of what was laundered that it was opened and
/// saved anew, which claims nothing of how it came to be.
std::string manifest_of(const Made& made);

/// `bytes` (of made.format) with a content credential signed by `identity`. Uses no network and no file.
/// kInternal with the library's words where it refuses.
Result<std::vector<std::uint8_t>> seal(std::span<const std::uint8_t> bytes, const Made& made,
                                       const SigningIdentity& identity);

}  // namespace bonafide::forge
