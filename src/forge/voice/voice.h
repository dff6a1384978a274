#pragma once

#include "forge/order.h"

#include <vector>

namespace bonafide::forge {

/// A voice that is not marked yet, and what can be said of it.
struct Voice {
    std::vector<std::vector<float>> channels;
    int rate_hz = 0;
    Made made = {};
};

}  // namespace bonafide::forge
