// Signature: Bernstein, Duif, Lange, Schwabe, Yang, "High-speed high-security signatures", 2012 (Ed25519), over the
// record's JSON with sorted keys and without blanks.
#include "forge/identity/consent.h"

#include "forge/identity/key_files.h"

#include <nlohmann/json.hpp>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <regex>

namespace bonafide::forge {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "bonafide.consent/1";
constexpr std::size_t kMostRecordBytes = 16 * 1024;
constexpr std::size_t kMostNameBytes = 200;

std::string hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += {kDigits[static_cast<unsigned char>(byte) >> 4], kDigits[static_cast<unsigned char>(byte) & 15]};
    }
    return text;
}

/// The bytes of exactly `size` pairs of digits; empty where it is something else.
std::string from_hex(const std::string& text, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t written = 0;
    const char* end = nullptr;
    const bool whole =
        text.size() == 2 * size && sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), size, text.data(),
                                                  text.size(), nullptr, &written, &end) == 0;
    return whole && written == size ? bytes : std::string();
}

const unsigned char* as_bytes(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool holds(const std::vector<std::string>& list, std::string_view entry) {
    return std::find(list.begin(), list.end(), entry) != list.end();
}

std::string listed(const std::vector<std::string>& entries) {
    std::string text;
    for (const std::string& entry : entries) {
        text += (text.empty() ? "" : ", ") + entry;
    }
    return text;
}

/// "2027-02-30" is no day.
bool is_day(const std::string& text) {
    static const std::regex kForm("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    if (!std::regex_match(text, kForm)) {
        return false;
    }
    const auto number = [&](std::size_t at, std::size_t length) { return std::stoi(text.substr(at, length)); };
    return std::chrono::year_month_day(std::chrono::year(number(0, 4)),
                                       std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                       std::chrono::day(static_cast<unsigned>(number(8, 2))))
        .ok();
}

bool is_text(const std::string& text) {
    return !text.empty() && text.size() <= kMostNameBytes &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// Why these fields make no consent; empty where they do.
std::string fault_of(const Consent& consent) {
    if (!is_text(consent.person)) {
        return "a consent names the person whose likeness is used, in up to 200 bytes";
    }
    if (!holds(consent_purposes(), consent.purpose)) {
        return "'" + consent.purpose + "' is no purpose; there are " + listed(consent_purposes());
    }
    if (consent.kinds.empty()) {
        return "a consent names the kinds of forgery it is for: " + listed(consent_kinds());
    }
    for (const std::string& kind : consent.kinds) {
        if (!needs_consent(kind)) {
            return "'" + kind + "' is no kind of forgery that needs consent; there are " + listed(consent_kinds());
        }
    }
    return is_day(consent.until) && is_day(consent.made) ? "" : "a consent ends on a day such as 2027-01-31";
}

json fields_of(const Consent& consent) {
    return {{"schema", kSchema},       {"person", consent.person}, {"purpose", consent.purpose},
            {"kinds", consent.kinds},  {"until", consent.until},   {"made", consent.made},
            {"signer", consent.signer}};
}

Error refusal(std::string message) {
    return {ErrorCode::kUsage, std::move(message)};
}

}  // namespace

const std::vector<std::string>& consent_purposes() {
    static const std::vector<std::string> purposes = {"satire", "research", "art", "education", "testing"};
    return purposes;
}

const std::vector<std::string>& consent_kinds() {
    static const std::vector<std::string> kinds = {"swap", "mouth", "voice"};
    return kinds;
}

bool needs_consent(std::string_view kind) {
    return holds(consent_kinds(), kind);
}

std::string_view consent_kind_of(std::string_view kind, std::string_view voice) {
    // Made anew or cut, a voice stays its own person's, and says no words that somebody has chosen.
    if (kind == "voice") {
        return voice == "convert" || voice == "mimic" ? "voice" : "";
    }
    // The voice of a video that says a text is forged first, with a record for that.
    return kind == "video" ? "mouth" : needs_consent(kind) ? kind : "";
}

std::string today() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    (void)gmtime_r(&now, &parts);
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

Result<ConsentKey> ConsentKey::open(const std::string& folder) {
    if (sodium_init() < 0) {
        return Error{ErrorCode::kInternal, "libsodium cannot be set up"};
    }
    const std::string path = folder + "/consent.key";
    Result<std::string> text = Error{};
    if (access(path.c_str(), F_OK) == 0) {
        text = read_private(path);
    } else {
        std::string seed(crypto_sign_SEEDBYTES, '\0');
        randombytes_buf(seed.data(), seed.size());
        text = keep_private(path, hex(seed) + "\n");
    }
    if (!text) {
        return text.error();
    }
    const std::string seed = from_hex(text->substr(0, text->find('\n')), crypto_sign_SEEDBYTES);
    if (seed.empty()) {
        return Error{ErrorCode::kInvalid,
                     path + " is damaged; delete it, and a new key is made (records signed with the old one end)"};
    }
    ConsentKey key;
    std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
    key.secret_.resize(crypto_sign_SECRETKEYBYTES);
    (void)crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                                   reinterpret_cast<unsigned char*>(key.secret_.data()), as_bytes(seed));
    key.public_key_ = hex(public_key);
    return key;
}

