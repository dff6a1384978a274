#pragma once

#include "base/result.h"

#include <string>

namespace bonafide::forge {

/// With what content credentials are signed. Says that this installation made a file, not who stands before it.
struct SigningIdentity {
    std::string key_pem;           ///< P-256, PKCS #8
    std::string certificates_pem;  ///< the signer's, then that of the authority it was made with, whose key is gone
};

/// A new key with a certificate of ten years, below an authority of its own. kInternal where the library refuses.
Result<SigningIdentity> make_signing_identity();

/// The identity kept in `folder`, made at first use: signing.pem (key and certificates, mode 0600), and beside it
/// authority.pem, which others may be given as a trust anchor. kIo, kUsage (others may read the key), kInvalid
/// (damaged).
Result<SigningIdentity> signing_identity(const std::string& folder);

/// The last certificate of `identity`: the trust anchor.
std::string authority_of(const SigningIdentity& identity);

}  // namespace bonafide::forge
