#include "service/session.h"

#include "service/secrets.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace bonafide::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint32_t kMostHeaderBytes = 16 * 1024;
constexpr std::size_t kPieceBytes = 64 * 1024;
/// Room for a piece and, in front of it, a whole chunk header with its extensions: with less, the parser may need more
/// than fits.
constexpr std::size_t kBufferBytes = kPieceBytes + 2 * kMostHeaderBytes;
constexpr std::size_t kRequestIdBytes = 12;

constexpr std::chrono::seconds kHandshakeWait{10};
constexpr std::chrono::seconds kHeadWait{60};   ///< for a whole head, and so between two requests
constexpr std::chrono::seconds kPieceWait{30};  ///< for some bytes of a body
/// After so long a body must have come faster than this, on average.
constexpr std::chrono::seconds kSlowStart{60};
constexpr double kLeastBytesPerSecond = 2048;

/// Headers that decide something: twice, two readers could each choose another.
constexpr std::array kOnce = {"host",
                              "origin",
                              "authorization",
                              "content-type",
                              "expect",
                              "content-length",
                              "content-disposition",
                              "transfer-encoding",
                              "content-encoding",
                              "idempotency-key",
                              "sec-fetch-site"};

std::string lowered(beast::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

/// Whether a handshake failed because what came is HTTP without TLS.
bool is_plain_http(const beast::error_code& error) {
    const auto code = static_cast<unsigned long>(error.value());
    return error.category() == asio::error::get_ssl_category() && ERR_GET_LIB(code) == ERR_LIB_SSL &&
           ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, std::string remote, SessionPlace place, const TlsContext& tls)
    : stream_(std::move(socket)),
      buffer_(kBufferBytes),
      timer_(stream_.get_executor()),
      place_(place),
      remote_(std::move(remote)) {
    if (tls) {
        stream_.encrypt(tls);
    }
    place_.metrics.connection_opened();
}

Session::~Session() {
    drop_sink();
    account(true);
    place_.metrics.connection_closed();
}

template <class Work, class Then>
void Session::off_thread(Work work, Then then) {
    asio::post(place_.workers, [self = shared_from_this(), work = std::move(work), then = std::move(then)]() mutable {
        decltype(work()) result{};
        try {
            result = work();
        } catch (const std::exception& exception) {
            self->place_.log.error("request.failed", {{"request_id", self->request_.id}, {"error", exception.what()}});
            asio::post(self->stream_.get_executor(), [self] {
                self->drop_sink();
                self->break_off(problems::internal("The server failed; its log says more."));
            });
            return;
        }
        asio::post(self->stream_.get_executor(),
                   [self, result = std::move(result), then = std::move(then)]() mutable { then(std::move(result)); });
    });
}

void Session::start() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->stream_.is_encrypted()) {
            self->shake_hands();
        } else {
            self->read_head();
        }
    });
}

void Session::shake_hands() {
    if (place_.draining) {
        return close();
    }
    idle_ = true;
    stream_.plain().expires_after(kHandshakeWait);
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [self = shared_from_this()](ErrorCode error) { self->on_handshake(error); });
}

void Session::on_handshake(ErrorCode error) {
    idle_ = false;
    if (!error) {
        return read_head();
    }
    if (!is_plain_http(error)) {
        return close();
    }
    // Whoever typed the wrong scheme is told so, in the only way that is understood there.
    stream_.stop_encrypting();
    begin_request();
    break_off(problems::malformed("This port speaks TLS: ask for it with https://."));
}

void Session::drain() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->idle_) {
            self->close();
        } else if (self->feed_) {
            self->wake();
        }
    });
}

void Session::read_head() {
    if (place_.draining) {
        return close();
    }
    buffer_.shrink_to_fit();
    std::vector<std::uint8_t>().swap(piece_);
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    // The sink counts: it can say what is too large. Beast 1.74 takes "no limit" for one of nothing.
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    idle_ = true;
    stream_.plain().expires_after(kHeadWait);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_head(error); });
}

void Session::begin_request() {
    began_ = Clock::now();
    accounted_ = false;
    keep_ = false;
    received_bytes_ = sent_bytes_ = 0;
    response_ = Response();
    request_ = Request();
    request_.id = random_token(kRequestIdBytes);
    request_.remote = remote_;
}

void Session::on_head(ErrorCode error) {
    idle_ = false;
    if (error && (error == http::error::end_of_stream || error == http::error::partial_message ||
                  error.category() != make_error_code(http::error::end_of_stream).category())) {
        return close();
    }
    begin_request();
    if (error) {
        const bool too_large = error == http::error::header_limit || error == http::error::buffer_overflow;
        return break_off(too_large ? problems::header_too_large()
                                   : problems::malformed("This is no HTTP request: " + error.message() + "."));
    }
    if (auto problem = take_head()) {
        return break_off(*problem);
    }
    dispatch();
}

void Session::break_off(const Problem& problem) {
    Response refusal = Response::problem(problem, request_);
    refusal.actor = response_.actor;
    refusal.close = true;
    respond(std::move(refusal));
}

/// What an upload leaves is removed where that may take its time.
void Session::drop_sink() {
    if (sink_) {
        asio::post(place_.workers, [sink = std::shared_ptr<BodySink>(std::move(sink_))] {});
    }
}

