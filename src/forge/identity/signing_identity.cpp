// Certificates as C2PA 2.2 asks of signers: version 3, P-256, an extended key usage, no authority of its own; RFC 5280.
#include "forge/identity/signing_identity.h"

#include "forge/identity/key_files.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace bonafide::forge {
namespace {

constexpr long kDaySeconds = 86400;
constexpr long kValidDays = 3650;
constexpr std::string_view kCertificateBegin = "-----BEGIN CERTIFICATE-----";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string pem_of(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
    return bio && PEM_write_bio_X509(bio.get(), certificate) == 1 ? text_of(bio.get()) : std::string();
}

std::string pem_of(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
    const bool written =
        bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
    return written ? text_of(bio.get()) : std::string();
}

bool extend(X509* certificate, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value), X509_EXTENSION_free);
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
    std::uint64_t serial = 0;
    return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

/// A certificate for `key` signed with `issuer_key`; of an authority where `issuer` is null. Null where a step fails.
Certificate certify(const char* name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    Certificate made(X509_new(), X509_free);
    if (!made) {
        return made;
    }
    X509* const certificate = made.get();
    X509* const above = issuer != nullptr ? issuer : certificate;
    bool sound = X509_set_version(certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
                 X509_gmtime_adj(X509_getm_notBefore(certificate), -kDaySeconds) != nullptr &&
                 X509_gmtime_adj(X509_getm_notAfter(certificate), kDaySeconds * kValidDays) != nullptr &&
                 X509_set_pubkey(certificate, key) == 1;
    X509_NAME* const subject = X509_get_subject_name(certificate);
    for (const char* field : {"O", "CN"}) {
        sound = sound && X509_NAME_add_entry_by_txt(subject, field, MBSTRING_ASC,
                                                    reinterpret_cast<const unsigned char*>(name), -1, -1, 0) == 1;
    }
    sound = sound && X509_set_issuer_name(certificate, X509_get_subject_name(above)) == 1 &&
            extend(certificate, above, NID_subject_key_identifier, "hash") &&
            extend(certificate, above, NID_authority_key_identifier, "keyid:always") &&
            extend(certificate, above, NID_basic_constraints,
                   issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
            extend(certificate, above, NID_key_usage,
                   issuer == nullptr ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    if (issuer != nullptr) {
        sound = sound && extend(certificate, above, NID_ext_key_usage, "emailProtection");
    }
    if (!sound || X509_sign(certificate, issuer_key, EVP_sha256()) == 0) {
        made.reset();
    }
    return made;
}

}  // namespace

Result<SigningIdentity> make_signing_identity() {
    const Key authority_key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Error failure{ErrorCode::kInternal, "cannot make a signing key"};
    if (!authority_key || !key) {
        return failure;
    }
    const Certificate authority =
        certify("Bonafide forge, authority of one installation", authority_key.get(), nullptr, authority_key.get());
    const Certificate signer = !authority ? Certificate(nullptr, X509_free)
                                          : certify("Bonafide forge", key.get(), authority.get(), authority_key.get());
    if (!signer) {
        return failure;
    }
    SigningIdentity identity{pem_of(key.get()), pem_of(signer.get()) + pem_of(authority.get())};
    return identity.key_pem.empty() ? Result<SigningIdentity>(failure) : Result<SigningIdentity>(std::move(identity));
}

Result<SigningIdentity> signing_identity(const std::string& folder) {
    const std::string path = folder + "/signing.pem";
    Result<std::string> text = Error{};
    if (access(path.c_str(), F_OK) == 0) {
        text = read_private(path);
    } else {
        const auto made = make_signing_identity();
        if (!made) {
            return made.error();
        }
        text = keep_private(path, made->key_pem + made->certificates_pem);
    }
    if (!text) {
        return text.error();
    }
    const std::size_t certificates = text->find(kCertificateBegin);
    if (certificates == 0 || certificates == std::string::npos) {
        return Error{ErrorCode::kInvalid, path + " is damaged; delete it, and a new key is made"};
    }
    SigningIdentity identity{text->substr(0, certificates), text->substr(certificates)};
    const std::string authority = folder + "/authority.pem";
    if (access(authority.c_str(), F_OK) != 0) {
        std::ofstream(authority) << authority_of(identity);  // a convenience: it can be cut out of signing.pem as well
    }
    return identity;
}

std::string authority_of(const SigningIdentity& identity) {
    const std::size_t last = identity.certificates_pem.rfind(kCertificateBegin);
    return last == std::string::npos ? std::string() : identity.certificates_pem.substr(last);
}

}  // namespace bonafide::forge
