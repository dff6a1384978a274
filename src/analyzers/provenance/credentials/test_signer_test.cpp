// Signs generated pictures as any signer does, for the tests beside it.
#include "analyzers/provenance/credentials/test_signer.h"

#include "media/c2pa_library.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

struct StreamContext {
    std::vector<std::uint8_t> bytes;
    std::size_t position = 0;
};

namespace bonafide::analyzers::credentials {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::string to_text(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

std::string pem_of(X509* certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(bio.get(), certificate);
    return to_text(bio.get());
}

void extend(X509* certificate, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value), X509_EXTENSION_free);
    X509_add_ext(certificate, extension.get(), -1);
}

Certificate make_certificate(const char* name, int serial, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    Certificate certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400 * 30);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    for (const char* field : {"O", "CN"}) {
        X509_NAME_add_entry_by_txt(subject, field, MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1,
                                   0);
    }
    X509* const above = issuer != nullptr ? issuer : certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(above));
    extend(certificate.get(), above, NID_subject_key_identifier, "hash");
    extend(certificate.get(), above, NID_authority_key_identifier, "keyid:always");
    extend(certificate.get(), above, NID_basic_constraints,
           issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(certificate.get(), above, NID_key_usage,
           issuer == nullptr ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    if (issuer != nullptr) {
        extend(certificate.get(), above, NID_ext_key_usage, "emailProtection");
    }
    X509_sign(certificate.get(), issuer_key, EVP_sha256());
    return certificate;
}

std::intptr_t read_memory(StreamContext* context, std::uint8_t* data, std::intptr_t length) {
    const std::size_t left = context->bytes.size() - std::min(context->position, context->bytes.size());
    const std::size_t count = std::min(left, static_cast<std::size_t>(length));
    std::copy_n(
        context->bytes.begin() + static_cast<std::ptrdiff_t>(std::min(context->position, context->bytes.size())), count,
        data);
    context->position += count;
    return static_cast<std::intptr_t>(count);
}

std::intptr_t seek_memory(StreamContext* context, std::intptr_t offset, int mode) {
    const std::intptr_t base =
        mode == 0 ? 0 : static_cast<std::intptr_t>(mode == 1 ? context->position : context->bytes.size());
    context->position = static_cast<std::size_t>(base + offset);
    return base + offset;
}

std::intptr_t write_memory(StreamContext* context, const std::uint8_t* data, std::intptr_t length) {
    const auto count = static_cast<std::size_t>(length);
    context->bytes.resize(std::max(context->bytes.size(), context->position + count));
    std::copy_n(data, count, context->bytes.begin() + static_cast<std::ptrdiff_t>(context->position));
    context->position += count;
    return length;
}

std::intptr_t flush_memory(StreamContext*) {
    return 0;
}

}  // namespace

TestIdentity make_test_identity() {
    const Key root_key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Certificate root = make_certificate("Bonafide Test Authority", 1, root_key.get(), nullptr, root_key.get());
    const Certificate signer = make_certificate("Bonafide Test Signer", 2, key.get(), root.get(), root_key.get());
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {pem_of(root.get()), pem_of(signer.get()) + pem_of(root.get()), to_text(bio.get())};
}

std::vector<std::uint8_t> sign_asset(const std::vector<std::uint8_t>& asset, const std::string& media_type,
                                     const std::string& manifest_json, const TestIdentity& identity) {
    StreamContext source{asset, 0};
    StreamContext target;
    const C2paSignerInfo info{"es256", identity.chain_pem.c_str(), identity.key_pem.c_str(), nullptr};
    C2paSigner* signer = c2pa_signer_from_info(&info);
    C2paBuilder* builder = c2pa_builder_from_json(manifest_json.c_str());
    std::int64_t written = -1;
    if (signer != nullptr && builder != nullptr) {
        C2paStream* input = c2pa_create_stream(&source, read_memory, seek_memory, write_memory, flush_memory);
        C2paStream* output = c2pa_create_stream(&target, read_memory, seek_memory, write_memory, flush_memory);
        const unsigned char* manifest = nullptr;
        written = c2pa_builder_sign(builder, media_type.c_str(), input, output, signer, &manifest);
        c2pa_free(manifest);
        c2pa_release_stream(input);
        c2pa_release_stream(output);
    }
    if (written < 0) {
        char* const message = c2pa_error();
        ADD_FAILURE() << "signing failed: " << (message != nullptr ? message : "?");
        c2pa_free(message);
        target.bytes.clear();
    }
    c2pa_free(builder);
    c2pa_free(signer);
    return target.bytes;
}

}  // namespace bonafide::analyzers::credentials
