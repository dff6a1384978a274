#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::analyzers::credentials {

/// A certificate authority and a signer below it, made anew (P-256), so that no key lies in the repository and nothing
/// expires.
struct TestIdentity {
    std::string authority_pem;  ///< the root certificate: a trust anchor
    std::string chain_pem;      ///< signer first, then the root
    std::string key_pem;        ///< PKCS #8
};
TestIdentity make_test_identity();

/// `asset` with a manifest of `manifest_json` (libc2pa's builder format) signed by `identity` and embedded. Empty where
/// signing fails.
std::vector<std::uint8_t> sign_asset(const std::vector<std::uint8_t>& asset, const std::string& media_type,
                                     const std::string& manifest_json, const TestIdentity& identity);

}  // namespace bonafide::analyzers::credentials
