#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// The regular file at `path`; nothing where there is none. kIo: it cannot be read; kLimit: larger than `most_bytes`.
Result<std::optional<std::vector<std::uint8_t>>> read_private_file(const std::string& path, std::uint64_t most_bytes);

/// Puts `bytes` in place of the file at `path`, at once or not at all, readable by its owner alone, and makes the
/// folder where it is missing. What was there before is overwritten with zeros before its room is given back; file
/// systems that write elsewhere instead of over what was there, and drives that do so by themselves, keep it all the
/// same.
Result<void> write_private_file(const std::string& path, std::span<const std::uint8_t> bytes);

}  // namespace bonafide::engine
