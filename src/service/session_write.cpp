// The answering half of a connection: heads, bodies from memory and files, events, and the end.
#include "service/session.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/file_body.hpp>

#include <array>
#include <cstdio>
#include <utility>

namespace bonafide::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds kWriteWait{30};  ///< for the other end to take some bytes
constexpr std::chrono::seconds kBeat{15};       ///< between signs of life among events
constexpr std::chrono::seconds kLingerWait{5};  ///< for the rest of what nobody wants
constexpr const char* kBeatText = ": still here\n\n";
constexpr const char* kStrictTransport = "max-age=31536000";
constexpr const char* kDataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

template <class Body>
void put_head(const Response& response, const Request& request, bool keep, bool strict_transport,
              http::response<Body>& message) {
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    message.keep_alive(keep);
    message.set("X-Request-Id", request.id);
    if (!response.content_type.empty()) {
        message.set(http::field::content_type, response.content_type);
    }
    for (const auto& [name, value] : {std::pair{"X-Content-Type-Options", "nosniff"},
                                      {"Referrer-Policy", "no-referrer"},
                                      {"Cross-Origin-Resource-Policy", "same-origin"},
                                      {"Cross-Origin-Opener-Policy", "same-origin"},
                                      {"X-Frame-Options", "DENY"},
                                      {"Content-Security-Policy", kDataPolicy},
                                      {"Cache-Control", "no-store"}}) {
        message.set(name, value);
    }
    if (strict_transport) {
        message.set(http::field::strict_transport_security, kStrictTransport);
    }
    for (const auto& [name, value] : response.headers) {
        message.set(name, value);
    }
}

}  // namespace

template <class Body>
struct Session::Writing {
    explicit Writing(http::response<Body> given) : message(std::move(given)), serializer(message) {}
    http::response<Body> message;
    http::response_serializer<Body> serializer;
};

void Session::respond(Response response) {
    response_ = std::move(response);
    // Unread bytes of a body must never be taken for the next request.
    keep_ = parser_ && parser_->is_header_done() && parser_->is_done() && parser_->keep_alive() && !response_.close &&
            !place_.draining;
    if (response_.events) {
        return begin_events();
    }
    const bool head_only = request_.method == "HEAD";
    if (!response_.file.empty()) {
        http::response<http::file_body> message;
        put_head(response_, request_, keep_, place_.strict_transport, message);
        ErrorCode error;
        message.body().open(response_.file.c_str(), beast::file_mode::scan, error);
        if (error) {
            return respond(Response::problem(problems::not_found("It has just been deleted."), request_));
        }
        const std::uint64_t size = message.body().size();
        if (!head_only) {
            message.content_length(size);
            return write(std::move(message));
        }
        http::response<http::empty_body> head(message.base());
        head.content_length(size);
        return write(std::move(head));
    }
    const bool no_body = head_only || response_.status == 204 || response_.status == 304;
    if (no_body) {
        http::response<http::empty_body> message;
        put_head(response_, request_, keep_, place_.strict_transport, message);
        if (head_only) {
            message.content_length(response_.body.size());
        }
        return write(std::move(message));
    }
    http::response<http::string_body> message;
    put_head(response_, request_, keep_, place_.strict_transport, message);
    message.body() = std::move(response_.body);
    message.content_length(message.body().size());
    write(std::move(message));
}

template <class Body>
void Session::write(http::response<Body> message) {
    write_some(std::make_shared<Writing<Body>>(std::move(message)));
}

/// Piece by piece, so that the clock runs against a reader that takes nothing, not against a large file.
template <class Body>
void Session::write_some(std::shared_ptr<Writing<Body>> writing) {
    stream_.plain().expires_after(kWriteWait);
    http::async_write_some(stream_, writing->serializer,
                           [self = shared_from_this(), writing](ErrorCode error, std::size_t count) {
                               self->sent_bytes_ += count;
                               if (!error && !writing->serializer.is_done()) {
                                   return self->write_some(writing);
                               }
                               self->on_written(error);
                           });
}

void Session::on_written(ErrorCode error) {
    account(static_cast<bool>(error));
    if (error) {
        return close();
    }
    if (keep_) {
        return read_head();
    }
    linger();
}

