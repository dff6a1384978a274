#pragma once

#include "base/ensure.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace bonafide {

/// The value in the middle of the order; of an even number the upper of the two. ENSURE that there is one. Values must
/// be numbers. Linear in their count.
template <class Value>
Value median_of(std::vector<Value> values) {
    ENSURE(!values.empty());
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The same; `if_empty` where there is no value.
template <class Value>
Value median_of(std::vector<Value> values, Value if_empty) {
    return values.empty() ? if_empty : median_of(std::move(values));
}

}  // namespace bonafide
