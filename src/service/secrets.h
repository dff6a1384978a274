#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bonafide::service {

/// `bytes` random bytes of the operating system as URL-safe base64 (RFC 4648, section 5) without padding.
std::string random_token(std::size_t bytes);

/// SHA-256 of `text`, 64 lower-case hexadecimal digits.
std::string sha256_of_text(std::string_view text);

/// HMAC-SHA-256 (RFC 2104) of `text` under `key`, 64 lower-case hexadecimal digits.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// SHA-256 (FIPS 180-4) of bytes that arrive piece by piece.
class Digest {
  public:
    Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;
    ~Digest();
    void add(std::span<const std::uint8_t> bytes);
    /// 64 lower-case hexadecimal digits. Once.
    std::string finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bonafide::service
