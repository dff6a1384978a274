#include "service/http_exchange.h"

#include "base/version.h"
#include "service/public_address.h"
#include "service/stream.h"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <openssl/x509v3.h>

#include <limits>

namespace bonafide::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectWait{10};  ///< and for the handshake
constexpr std::chrono::seconds kPieceWait{30};    ///< for the other end to send or take some bytes
constexpr std::chrono::milliseconds kLook{100};   ///< between looks at the deadline and whether the service stops
constexpr std::uint32_t kMostHeaderBytes = 16 * 1024;
constexpr std::size_t kPieceBytes = 64 * 1024;

std::string lowered(beast::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return lower;
}

/// Addresses of the host that may be connected to.
Result<std::vector<tcp::endpoint>> endpoints_of(const RemoteUrl& url, bool private_addresses) {
    asio::io_context context;
    tcp::resolver resolver(context);
    beast::error_code error;
    const auto found = resolver.resolve(url.host, std::to_string(url.port), tcp::resolver::numeric_service, error);
    if (error) {
        return Error{ErrorCode::kUsage, "the host is not known: " + error.message()};
    }
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : found) {
        if (private_addresses || is_public(entry.endpoint().address())) {
            endpoints.push_back(entry.endpoint());
        }
    }
    if (endpoints.empty()) {
        return Error{ErrorCode::kUsage, "the host has no public address"};
    }
    return endpoints;
}

/// One request from its connection to the end of its answer, on the thread that runs it.
class Exchange {
  public:
    Exchange(const OutgoingRequest& request, const Outgoing& outgoing, AnswerSink& sink,
             std::vector<tcp::endpoint> endpoints)
        : request_(request), outgoing_(outgoing), sink_(sink), endpoints_(std::move(endpoints)) {
        message_.version(11);
        message_.method_string(request.method);
        message_.target(request.url.target);
        message_.set(http::field::host, request.url.authority);
        message_.set(http::field::user_agent, std::string("bonafide/") + kVersion);
        message_.set(http::field::connection, "close");
        for (const auto& [name, value] : request.headers) {
            message_.set(name, value);
        }
        message_.body() = request.body;
        message_.prepare_payload();
    }

    Result<void> run() {
        connect();
        while (!context_.stopped()) {
            context_.run_for(kLook);
            if (context_.stopped()) {
                break;
            }
            if (outgoing_.stopping) {
                fail({ErrorCode::kIo, "the service stops"});
            } else if (Clock::now() >= request_.deadline) {
                fail({ErrorCode::kLimit, "the time is over"});
            }
        }
        return failure_ ? Result<void>(*failure_) : Result<void>();
    }

  private:
    void fail(Error error) {
        if (!failure_) {
            failure_ = std::move(error);
        }
        stream_.plain().close();
    }

    /// True where there is nothing to go on with.
    bool failed(const beast::error_code& error, const char* doing) {
        if (error) {
            const ErrorCode code = error == beast::error::timeout ? ErrorCode::kLimit
                                   : error.category() == make_error_code(http::error::bad_version).category() &&
                                           error != http::error::end_of_stream && error != http::error::partial_message
                                       ? ErrorCode::kInvalid
                                       : ErrorCode::kIo;
            fail({code, std::string(doing) + ": " + error.message()});
        }
        return failure_.has_value();
    }

    void connect() {
        stream_.plain().expires_after(kConnectWait);
        stream_.plain().async_connect(endpoints_, [this](beast::error_code error, const tcp::endpoint&) {
            if (!failed(error, "no connection")) {
                on_connected();
            }
        });
    }

    void on_connected() {
        beast::error_code error, ignored;
        const auto remote = stream_.plain().socket().remote_endpoint(error).address();
        const auto local = stream_.plain().socket().local_endpoint(ignored).address();
        if (failed(error, "no connection")) {
            return;
        }
        // Whoever connects to an address of its own is given the same one: so this machine's public ones show.
        if (!outgoing_.private_addresses && (!is_public(remote) || remote == local)) {
            return fail({ErrorCode::kUsage, "the host has no public address"});
        }
        if (!request_.url.encrypted) {
            return send();
        }
        if (!outgoing_.tls || !encrypt()) {
            return fail({ErrorCode::kInternal, "TLS cannot be set up"});
        }
        stream_.plain().expires_after(kConnectWait);
        stream_.async_handshake(asio::ssl::stream_base::client,
                                [this](beast::error_code failure) { on_handshake(failure); });
    }

