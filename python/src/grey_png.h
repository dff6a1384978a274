#pragma once

#include "base/result.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <span>

namespace bonafide::python {

/// The CV_8UC1 picture in `bytes`: a PNG of 8 bits of grey, not interlaced, as maps are. Written apart from the
/// decoders because a map comes from a process that has read a hostile file, and nothing that such a process sends may
/// meet a library that parses pictures (docs/adr/0005-isolation.md). kInvalid for anything else, kLimit above
/// Limits::pixels. Checksums of chunks are not looked at.
Result<cv::Mat> decode_grey_png(std::span<const std::uint8_t> bytes);

}  // namespace bonafide::python
