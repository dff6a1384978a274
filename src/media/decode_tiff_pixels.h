#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <opencv2/core.hpp>
#include <tiffio.h>

namespace bonafide::media {

/// Whether the directory holds integer samples of 16 bits, grey or red, green and blue, in one plane.
bool holds_wide_samples(TIFF* tiff);

/// Read such a directory into CV_16UC3, or any other that libtiff can convert into CV_8UC3, red first, as stored. Both
/// return how many rows' worth of pixels could be read; what could not is black. kUnsupported, kLimit (a block larger
/// than `limits.pixels`).
Result<double> read_wide_tiff(TIFF* tiff, cv::Mat& rgb, const Limits& limits);
Result<double> read_narrow_tiff(TIFF* tiff, cv::Mat& rgb, const Limits& limits);

}  // namespace bonafide::media
