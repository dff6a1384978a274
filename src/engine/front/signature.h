#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::engine {

/// An Ed25519 public key (RFC 8032).
struct PublicKey {
    std::array<std::uint8_t, 32> bytes{};
    bool operator==(const PublicKey&) const = default;
};

/// SHA-256 of the key as DER (SubjectPublicKeyInfo, RFC 8410), hexadecimal: what
/// `openssl pkey -pubin -in KEY.pem -outform DER | sha256sum` prints.
std::string fingerprint_of(const PublicKey& key);
/// The key as other programs read it.
std::string pem_of(const PublicKey& key);
/// kInvalid where `pem` holds no Ed25519 public key.
Result<PublicKey> public_key_from(std::string_view pem);
/// The keys in these files, and in the files *.pem of these folders. kIo, kInvalid; kUsage where a folder has none.
Result<std::vector<PublicKey>> read_public_keys(const std::vector<std::string>& paths);

/// With what reports are signed. It says that whoever holds it made a report; who that is, is for the reader to know.
class SigningKey {
  public:
    /// The key kept in `folder`, made at first use: signing-key.pem, readable by its owner alone, and beside it
    /// signing-key.pub.pem to hand out. kIo, kUsage (others may read the key), kInvalid (damaged).
    static Result<SigningKey> open(const std::string& folder);
    SigningKey(const SigningKey&) = default;
    SigningKey& operator=(const SigningKey&) = default;
    ~SigningKey();

    const PublicKey& public_key() const { return public_key_; }
    /// The text of a signature file for `document`: "bonafide.signature/1", JSON.
    std::string sign(std::string_view document) const;

  private:
    SigningKey() = default;
    std::array<std::uint8_t, 64> secret_{};
    PublicKey public_key_;
};

enum class SignatureState {
    kAbsent,      ///< there is none
    kInvalid,     ///< it does not fit the document, or is none
    kUnknownKey,  ///< it fits, but nobody here vouches for the key it was made with
    kValid,       ///< it fits, and was made with a key that is trusted here
};
const char* name_of(SignatureState state);  ///< "absent", "invalid", "unknown_key", "valid"

struct SignatureCheck {
    SignatureState state = SignatureState::kAbsent;
    std::string reason;       ///< in words
    std::string fingerprint;  ///< of the key it names; empty where there is none
};

/// Whether `signature` (the text of a signature file; nothing: there is none) is one of exactly these bytes.
SignatureCheck check_signature(std::string_view document, const std::optional<std::string>& signature,
                               const std::vector<PublicKey>& trusted);

}  // namespace bonafide::engine
