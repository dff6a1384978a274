#pragma once

#include "base/result.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// What happens to pictures on their way, as named steps.
struct Profile {
    std::string_view name, meaning;
    std::vector<std::string> steps;
};
const std::vector<Profile>& profiles();

/// The steps of the profile `name`; kUsage where there is none.
Result<std::vector<std::string>> steps_of(std::string_view name);

/// One line a step: name, range, meaning.
std::string_view describe_steps();

struct Laundered {
    cv::Mat rgb;                      ///< as it is seen afterwards
    std::vector<std::uint8_t> bytes;  ///< as the last step saved it; empty where that step saves nothing
    std::string format;               ///< of `bytes`: "jpeg", "webp"; else empty
};

/// `rgb` (CV_8UC3) after `steps`, in order. kUsage for an unknown step, a value out of range, or a result without
/// pixels.
Result<Laundered> launder(const cv::Mat& rgb, const std::vector<std::string>& steps);

}  // namespace bonafide::forge
