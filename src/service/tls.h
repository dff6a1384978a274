#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace bonafide::service {

/// Settings, certificates and keys of TLS connections; null where there is no TLS. Shared: another may take its place
/// while connections are being made with this one.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// What a server shows to whoever connects.
struct ServerCertificate {
    TlsContext context;
    std::int64_t expires_ms = 0;      ///< Unix time
    bool key_open_to_others = false;  ///< every account of the machine may read the key file
};

/// Reads a chain of certificates, the server's own first, and its private key, each from a PEM file. TLS 1.2 at least,
/// no renegotiation. kIo and kInvalid name the file that cannot be read or used; kInvalid also where the key is not the
/// certificate's, or is encrypted: nobody is there to be asked for a passphrase.
Result<ServerCertificate> read_server_certificate(const std::string& certificate_file, const std::string& key_file);

/// What connections to other servers trust: the authorities that the system knows, and the certificates (PEM) of
/// `authorities_file` besides; empty: none. TLS 1.2 at least. kIo, kInvalid.
Result<TlsContext> make_client_tls(const std::string& authorities_file);

}  // namespace bonafide::service
