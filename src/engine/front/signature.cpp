// Detached Ed25519 signatures (RFC 8032) over the exact bytes of a report: docs/adr/0015-signed-reports.md.
#include "engine/front/signature.h"

#include "base/hash.h"
#include "report/free_json.h"

#include <sodium.h>

#include <algorithm>

namespace bonafide::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "bonafide.signature/1";
constexpr const char* kAlgorithm = "Ed25519";
constexpr std::size_t kMostSignatureBytes = 64 * 1024;
constexpr const char* kDoesNotFit = "the signature does not fit the report: one of the two was altered";

/// The bytes that `value` stands for in base64; nothing where it is no text, or not of that size.
template <std::size_t size>
std::optional<std::array<std::uint8_t, size>> bytes_at(const Json& object, const char* key) {
    std::array<std::uint8_t, size> bytes{};
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) {
        return std::nullopt;
    }
    const auto& text = found->get_ref<const std::string&>();
    std::size_t count = 0;
    const char* end = nullptr;
    const bool read = sodium_base642bin(bytes.data(), size, text.data(), text.size(), nullptr, &count, &end,
                                        sodium_base64_VARIANT_ORIGINAL) == 0;
    return read && count == size && end == text.data() + text.size() ? std::optional(bytes) : std::nullopt;
}

std::string base64_of(const std::uint8_t* bytes, std::size_t size) {
    std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the terminating zero
    return text;
}

std::string sha256_of(std::string_view bytes) {
    return sha256_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

const char* name_of(SignatureState state) {
    switch (state) {
        case SignatureState::kAbsent:
            return "absent";
        case SignatureState::kInvalid:
            return "invalid";
        case SignatureState::kUnknownKey:
            return "unknown_key";
        case SignatureState::kValid:
            return "valid";
    }
    return "invalid";
}

std::string SigningKey::sign(std::string_view document) const {
    std::array<std::uint8_t, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr, reinterpret_cast<const unsigned char*>(document.data()),
                         document.size(), secret_.data());
    const Json json = {{"schema", kSchema},
                       {"algorithm", kAlgorithm},
                       {"signed_sha256", sha256_of(document)},
                       {"public_key", base64_of(public_key_.bytes.data(), public_key_.bytes.size())},
                       {"signature", base64_of(signature.data(), signature.size())}};
    return json.dump(2) + "\n";
}

SignatureCheck check_signature(std::string_view document, const std::optional<std::string>& signature,
                               const std::vector<PublicKey>& trusted) {
    if (!signature) {
        return {SignatureState::kAbsent, "there is no signature", ""};
    }
    SignatureCheck check{SignatureState::kInvalid, "the signature file is damaged, or no signature", ""};
    const Result<Json> parsed = report::parse_json(*signature, kMostSignatureBytes);
    if (!parsed || !parsed->is_object() || parsed->value("schema", Json()) != kSchema ||
        parsed->value("algorithm", Json()) != kAlgorithm) {
        return check;
    }
    const auto key = bytes_at<crypto_sign_PUBLICKEYBYTES>(*parsed, "public_key");
    const auto proof = bytes_at<crypto_sign_BYTES>(*parsed, "signature");
    if (!key || !proof) {
        return check;
    }
    const PublicKey signer{*key};
    check.fingerprint = fingerprint_of(signer);
    // Told apart for the reader's sake; the signature alone decides.
    const bool is_of_these_bytes = parsed->value("signed_sha256", Json()) == sha256_of(document);
    const bool fits =
        crypto_sign_verify_detached(proof->data(), reinterpret_cast<const unsigned char*>(document.data()),
                                    document.size(), signer.bytes.data()) == 0;
    if (!fits || !is_of_these_bytes) {
        check.reason = kDoesNotFit;
        return check;
    }
    if (std::find(trusted.begin(), trusted.end(), signer) == trusted.end()) {
        check.state = SignatureState::kUnknownKey;
        check.reason = "the signature fits, but its key is not among those trusted here";
        return check;
    }
    check.state = SignatureState::kValid;
    check.reason = "the report is as it was signed, with a key that is trusted here";
    return check;
}

}  // namespace bonafide::engine
