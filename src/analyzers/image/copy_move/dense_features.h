#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <vector>

namespace bonafide::analyzers::clone {

/// Numbers that describe a disc, padded for vector loads.
inline constexpr int kFeatureLength = 24;
/// Radius of the disc, pixels of the dense level.
inline constexpr int kFeatureRadius = 7;

/// One descriptor for each place of a picture at which the disc fits.
struct FeatureField {
    cv::Size size;                     ///< places; place (x, y) is the pixel (x + kFeatureRadius, y + kFeatureRadius)
    std::vector<std::int16_t> values;  ///< kFeatureLength a place, in row order
    const std::int16_t* at(int x, int y) const {
        return values.data() + (static_cast<std::size_t>(y) * size.width + x) * kFeatureLength;
    }
};

/// Describes every place of `luma` (CV_32FC1, 8-bit levels) by numbers that neither turning nor mirroring changes.
FeatureField dense_features(const cv::Mat& luma);

}  // namespace bonafide::analyzers::clone