std::optional<Problem> Session::take_head() {
    const auto& head = parser_->get();
    request_.method = std::string(head.method_string());
    request_.target = std::string(head.target());
    for (const auto& field : head) {
        std::string name = lowered(field.name_string());
        const bool repeated = request_.headers.count(name) > 0;
        if (repeated && std::find(kOnce.begin(), kOnce.end(), name) != kOnce.end()) {
            return problems::malformed("The header " + name + " is there twice.");
        }
        request_.headers[std::move(name)] = std::string(field.value());
    }
    auto target = parse_target(request_.target);
    if (!target) {
        return problems::malformed("The request's target is no path.");
    }
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    if (const std::string& coding = request_.header("transfer-encoding");
        !coding.empty() && (lowered(coding) != "chunked" || head.version() < 11)) {
        return problems::malformed("Of transfer codings only \"chunked\" is understood, and from HTTP/1.1 on.");
    }
    return std::nullopt;
}

void Session::dispatch() {
    const bool has_body = parser_->chunked() || parser_->content_length_remaining().value_or(0) > 0;
    if (place_.handler.wants_body(request_)) {
        if (!parser_->chunked() && !parser_->content_length()) {
            return respond(Response::problem(problems::length_required(), request_));
        }
        return begin_body();
    }
    // A body that nobody wants is not read: what follows it on this connection is never taken for a request.
    if (auto answer = place_.handler.answer_at_once(request_)) {
        answer->close = answer->close || has_body;
        return respond(std::move(*answer));
    }
    off_thread([this] { return place_.handler.answer(request_); },
               [self = shared_from_this(), has_body](Response answer) {
                   answer.close = answer.close || has_body;
                   self->respond(std::move(answer));
               });
}

void Session::begin_body() {
    struct Begun {
        std::unique_ptr<BodySink> sink;
        Response refusal;
    };
    std::optional<std::uint64_t> length;
    if (const auto known = parser_->content_length()) {
        length = *known;
    }
    off_thread(
        [this, length] {
            Begun begun;
            begun.sink = place_.handler.begin(request_, length, begun.refusal);
            return begun;
        },
        [self = shared_from_this()](Begun begun) {
            self->response_.actor = begun.refusal.actor;
            if (begun.sink == nullptr) {
                begun.refusal.close = begun.refusal.close || !self->parser_->is_done();
                return self->respond(std::move(begun.refusal));
            }
            self->sink_ = std::move(begun.sink);
            self->piece_.resize(kPieceBytes);
            if (lowered(self->request_.header("expect")) == "100-continue" && self->buffer_.size() == 0) {
                return self->tell_to_continue();
            }
            self->read_piece();
        });
}

void Session::tell_to_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_.plain().expires_after(kPieceWait);
    asio::async_write(stream_, asio::buffer(kContinue), [self = shared_from_this()](ErrorCode error, std::size_t) {
        if (error) {
            return self->close();
        }
        self->read_piece();
    });
}

void Session::read_piece() {
    if (parser_->is_done()) {
        return off_thread([this] { return sink_->finish(); },
                          [self = shared_from_this()](Response answer) {
                              self->drop_sink();
                              answer.actor = self->response_.actor;
                              if (answer.later) {
                                  return self->answer_later(answer);
                              }
                              self->respond(std::move(answer));
                          });
    }
    auto& body = parser_->get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    body.more = true;
    stream_.plain().expires_after(kPieceWait);
    http::async_read_some(stream_, buffer_, *parser_,
                          [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_piece(error); });
}

void Session::answer_later(const Response& promise) {
    promise.later([self = shared_from_this(), actor = promise.actor](Response answer) {
        answer.actor = actor;
        asio::post(self->stream_.get_executor(),
                   [self, answer = std::move(answer)]() mutable { self->respond(std::move(answer)); });
    });
}

void Session::on_piece(ErrorCode error) {
    if (error == http::error::need_buffer) {
        error = {};  // the piece is full: the parser asks for the next one
    }
    if (error) {
        drop_sink();
        const bool malformed = error.category() == make_error_code(http::error::need_buffer).category() &&
                               error != http::error::partial_message && error != http::error::end_of_stream;
        return malformed ? break_off(problems::malformed("The body is malformed: " + error.message() + "."))
                         : close();  // whoever sent it is gone
    }
    const std::size_t size = piece_.size() - parser_->get().body().size;
    received_bytes_ += size;
    if (is_too_slow()) {
        drop_sink();
        return break_off(problems::too_slow());
    }
    if (size == 0) {
        return read_piece();
    }
    off_thread([this, size] { return sink_->take(std::span(piece_).first(size)); },
               [self = shared_from_this()](std::optional<Response> refusal) {
                   if (!refusal) {
                       return self->read_piece();
                   }
                   self->drop_sink();
                   refusal->actor = self->response_.actor;
                   refusal->close = refusal->close || !self->parser_->is_done();
                   self->respond(std::move(*refusal));
               });
}

bool Session::is_too_slow() const {
    const auto passed = Clock::now() - began_;
    return passed > kSlowStart &&
           static_cast<double>(received_bytes_) < kLeastBytesPerSecond * std::chrono::duration<double>(passed).count();
}

}  // namespace bonafide::service
