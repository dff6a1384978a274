#pragma once

#include "base/result.h"

#include <string>
#include <utility>
#include <vector>

namespace bonafide::service {

/// Sends `body` as JSON to an http:// URL and returns the status of the answer; redirections are not followed. Waits 10
/// seconds at most once a name is resolved. Unless `private_addresses`, an address that is not public is never
/// connected to, whatever name led there: kUsage. kIo where there is no answer.
Result<int> post_json(const std::string& url, const std::string& body,
                      const std::vector<std::pair<std::string, std::string>>& headers, bool private_addresses);

/// Whether an IP address belongs to the public Internet (IANA's special-purpose registries); false for what is none.
bool is_public_address(const std::string& address);

}  // namespace bonafide::service
