#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// What a worker sends up its pipe: a type, a name, a payload. Little endian: u8 type, u32 name length, u64 payload
/// length, name, payload.
struct Frame {
    enum class Type : std::uint8_t { kProgress = 'P', kArtifact = 'A', kReport = 'R' };
    Type type = Type::kProgress;
    std::string name;
    std::vector<std::uint8_t> payload;
};

/// Writes one frame to `fd`, whole; kIo where the other side is gone.
Result<void> write_frame(int fd, Frame::Type type, std::string_view name, std::span<const std::uint8_t> payload);

/// Puts frames together from the pieces a pipe delivers. The sender is not trusted: names and sizes are bounded.
class FrameParser {
  public:
    explicit FrameParser(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    /// Takes in `bytes` and returns the frames that are complete now; kLimit or kInvalid where the sender breaks the
    /// protocol.
    Result<std::vector<Frame>> feed(std::span<const std::uint8_t> bytes);

  private:
    std::uint64_t most_bytes_;  ///< of all payloads together
    std::uint64_t taken_bytes_ = 0;
    std::vector<std::uint8_t> pending_;
};

}  // namespace bonafide::engine
