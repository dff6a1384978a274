#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace bonafide::media {

/// A picture of 8 bits whose chroma is halved in both directions; width and height are even, the height at least
/// kLeastHeight.
struct Yuv420 {
    static constexpr int kLeastHeight = 16;  ///< below it libswscale has rules of its own for every row
    struct Plane {
        const std::uint8_t* data = nullptr;
        std::ptrdiff_t stride = 0;
        const std::uint8_t* row(int y) const { return data + y * stride; }
    };
    cv::Size size;
    Plane luma, blue, red;
    bool full_range = false;
    /// As sws_getCoefficients gives them: red from red, blue from blue, green from blue, green from red.
    std::array<int, 4> coefficients{};
};

/// `picture` as CV_8UC3, red first: to the bit what libswscale makes of it with SWS_BICUBIC, SWS_ACCURATE_RND and
/// SWS_BITEXACT, which it does one pixel after the other and three times as slowly.
cv::Mat rgb_of(const Yuv420& picture);

}  // namespace bonafide::media
