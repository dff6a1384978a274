#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/byte_source.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bonafide::forge {

/// The still picture in `source`, whole and undamaged, as CV_8UC3, red first. kUnsupported where it is none,
/// kTruncated where it is damaged, and the decoder's errors.
Result<cv::Mat> read_picture(const ingest::ByteSource& source, const Limits& limits);

/// The same of bytes in memory.
Result<cv::Mat> read_picture(std::span<const std::uint8_t> bytes, const Limits& limits);

/// `rgb` saved as "png", "jpeg" or "webp", finely; kUsage for another format, kInternal where it cannot be saved.
Result<std::vector<std::uint8_t>> save_picture(const cv::Mat& rgb, const std::string& format);

/// `rgb`, or a smaller copy: no fake is larger than 720 p, 1280 x 720 px either way up.
cv::Mat within_720p(const cv::Mat& rgb);

}  // namespace bonafide::forge
