#pragma once

#include "service/log.h"
#include "service/message.h"
#include "service/metrics.h"
#include "service/tls.h"

#include <cstdint>
#include <memory>
#include <string>

namespace bonafide::service {

/// Accepts connections and has a Session answer each. Two threads do all reading and writing and never block; a few
/// more do what may.
class Server {
  public:
    struct Place {
        Handler& handler;
        Metrics& metrics;
        Log& log;
        std::size_t most_connections;
        bool strict_transport;  ///< Strict-Transport-Security with every answer
    };

    explicit Server(const Place& place);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds to `address` and `port` (0: a free one). kUsage where `address` is no IP address, kIo where it cannot.
    Result<void> listen(const std::string& address, std::uint16_t port);
    /// Connections made from here on are encrypted with `context`. From any thread.
    void use_tls(TlsContext context);
    /// The port it is bound to.
    std::uint16_t port() const;
    void start();
    /// Accepts nothing more, and waits `drain_s` for the requests under way.
    void stop(int drain_s);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Whether `address` can be reached from this machine alone; false for what is no IP address.
bool is_loopback(const std::string& address);

}  // namespace bonafide::service