Result<std::string> ConsentKey::sign(Consent consent) const {
    consent.signer = public_key_;
    std::sort(consent.kinds.begin(), consent.kinds.end());
    consent.kinds.erase(std::unique(consent.kinds.begin(), consent.kinds.end()), consent.kinds.end());
    if (const std::string fault = fault_of(consent); !fault.empty()) {
        return refusal(fault);
    }
    if (consent.until < consent.made) {
        return refusal("a consent that ends on " + consent.until + " has ended already");
    }
    json record = fields_of(consent);
    try {
        const std::string signed_text = record.dump();  // throws where a text is not UTF-8
        std::string signature(crypto_sign_BYTES, '\0');
        (void)crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, as_bytes(signed_text),
                                   signed_text.size(), as_bytes(secret_));
        record["signature"] = hex(signature);
        return record.dump(2) + "\n";
    } catch (const json::exception&) {
        return refusal("a consent's texts are UTF-8");
    }
}

Result<Consent> read_consent(std::string_view record) {
    const Error no_record{ErrorCode::kInvalid, "this is no consent record; `bonafide forge consent new` makes one"};
    if (record.size() > kMostRecordBytes || sodium_init() < 0) {
        return no_record;
    }
    Consent consent;
    std::string signature, signed_text;
    try {
        json fields = json::parse(record);
        if (fields.at("schema") != kSchema) {
            return no_record;
        }
        signature = from_hex(fields.at("signature").get<std::string>(), crypto_sign_BYTES);
        fields.erase("signature");
        signed_text = fields.dump();  // all of it: nothing unsigned can be slipped in
        consent = {fields.at("person"), fields.at("purpose"), fields.at("kinds"),
                   fields.at("until"),  fields.at("made"),    fields.at("signer")};
    } catch (const json::exception&) {
        return no_record;
    }
    const std::string public_key = from_hex(consent.signer, crypto_sign_PUBLICKEYBYTES);
    if (public_key.empty() || signature.empty() ||
        crypto_sign_verify_detached(as_bytes(signature), as_bytes(signed_text), signed_text.size(),
                                    as_bytes(public_key)) != 0) {
        return Error{ErrorCode::kInvalid, "the consent record was changed after it was signed"};
    }
    if (const std::string fault = fault_of(consent); !fault.empty()) {
        return Error{ErrorCode::kInvalid, "the consent record makes no sense: " + fault};
    }
    return consent;
}

Result<Consent> check_consent(std::string_view record, const Intent& intent) {
    if (record.empty()) {
        return refusal("`forge " + intent.kind +
                       "` uses a person's likeness and asks for a consent record: --consent FILE; "
                       "`bonafide forge consent new --help` tells how to make one");
    }
    auto consent = read_consent(record);
    if (!consent) {
        return refusal(consent.error().message);
    }
    if (consent->signer != intent.signer) {
        return refusal("the consent record was signed with another installation's key");
    }
    if (!holds(consent->kinds, intent.kind)) {
        return refusal("the consent is for " + listed(consent->kinds) + ", not for " + intent.kind);
    }
    if (consent->person != intent.person) {
        return refusal("the consent is that of " + consent->person + ", not of " +
                       (intent.person.empty() ? "nobody (--person)" : intent.person));
    }
    if (consent->until < intent.today) {
        return refusal("the consent ended on " + consent->until);
    }
    return consent;
}

}  // namespace bonafide::forge
