#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>

namespace bonafide {

/// SHA-256 (FIPS 180-4) of `bytes`, as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::uint8_t> bytes);

/// A file's digest and the number of bytes that went into it.
struct FileDigest {
    std::string sha256;
    std::uint64_t size_bytes = 0;
};

/// SHA-256 of everything readable through `fd` from offset 0, without moving its file position; kIo where reading
/// fails.
Result<FileDigest> sha256_of_fd(int fd);

}  // namespace bonafide
