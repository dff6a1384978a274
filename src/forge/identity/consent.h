#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// What may be done with one person's likeness, as the user of this installation states and signs it. The signature
/// shows that the record was not changed since; it cannot show that the person agreed.
struct Consent {
    std::string person;
    std::string purpose;             ///< one of consent_purposes()
    std::vector<std::string> kinds;  ///< of forgery, sorted: those of consent_kinds()
    std::string until;               ///< last day, "2027-01-31", UTC
    std::string made;                ///< day of the record
    std::string signer;              ///< public key, Ed25519, 64 hexadecimal digits
};

/// What a record can be for.
const std::vector<std::string>& consent_purposes();
/// The kinds of forgery that need a record.
const std::vector<std::string>& consent_kinds();
bool needs_consent(std::string_view kind);
/// The kind of record that a forgery needs: `kind` as the forge names it and, where that is "voice", what of it. Empty:
/// none.
std::string_view consent_kind_of(std::string_view kind, std::string_view voice);

/// Today in UTC, "2026-11-26".
std::string today();

/// The installation's key for consent records, kept in `folder` as consent.key (mode 0600), made at first use.
class ConsentKey {
  public:
    /// kIo, kUsage (others may read the key), kInvalid (damaged).
    static Result<ConsentKey> open(const std::string& folder);
    const std::string& public_key() const { return public_key_; }  ///< 64 hexadecimal digits
    /// The signed record of `consent` as JSON; `signer` is filled in. kUsage where a field is missing or malformed.
    Result<std::string> sign(Consent consent) const;

  private:
    std::string secret_, public_key_;  ///< bytes; hexadecimal
};

/// Reads a record and checks form and signature, whoever signed. kInvalid: no record, or changed since it was signed.
Result<Consent> read_consent(std::string_view record);

/// What a forgery that needs consent is about to do.
struct Intent {
    std::string kind;
    std::string person;  ///< whose likeness, as the user named them
    std::string today;
    std::string signer;  ///< public key of this installation
};

/// Whether `record` allows what is intended: signed here, unchanged, for this person and this kind, and not expired.
/// kUsage with the reason; a missing (empty) record is refused for every kind that needs one.
Result<Consent> check_consent(std::string_view record, const Intent& intent);

}  // namespace bonafide::forge
