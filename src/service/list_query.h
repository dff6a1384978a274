#pragma once

#include "service/check_store.h"

#include <map>
#include <string>

namespace bonafide::service {

/// Reads limit (1 to 200), cursor, state, verdict and q; kUsage, in words for whoever asked, where one is out of range.
Result<ListQuery> parse_list_query(const std::map<std::string, std::string>& query);

/// The cursor of the page behind the check `seq`.
std::string cursor_of(std::int64_t seq);

}  // namespace bonafide::service
