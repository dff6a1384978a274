#pragma once

#include "service/log.h"
#include "service/message.h"
#include "service/metrics.h"
#include "service/stream.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::service {

/// What a connection needs of the server.
struct SessionPlace {
    Handler& handler;
    Metrics& metrics;
    Log& log;
    boost::asio::thread_pool& workers;  ///< for everything that may block
    const std::atomic<bool>& draining;
    bool strict_transport = false;  ///< browsers are told to come with TLS alone
};

/// One connection: reads requests, has the handler answer them, writes the answers. Nothing in it blocks; every wait
/// has an end; what a connection holds is bounded, and small while it is idle.
class Session final : public std::enable_shared_from_this<Session> {
  public:
    /// `tls`: with which the connection is encrypted; null: it is not.
    Session(boost::asio::ip::tcp::socket socket, std::string remote, SessionPlace place, const TlsContext& tls);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start();
    /// Ends the connection as soon as no request is under way. From any thread.
    void drain();

  private:
    using Clock = std::chrono::steady_clock;
    using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
    using ErrorCode = boost::beast::error_code;
    template <class Body>
    struct Writing;

    void shake_hands();
    void on_handshake(ErrorCode error);

    void read_head();
    void begin_request();
    void on_head(ErrorCode error);
    /// The head as a Request; a problem where it is one that two readers could understand differently.
    std::optional<Problem> take_head();
    void dispatch();

    void begin_body();
    void tell_to_continue();
    void read_piece();
    void on_piece(ErrorCode error);
    void answer_later(const Response& promise);
    bool is_too_slow() const;
    void drop_sink();
    /// Answers with a problem and reads nothing more from this connection.
    void break_off(const Problem& problem);

    void respond(Response response);
    template <class Body>
    void write(boost::beast::http::response<Body> message);
    template <class Body>
    void write_some(std::shared_ptr<Writing<Body>> writing);
    void on_written(ErrorCode error);
    void account(bool cut);

    void begin_events();
    void ask_feed();
    void on_news(const std::string& text, bool ended);
    void write_event(const std::string& text, bool last);
    void wait_for_news();
    void wake();

    /// Closes so that the other end still reads the answer although it has not sent all it wanted to.
    void linger();
    void linger_below_tls();
    void discard();
    void close();

    /// Runs `work` where it may block, then `then` with its result back here.
    template <class Work, class Then>
    void off_thread(Work work, Then then);

    Stream stream_;
    boost::beast::flat_buffer buffer_;
    boost::asio::steady_timer timer_;
    SessionPlace place_;
    std::string remote_;
    std::optional<Parser> parser_;
    Request request_;
    Response response_;
    Clock::time_point began_;
    std::uint64_t received_bytes_ = 0, sent_bytes_ = 0;
    std::unique_ptr<BodySink> sink_;
    std::vector<std::uint8_t> piece_;
    std::shared_ptr<EventFeed> feed_;
    std::string event_;
    bool idle_ = false, keep_ = false, waiting_ = false, woken_ = false, accounted_ = true;
};

}  // namespace bonafide::service
