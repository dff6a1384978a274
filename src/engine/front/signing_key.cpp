// Ed25519 keys in files: PEM as RFC 8410 has it, so that other programs can read them.
#include "base/hash.h"
#include "engine/front/private_file.h"
#include "engine/front/signature.h"
#include "forge/identity/key_files.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostKeyBytes = 64 * 1024;
// What stands before the key itself: SubjectPublicKeyInfo and PKCS #8 with the identifier 1.3.101.112.
constexpr std::array<std::uint8_t, 12> kPublicPrefix = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03,
                                                        0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::array<std::uint8_t, 16> kPrivatePrefix = {0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                         0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

template <std::size_t size>
std::string to_pem(const char* kind, const std::array<std::uint8_t, size>& prefix, const std::uint8_t* key) {
    std::array<std::uint8_t, size + 32> der{};
    std::copy(prefix.begin(), prefix.end(), der.begin());
    std::copy(key, key + 32, der.begin() + size);
    // 60 or 64 characters: one line.
    std::array<char, sodium_base64_ENCODED_LEN(size + 32, sodium_base64_VARIANT_ORIGINAL)> text{};
    sodium_bin2base64(text.data(), text.size(), der.data(), der.size(), sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(der.data(), der.size());
    const std::string label = std::string(kind) + " KEY-----\n";
    return "-----BEGIN " + label + text.data() + "\n-----END " + label;
}

template <std::size_t size>
std::optional<std::array<std::uint8_t, 32>> from_pem(const char* kind, const std::array<std::uint8_t, size>& prefix,
                                                     std::string_view pem) {
    const std::string begin = "-----BEGIN " + std::string(kind) + " KEY-----";
    const std::size_t at = pem.find(begin), end = pem.find("-----END", at == std::string_view::npos ? 0 : at + 1);
    if (at == std::string_view::npos || end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view body = pem.substr(at + begin.size(), end - at - begin.size());
    std::array<std::uint8_t, size + 32> der{};
    std::size_t count = 0;
    const char* rest = nullptr;
    if (sodium_base642bin(der.data(), der.size(), body.data(), body.size(), " \r\n", &count, &rest,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        count != der.size() || rest != body.data() + body.size() ||
        !std::equal(prefix.begin(), prefix.end(), der.begin())) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 32> key{};
    std::copy(der.begin() + size, der.end(), key.begin());
    sodium_memzero(der.data(), der.size());
    return key;
}

Result<PublicKey> read_public_key(const std::string& path) {
    const auto bytes = read_private_file(path, kMostKeyBytes);
    if (!bytes) {
        return bytes.error();
    }
    if (!*bytes) {
        return Error{ErrorCode::kIo, "cannot read " + path + ": there is no such file"};
    }
    auto key = public_key_from({reinterpret_cast<const char*>((*bytes)->data()), (*bytes)->size()});
    return key ? key : Error{ErrorCode::kInvalid, path + ": " + key.error().message};
}

}  // namespace

std::string fingerprint_of(const PublicKey& key) {
    std::array<std::uint8_t, kPublicPrefix.size() + 32> der{};
    std::copy(kPublicPrefix.begin(), kPublicPrefix.end(), der.begin());
    std::copy(key.bytes.begin(), key.bytes.end(), der.begin() + kPublicPrefix.size());
    return sha256_hex(der);
}

std::string pem_of(const PublicKey& key) {
    return to_pem("PUBLIC", kPublicPrefix, key.bytes.data());
}

Result<PublicKey> public_key_from(std::string_view pem) {
    const auto bytes = from_pem("PUBLIC", kPublicPrefix, pem);
    return bytes ? Result<PublicKey>(PublicKey{*bytes})
                 : Error{ErrorCode::kInvalid, "no Ed25519 public key in PEM (a private key is never to be given)"};
}

Result<std::vector<PublicKey>> read_public_keys(const std::vector<std::string>& paths) {
    std::vector<PublicKey> keys;
    for (const std::string& path : paths) {
        std::error_code error;
        std::vector<std::string> files = {path};
        if (fs::is_directory(path, error)) {
            files.clear();
            for (const auto& entry : fs::directory_iterator(path, error)) {
                if (entry.path().extension() == ".pem") {
                    files.push_back(entry.path().string());
                }
            }
            std::sort(files.begin(), files.end());
            if (files.empty()) {
                return Error{ErrorCode::kUsage, "the folder " + path + " holds no key (*.pem)"};
            }
        }
        for (const std::string& file : files) {
            auto key = read_public_key(file);
            if (!key) {
                return key.error();
            }
            keys.push_back(*key);
        }
    }
    return keys;
}

SigningKey::~SigningKey() {
    sodium_memzero(secret_.data(), secret_.size());
}

Result<SigningKey> SigningKey::open(const std::string& folder) {
    if (sodium_init() < 0) {
        return Error{ErrorCode::kInternal, "the library for signatures does not start"};
    }
    const std::string path = folder + "/signing-key.pem";
    Result<std::string> text = Error{};
    if (access(path.c_str(), F_OK) == 0) {
        text = forge::read_private(path);
    } else {
        std::array<std::uint8_t, crypto_sign_SEEDBYTES> fresh{};
        randombytes_buf(fresh.data(), fresh.size());
        text = forge::keep_private(path, to_pem("PRIVATE", kPrivatePrefix, fresh.data()));
        sodium_memzero(fresh.data(), fresh.size());
    }
    if (!text) {
        return text.error();
    }
    auto seed = from_pem("PRIVATE", kPrivatePrefix, *text);
    if (!seed) {
        return Error{ErrorCode::kInvalid, path + " is damaged; delete it, and a new key is made"};
    }
    SigningKey key;
    crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_.data(), seed->data());
    sodium_memzero(seed->data(), seed->size());
    sodium_memzero(text->data(), text->size());
    const std::string shared = folder + "/signing-key.pub.pem";
    if (access(shared.c_str(), F_OK) != 0) {
        std::ofstream(shared) << pem_of(key.public_key_);  // a convenience: each signature names the key as well
    }
    return key;
}

}  // namespace bonafide::engine