    /// Asks for the host by name, and accepts a certificate of that name or address alone.
    bool encrypt() {
        stream_.encrypt(outgoing_.tls);
        SSL* tls = stream_.native_tls();
        std::string host = request_.url.host;
        if (host.ends_with('.')) {
            host.pop_back();
        }
        beast::error_code no_address;
        (void)asio::ip::make_address(host, no_address);
        if (!no_address) {
            return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1;
        }
        SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
    }

    void on_handshake(const beast::error_code& error) {
        const long verified = SSL_get_verify_result(stream_.native_tls());
        if (error && verified != X509_V_OK) {
            return fail({ErrorCode::kInvalid,
                         std::string("its certificate cannot be trusted: ") + X509_verify_cert_error_string(verified)});
        }
        if (!failed(error, "no TLS connection")) {
            send();
        }
    }

    void send() {
        stream_.plain().expires_after(kPieceWait);
        http::async_write(stream_, message_, [this](beast::error_code error, std::size_t) {
            if (!failed(error, "no answer")) {
                read_head();
            }
        });
    }

    void read_head() {
        parser_.emplace();
        parser_->header_limit(kMostHeaderBytes);
        parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
        stream_.plain().expires_after(kPieceWait);
        http::async_read_header(stream_, buffer_, *parser_, [this](beast::error_code error, std::size_t) {
            if (!failed(error, "no answer")) {
                on_head();
            }
        });
    }

    void on_head() {
        const auto& message = parser_->get();
        AnswerHead head;
        head.status = static_cast<int>(message.result_int());
        if (head.status < 200) {
            return read_head();  // a word in between
        }
        for (const auto& field : message) {
            head.headers.emplace(lowered(field.name_string()), std::string(field.value()));
        }
        if (const auto length = parser_->content_length()) {
            head.length = *length;
        }
        if (!sink_.head(head)) {
            return stream_.plain().close();
        }
        read_piece();
    }

    void read_piece() {
        if (parser_->is_done()) {
            return stream_.plain().close();
        }
        piece_.resize(kPieceBytes);
        auto& body = parser_->get().body();
        body.data = piece_.data();
        body.size = piece_.size();
        body.more = true;
        stream_.plain().expires_after(kPieceWait);
        http::async_read_some(stream_, buffer_, *parser_, [this](beast::error_code error, std::size_t) {
            if (error == http::error::need_buffer) {
                error = {};  // the piece is full
            }
            if (failed(error, "the answer broke off")) {
                return;
            }
            const std::size_t size = piece_.size() - parser_->get().body().size;
            if (size > 0 && !sink_.take(std::span(piece_).first(size))) {
                return stream_.plain().close();
            }
            read_piece();
        });
    }

    const OutgoingRequest& request_;
    const Outgoing& outgoing_;
    AnswerSink& sink_;
    std::vector<tcp::endpoint> endpoints_;
    asio::io_context context_{1};
    Stream stream_{tcp::socket(context_)};
    beast::flat_buffer buffer_{kPieceBytes + 2 * kMostHeaderBytes};
    http::request<http::string_body> message_;
    std::optional<http::response_parser<http::buffer_body>> parser_;
    std::vector<std::uint8_t> piece_;
    std::optional<Error> failure_;
};

}  // namespace

Result<void> exchange(const OutgoingRequest& request, const Outgoing& outgoing, AnswerSink& sink) {
    auto endpoints = endpoints_of(request.url, outgoing.private_addresses);
    if (!endpoints) {
        return endpoints.error();
    }
    return Exchange(request, outgoing, sink, std::move(*endpoints)).run();
}

}  // namespace bonafide::service
