#pragma once

#include "base/result.h"
#include "forge/order.h"

namespace bonafide::forge {

/// Checks the record that `order` needs, and writes into `made` what the result says of it: purpose and hash. kUsage,
/// with the reason, where the record does not hold.
Result<void> take_consent(const Order& order, Made& made);

}  // namespace bonafide::forge
