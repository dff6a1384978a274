// A header of 8 bytes (name and version), the salt of 16 and the nonce of 24, then the ciphertext with its tag. The
// cost of the key is fixed by the version, so that a foreign file cannot ask for more work or memory.
#include "engine/front/sealed.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace bonafide::engine {
namespace {

constexpr std::array<std::uint8_t, 8> kHeader = {'B', 'F', 'S', 'E', 'A', 'L', 0, 1};
constexpr std::size_t kSaltAt = kHeader.size();
constexpr std::size_t kNonceAt = kSaltAt + crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t kBodyAt = kNonceAt + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// Half a second and 256 MiB a guess (libsodium: "moderate").
constexpr unsigned long long kPasses = crypto_pwhash_argon2id_OPSLIMIT_MODERATE;
constexpr std::size_t kKeyMemory = crypto_pwhash_argon2id_MEMLIMIT_MODERATE;

/// A key that is wiped when it is no longer needed.
struct Key {
    std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> bytes{};
    Key() = default;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key() { sodium_memzero(bytes.data(), bytes.size()); }

    Result<void> derive(const std::string& passphrase, const std::uint8_t* salt) {
        if (sodium_init() < 0 ||
            crypto_pwhash_argon2id(bytes.data(), bytes.size(), passphrase.data(), passphrase.size(), salt, kPasses,
                                   kKeyMemory, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
            return Error{ErrorCode::kInternal, "no memory for the passphrase's key (256 MiB are needed)"};
        }
        return {};
    }
};

}  // namespace

bool is_sealed(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= kHeader.size() && std::equal(kHeader.begin(), kHeader.end() - 1, bytes.begin());
}

Result<std::vector<std::uint8_t>> seal(std::span<const std::uint8_t> bytes, const std::string& passphrase) {
    if (passphrase.size() < kShortestPassphrase) {
        return Error{ErrorCode::kUsage,
                     "a passphrase has at least " + std::to_string(kShortestPassphrase) + " characters"};
    }
    if (sodium_init() < 0) {
        return Error{ErrorCode::kInternal, "the system gives no random numbers"};
    }
    std::vector<std::uint8_t> sealed(kBodyAt + bytes.size() + kTagBytes);
    std::copy(kHeader.begin(), kHeader.end(), sealed.begin());
    randombytes_buf(sealed.data() + kSaltAt, kBodyAt - kSaltAt);
    Key key;
    if (auto derived = key.derive(passphrase, sealed.data() + kSaltAt); !derived) {
        return derived.error();
    }
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kBodyAt, nullptr, bytes.data(), bytes.size(),
                                                     sealed.data(), kBodyAt, nullptr, sealed.data() + kNonceAt,
                                                     key.bytes.data());
    return sealed;
}

Result<std::vector<std::uint8_t>> unseal(std::span<const std::uint8_t> bytes, const std::string& passphrase) {
    if (!is_sealed(bytes) || bytes.size() < kBodyAt + kTagBytes) {
        return Error{ErrorCode::kInvalid, "it is not an encrypted file of Bonafide, or it ends early"};
    }
    if (bytes[kHeader.size() - 1] != kHeader.back()) {
        return Error{ErrorCode::kInvalid, "it was encrypted by another version of Bonafide"};
    }
    Key key;
    if (auto derived = key.derive(passphrase, bytes.data() + kSaltAt); !derived) {
        return derived.error();
    }
    std::vector<std::uint8_t> opened(bytes.size() - kBodyAt - kTagBytes);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(opened.data(), nullptr, nullptr, bytes.data() + kBodyAt,
                                                   bytes.size() - kBodyAt, bytes.data(), kBodyAt,
                                                   bytes.data() + kNonceAt, key.bytes.data()) != 0) {
        return Error{ErrorCode::kUsage, "the passphrase is wrong, or the file was altered"};
    }
    return opened;
}

}  // namespace bonafide::engine
