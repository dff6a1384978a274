#include "service/tls.h"

#include <boost/asio/ssl/context.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace bonafide::service {
namespace {

namespace ssl = boost::asio::ssl;

/// In place of OpenSSL's own, which would ask at the terminal.
int refuse_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

Result<void> readable(const std::string& path) {
    if (access(path.c_str(), R_OK) != 0) {
        return Error{ErrorCode::kIo, "cannot read " + path + ": " + std::strerror(errno)};
    }
    return {};
}

/// The reason of the oldest error that OpenSSL keeps for this thread.
std::string openssl_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    return reason != nullptr ? reason : "unknown reason";
}

bool is_missing_pem() {
    const unsigned long error = ERR_peek_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Result<void> use_certificate(SSL_CTX* context, const std::string& path) {
    if (auto found = readable(path); !found) {
        return found;
    }
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) != 1) {
        return Error{ErrorCode::kInvalid, is_missing_pem()
                                              ? path + " holds no certificate in PEM form"
                                              : "cannot use the certificate in " + path + ": " + openssl_reason()};
    }
    return {};
}

Result<void> use_key(SSL_CTX* context, const std::string& path, const std::string& certificate_file) {
    if (auto found = readable(path); !found) {
        return found;
    }
    bool asked = false;
    SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
    ERR_clear_error();
    const bool used = SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    SSL_CTX_set_default_passwd_cb(context, nullptr);
    if (asked) {
        return Error{ErrorCode::kInvalid, "the key in " + path + " is encrypted: give one without a passphrase, " +
                                              "readable by the service alone"};
    }
    const bool foreign = ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509;
    if (!used && !foreign) {
        return Error{ErrorCode::kInvalid, path + " holds no private key in PEM form"};
    }
    // A key of another kind than the certificate's is taken, but stands for itself.
    if (foreign || SSL_CTX_check_private_key(context) != 1) {
        return Error{ErrorCode::kInvalid,
                     "the key in " + path + " does not belong to the certificate in " + certificate_file};
    }
    return {};
}

std::int64_t end_of(SSL_CTX* context) {
    std::tm time{};
    const X509* certificate = SSL_CTX_get0_certificate(context);
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) {
        return 0;
    }
    return std::int64_t{timegm(&time)} * 1000;
}

TlsContext make_context(ssl::context::method method) {
    auto context = std::make_shared<ssl::context>(method);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
    // Clients keep what they resume with: a server's memory must not grow with everybody who ever came.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    return context;
}

}  // namespace

Result<ServerCertificate> read_server_certificate(const std::string& certificate_file, const std::string& key_file) {
    ServerCertificate read{make_context(ssl::context::tls_server), 0, false};
    SSL_CTX* native = read.context->native_handle();
    if (auto used = use_certificate(native, certificate_file); !used) {
        return used.error();
    }
    if (auto used = use_key(native, key_file, certificate_file); !used) {
        return used.error();
    }
    read.expires_ms = end_of(native);
    struct stat status {};
    read.key_open_to_others = stat(key_file.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
    return read;
}

Result<TlsContext> make_client_tls(const std::string& authorities_file) {
    TlsContext context = make_context(ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_set_default_verify_paths(native) != 1) {
        return Error{ErrorCode::kInternal, "the system's certificate authorities cannot be set up"};
    }
    if (authorities_file.empty()) {
        return context;
    }
    if (auto found = readable(authorities_file); !found) {
        return found.error();
    }
    ERR_clear_error();
    if (SSL_CTX_load_verify_locations(native, authorities_file.c_str(), nullptr) != 1) {
        return Error{ErrorCode::kInvalid, authorities_file + " holds no certificate in PEM form"};
    }
    return context;
}

}  // namespace bonafide::service
