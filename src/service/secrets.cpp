#include "service/secrets.h"

#include "base/ensure.h"
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <vector>

namespace bonafide::service {
namespace {

std::string hex(std::span<const unsigned char> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

}  // namespace

std::string random_token(std::size_t bytes) {
    static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::vector<unsigned char> random(bytes);
    ENSURE(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
    std::string text;
    std::uint32_t held = 0;
    int bits = 0;
    for (const unsigned char byte : random) {
        held = held << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) {
            text.push_back(kAlphabet[held >> (bits - 6) & 63]);
        }
    }
    if (bits > 0) {
        text.push_back(kAlphabet[held << (6 - bits) & 63]);
    }
    return text;
}

std::string sha256_of_text(std::string_view text) {
    return sha256_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, 32> code{};
    unsigned int size = 0;
    ENSURE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(), &size) != nullptr);
    return hex(code);
}

struct Digest::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State() { ENSURE(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest() : state_(std::make_unique<State>()) {}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::span<const std::uint8_t> bytes) {
    ENSURE(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Digest::finish() {
    std::array<unsigned char, 32> digest{};
    ENSURE(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1);
    return hex(digest);
}

}  // namespace bonafide::service
