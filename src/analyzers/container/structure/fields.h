#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace bonafide::analyzers::structure {

/// Numbers and texts out of bytes that may be shorter than they claim: what lies outside reads as 0 or is left out.
class Fields {
  public:
    explicit Fields(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    std::size_t size() const { return bytes_.size(); }
    bool has(std::size_t offset, std::size_t length) const {
        return offset <= bytes_.size() && length <= bytes_.size() - offset;
    }

    std::uint8_t u8(std::size_t offset) const { return has(offset, 1) ? bytes_[offset] : 0; }
    std::uint64_t big(std::size_t offset, std::size_t width) const {
        std::uint64_t value = 0;
        for (std::size_t index = 0; has(offset, width) && index < width; ++index) {
            value = value << 8 | bytes_[offset + index];
        }
        return value;
    }
    std::uint64_t little(std::size_t offset, std::size_t width) const {
        std::uint64_t value = 0;
        for (std::size_t index = width; has(offset, width) && index > 0; --index) {
            value = value << 8 | bytes_[offset + index - 1];
        }
        return value;
    }
    std::uint16_t big16(std::size_t offset) const { return static_cast<std::uint16_t>(big(offset, 2)); }
    std::uint32_t big32(std::size_t offset) const { return static_cast<std::uint32_t>(big(offset, 4)); }
    std::uint64_t big64(std::size_t offset) const { return big(offset, 8); }
    std::uint32_t little32(std::size_t offset) const { return static_cast<std::uint32_t>(little(offset, 4)); }

    /// The bytes [offset, offset + length) as they are, fewer at the end.
    std::string text(std::size_t offset, std::size_t length) const {
        if (offset >= bytes_.size()) {
            return {};
        }
        const std::size_t count = length < bytes_.size() - offset ? length : bytes_.size() - offset;
        return {reinterpret_cast<const char*>(bytes_.data()) + offset, count};
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

}  // namespace bonafide::analyzers::structure
