#pragma once

#include "base/ensure.h"

#include <algorithm>
#include <array>
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

/// The values at `shares` of the order, each at the whole number below share * (count - 1). `shares` ascend within
/// [0, 1]. ENSURE that there is a value. Values must be numbers. Linear in their count.
template <class Value, std::size_t count>
std::array<Value, count> quantiles_of(std::vector<Value> values, const std::array<double, count>& shares) {
    ENSURE(!values.empty() && std::is_sorted(shares.begin(), shares.end()));
    std::array<Value, count> quantiles{};
    auto begin = values.begin();
    for (std::size_t index = 0; index < count; ++index) {
        const auto place =
            values.begin() + static_cast<std::ptrdiff_t>(shares[index] * static_cast<double>(values.size() - 1));
        std::nth_element(begin, place, values.end());
        quantiles[index] = *place;
        begin = place;
    }
    return quantiles;
}

}  // namespace bonafide
