#pragma once

#include "base/result.h"
#include "service/remote_url.h"
#include "service/tls.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bonafide::service {

/// How requests leave this machine.
struct Outgoing {
    TlsContext tls;                     ///< for https
    bool private_addresses = false;     ///< else none is connected to that is not public, whatever name led there
    const std::atomic<bool>& stopping;  ///< ends what is under way
};

struct OutgoingRequest {
    RemoteUrl url;
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> headers;  ///< besides those that every request has
    std::string body;
    std::chrono::steady_clock::time_point deadline;  ///< for the whole of it
};

struct AnswerHead {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case; the first of several
    std::optional<std::uint64_t> length;         ///< of the body, where the answer says so
};

/// Takes an answer as it comes in. May block.
class AnswerSink {
  public:
    virtual ~AnswerSink() = default;
    /// Whether the body is wanted.
    virtual bool head(const AnswerHead& head) = 0;
    /// Bytes of the body; whether the rest is wanted.
    virtual bool take(std::span<const std::uint8_t> piece) = 0;
};

/// Sends one request and hands its answer over; redirections are not followed. A name is resolved once, and what was
/// checked is what is connected to. Over TLS the certificate must be trusted and be the host's.
/// kUsage: no address that may be connected to; kLimit: the time is over; kInvalid: the certificate cannot be trusted,
/// or the answer is no HTTP; kIo: no connection, or one that broke off. An answer that the sink did not want to the end
/// is no error.
Result<void> exchange(const OutgoingRequest& request, const Outgoing& outgoing, AnswerSink& sink);

}  // namespace bonafide::service
