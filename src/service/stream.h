#pragma once

#include "base/ensure.h"
#include "service/tls.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace bonafide::service {

/// A connection with TLS or without it, which to whoever reads and writes is the same. The clock is the connection's:
/// plain().expires_after(). One operation at a time. Meets Asio's AsyncReadStream and AsyncWriteStream.
class Stream {
  public:
    using Plain = boost::beast::tcp_stream;
    using executor_type = Plain::executor_type;

    explicit Stream(boost::asio::ip::tcp::socket socket) : plain_(std::move(socket)) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    executor_type get_executor() noexcept { return plain_.get_executor(); }
    /// What lies below TLS.
    Plain& plain() { return plain_; }

    /// From here on all goes through TLS, first of all a handshake.
    void encrypt(const TlsContext& context) { tls_.emplace(plain_, *context); }
    /// From here on all goes as it is.
    void stop_encrypting() { tls_.reset(); }
    bool is_encrypted() const { return tls_.has_value(); }
    /// OpenSSL's view of the connection. ENSURE: is_encrypted().
    SSL* native_tls() { return tls().native_handle(); }

    template <class Handler>
    void async_handshake(boost::asio::ssl::stream_base::handshake_type side, Handler&& handler) {
        tls().async_handshake(side, std::forward<Handler>(handler));
    }

    /// Says that nothing more comes, and waits for the other end to say so.
    template <class Handler>
    void async_shutdown(Handler&& handler) {
        tls().async_shutdown(std::forward<Handler>(handler));
    }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_read_some(buffers, std::forward<Handler>(handler));
        } else {
            plain_.async_read_some(buffers, std::forward<Handler>(handler));
        }
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_write_some(buffers, std::forward<Handler>(handler));
        } else {
            plain_.async_write_some(buffers, std::forward<Handler>(handler));
        }
    }

  private:
    boost::asio::ssl::stream<Plain&>& tls() {
        ENSURE(tls_.has_value());
        return *tls_;
    }

    Plain plain_;
    std::optional<boost::asio::ssl::stream<Plain&>> tls_;
};

}  // namespace bonafide::service
