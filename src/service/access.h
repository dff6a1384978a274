#pragma once

#include "service/key_store.h"
#include "service/message.h"
#include "service/rate_limit.h"

#include <optional>
#include <string>
#include <vector>

namespace bonafide::service {

struct AccessOptions {
    bool key_needed = false;           ///< else whoever reaches the server may do all
    std::vector<std::string> hosts;    ///< names that the server answers to while no key is needed, without port
    double requests_per_minute = 600;  ///< of one key
};

/// Who may ask for what. Three things are kept out: pages of other sites that make a visitor's browser ask (Origin and
/// Sec-Fetch-Site), names of other sites that were made to point here (Host), and strangers (API keys). Thread-safe.
class Access {
  public:
    Access(KeyStore& keys, AccessOptions options);

    /// Nothing where the request may be answered; fills in the name of its key. May block.
    std::optional<Problem> refusal(const Request& request, Scope scope, std::string& actor);

    /// The part of it that asks no key: for pages, which hold no data.
    std::optional<Problem> refusal_of_origin(const Request& request) const;

  private:
    std::optional<Problem> refusal_of_key(const Request& request, Scope scope, std::string& actor);

    KeyStore& keys_;
    AccessOptions options_;
    RateLimit of_keys_, of_guesses_;
};

/// The name in a Host header, without port and brackets, in lower case; nothing where it is malformed.
std::optional<std::string> host_name(std::string_view host);

}  // namespace bonafide::service