void Session::account(bool cut) {
    if (std::exchange(accounted_, true)) {
        return;
    }
    place_.metrics.count_request(request_.method, response_.status);
    nlohmann::ordered_json line = {{"request_id", request_.id},
                                   {"remote", request_.remote},
                                   {"key", response_.actor},
                                   {"method", request_.method},
                                   {"path", request_.path},
                                   {"status", response_.status},
                                   {"received_bytes", received_bytes_},
                                   {"sent_bytes", sent_bytes_},
                                   {"seconds", std::chrono::duration<double>(Clock::now() - began_).count()}};
    if (cut) {
        line["cut"] = true;
    }
    place_.log.info("request", line);
}

void Session::begin_events() {
    feed_ = response_.events;
    keep_ = false;
    http::response<http::empty_body> message;
    put_head(response_, request_, false, place_.strict_transport, message);
    message.set("X-Accel-Buffering", "no");
    message.chunked(true);
    feed_->wake_with([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            asio::post(self->stream_.get_executor(), [self] { self->wake(); });
        }
    });
    auto writing = std::make_shared<Writing<http::empty_body>>(std::move(message));
    stream_.plain().expires_after(kWriteWait);
    http::async_write_header(stream_, writing->serializer,
                             [self = shared_from_this(), writing](ErrorCode error, std::size_t count) {
                                 self->sent_bytes_ += count;
                                 if (error) {
                                     self->account(true);
                                     return self->close();
                                 }
                                 self->ask_feed();
                             });
}

void Session::ask_feed() {
    struct News {
        std::string text;
        bool ended = false;
    };
    asio::post(place_.workers, [self = shared_from_this()] {
        News news;
        news.text = self->feed_->next();
        news.ended = self->feed_->ended();
        asio::post(self->stream_.get_executor(),
                   [self, news = std::move(news)] { self->on_news(news.text, news.ended); });
    });
}

void Session::on_news(const std::string& text, bool ended) {
    const bool last = ended || place_.draining;
    if (text.empty() && !last) {
        return wait_for_news();
    }
    write_event(text, last);
}

void Session::write_event(const std::string& text, bool last) {
    event_.clear();
    if (!text.empty()) {
        std::array<char, 32> size{};
        (void)std::snprintf(size.data(), size.size(), "%zx\r\n", text.size());
        event_ = size.data() + text + "\r\n";
    }
    if (last) {
        event_ += "0\r\n\r\n";
    }
    stream_.plain().expires_after(kWriteWait);
    asio::async_write(stream_, asio::buffer(event_),
                      [self = shared_from_this(), last](ErrorCode error, std::size_t count) {
                          self->sent_bytes_ += count;
                          if (error || last) {
                              self->account(static_cast<bool>(error));
                              return error ? self->close() : self->linger();
                          }
                          self->wait_for_news();
                      });
}

void Session::wait_for_news() {
    if (std::exchange(woken_, false)) {
        return ask_feed();
    }
    waiting_ = true;
    timer_.expires_after(kBeat);
    timer_.async_wait(asio::bind_executor(stream_.get_executor(), [self = shared_from_this()](ErrorCode error) {
        self->waiting_ = false;
        if (error) {
            self->woken_ = false;
            return self->ask_feed();
        }
        self->woken_ = true;  // a word that was lost is made up for at the next beat
        self->write_event(kBeatText, false);
    }));
}

void Session::wake() {
    woken_ = true;
    if (waiting_) {
        timer_.cancel();
    }
}

void Session::linger() {
    if (feed_) {
        feed_->stop_waking();
    }
    stream_.plain().expires_after(kLingerWait);
    if (!stream_.is_encrypted()) {
        return linger_below_tls();
    }
    // Without this word the other end could not tell an end from a cut. Its own is waited for, or whatever else comes.
    stream_.async_shutdown([self = shared_from_this()](ErrorCode) { self->linger_below_tls(); });
}

void Session::linger_below_tls() {
    stream_.stop_encrypting();
    ErrorCode error;
    stream_.plain().socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    if (error || (parser_ && parser_->is_header_done() && parser_->is_done())) {
        return close();
    }
    piece_.resize(16 * 1024);
    discard();
}

void Session::discard() {
    stream_.async_read_some(asio::buffer(piece_), [self = shared_from_this()](ErrorCode error, std::size_t) {
        if (error) {
            return self->close();
        }
        self->discard();
    });
}

void Session::close() {
    if (feed_) {
        feed_->stop_waking();
    }
    ErrorCode ignored;
    stream_.plain().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.plain().close();
}

}  // namespace bonafide::service
