#pragma once

#include "engine/front/spawn.h"
#include "service/problem.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bonafide::service {

/// A request whose head has been read; what it says is checked for form alone.
struct Request {
    std::string id;                              ///< of this service, in its logs and answers
    std::string method;                          ///< "GET", ...
    std::string target;                          ///< as sent, for logs
    std::string path;                            ///< percent-decoded
    std::map<std::string, std::string> query;    ///< percent-decoded
    std::map<std::string, std::string> headers;  ///< names in lower case; the last of several wins
    std::string remote;                          ///< address of the other end, without port

    /// A header's value; empty where there is none.
    const std::string& header(const std::string& name) const;
};

/// Events that a response goes on with for as long as it takes. Each call may block, and is made from one thread at a
/// time.
class EventFeed {
  public:
    virtual ~EventFeed() = default;
    /// What is new, as text/event-stream; empty where nothing is.
    virtual std::string next() = 0;
    /// Whether next() has told the last there is to tell.
    virtual bool ended() const = 0;
    /// `wake` is called, from any thread, when next() may have something new; until stop_waking().
    virtual void wake_with(std::function<void()> wake) = 0;
    virtual void stop_waking() = 0;
};

/// An answer: a head, and a body from memory, from a file or as events.
struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string file;  ///< path of the file that is the body; empty: `body` is
    std::shared_ptr<EventFeed> events;
    /// Of what takes long: begins it, and calls `tell` once, from any thread, with the answer that stands in place of
    /// this one.
    std::function<void(std::function<void(Response)> tell)> later;
    std::string actor;  ///< name of the API key, for the log
    bool close = false;

    static Response json(int status, const nlohmann::ordered_json& json);
    static Response problem(const Problem& problem, const Request& request);
    Response& with(std::string name, std::string value);
};

/// Takes the body of a request, piece by piece, without holding it in memory. Every call may block. Destroyed without
/// finish(), it leaves nothing behind.
class BodySink {
  public:
    virtual ~BodySink() = default;
    /// The answer, where the rest need not be sent.
    virtual std::optional<Response> take(std::span<const std::uint8_t> piece) = 0;
    /// The answer to the whole.
    virtual Response finish() = 0;
};

/// What stands behind the protocol.
class Handler {
  public:
    virtual ~Handler() = default;
    /// Answers at once, without blocking; nothing where answer() must.
    virtual std::optional<Response> answer_at_once(const Request& request) = 0;
    /// Whether the body of such a request is wanted; others are refused one.
    virtual bool wants_body(const Request& request) const = 0;
    /// Answers a request without a body. May block.
    virtual Response answer(const Request& request) = 0;
    /// Starts to take a body in, or says why not. May block. `length`: of the body, where it is known beforehand.
    virtual std::unique_ptr<BodySink> begin(const Request& request, std::optional<std::uint64_t> length,
                                            Response& refusal) = 0;
};

/// Splits a request's target into path and query; nothing where it is malformed: no leading '/', broken escapes, NUL.
struct Target {
    std::string path;
    std::map<std::string, std::string> query;
};
std::optional<Target> parse_target(std::string_view target);

}  // namespace bonafide::service
