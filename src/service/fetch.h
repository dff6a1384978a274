#pragma once

#include "service/tls.h"
#include "service/upload.h"

#include <atomic>
#include <memory>
#include <string>

namespace bonafide::service {

/// Checks of files that lie on other servers: takes the JSON body of `POST /v1/checks` in, fetches what it names onto
/// the disk, a few at a time, each on a thread of its own, and answers as if the file had been sent. Redirections are
/// followed a few times. Unless the options say otherwise no address is connected to that is not public.
class Fetcher {
  public:
    struct Place {
        UploadPlace upload;
        TlsContext tls;
    };

    explicit Fetcher(Place place);
    ~Fetcher();
    Fetcher(const Fetcher&) = delete;
    Fetcher& operator=(const Fetcher&) = delete;

    /// Whether the body of such a request is an address and no file.
    static bool is_meant_by(const Request& request);
    /// As begin_upload().
    std::unique_ptr<BodySink> begin(const Request& request, const std::string& actor, Response& refusal);
    /// Ends the fetches under way, each with a problem as its answer, and waits for that. Thread-safe.
    void stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bonafide::service
