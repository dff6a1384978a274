#pragma once

#include "base/result.h"
#include "engine/front/installation.h"
#include "service/log.h"
#include "service/options.h"

#include <cstdint>
#include <memory>

namespace bonafide::service {

/// The whole service: HTTP interface, queue, runners, upkeep (docs/guide/service.md).
class Service {
  public:
    /// Opens the data folder and binds the address. kUsage where the options do not go together: an address that is
    /// not loopback without any API key, a folder that another server uses; kIo where the system refuses.
    static Result<std::unique_ptr<Service>> open(Options options, engine::Installation installation, Log::Sink log);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Takes up what an earlier run left, and begins to answer.
    Result<void> start();
    /// Reads certificate and key anew, for connections from here on. Where they cannot be used, those in use stay and
    /// the log says why. Without TLS it does nothing.
    void reload();
    std::uint16_t port() const;
    /// Lets requests and checks under way come to their end, within the time that the options give; what waits is
    /// taken up by the next start.
    void stop();

  private:
    struct Parts;
    explicit Service(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace bonafide::service
