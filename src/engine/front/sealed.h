#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// Shortest passphrase that is taken, bytes.
inline constexpr std::size_t kShortestPassphrase = 8;

/// Whether `bytes` are what seal() makes, by how they begin.
bool is_sealed(std::span<const std::uint8_t> bytes);

/// `bytes` so that only who knows `passphrase` can read or change them unseen: a key by Argon2id (RFC 9106) from the
/// passphrase and a fresh salt, then XChaCha20-Poly1305 over everything, the header included. Both of libsodium.
/// kUsage: the passphrase is too short; kInternal: no memory or no randomness.
Result<std::vector<std::uint8_t>> seal(std::span<const std::uint8_t> bytes, const std::string& passphrase);

/// The reverse. kInvalid: not sealed, or damaged, or of another version; kUsage: the passphrase is wrong or the bytes
/// were altered, which cannot be told apart.
Result<std::vector<std::uint8_t>> unseal(std::span<const std::uint8_t> bytes, const std::string& passphrase);

}  // namespace bonafide::engine
