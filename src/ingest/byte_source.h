#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bonafide::ingest {

/// Random access to an input's bytes; never knows a file name. Thread-safe: reading keeps no position.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    virtual std::uint64_t size_bytes() const = 0;

    /// Copies up to `out.size()` bytes from `offset`; returns how many there were (fewer only at the end; 0 past it or
    /// where the system fails).
    virtual std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;

    /// The bytes [offset, offset + length), shorter at the end of the input. The caller bounds `length`.
    std::vector<std::uint8_t> read(std::uint64_t offset, std::size_t length) const;

    /// Everything, or kLimit when that is more than `most_bytes`.
    Result<std::vector<std::uint8_t>> read_all(std::uint64_t most_bytes) const;
};

/// Reads through `fd` (not owned) with pread.
std::unique_ptr<ByteSource> open_fd(int fd, std::uint64_t size_bytes);

/// Reads from memory that outlives the source.
std::unique_ptr<ByteSource> open_memory(std::span<const std::uint8_t> bytes);

}  // namespace bonafide::ingest
