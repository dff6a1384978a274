#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <span>

namespace bonafide::media {

/// The orientation tag (0x0112) of the first directory of an EXIF block, which is a TIFF header and directory
/// (EXIF 2.32, 4.6.4), with or without the "Exif\0\0" that precedes it in JPEG. 1 where there is none or it is not from
/// 1 to 8.
int exif_orientation(std::span<const std::uint8_t> exif);

/// `stored` turned and mirrored as EXIF `orientation`, 1 to 8, asks for; the same data where it is 1.
cv::Mat upright(const cv::Mat& stored, int orientation);

/// Where the part `box` of a picture of `stored` px lies after upright().
cv::Rect upright(const cv::Rect& box, cv::Size stored, int orientation);

/// The orientation that undoes `orientation`: upright(upright(x, o), inverse_of(o)) is x.
int inverse_of(int orientation);

/// `orientation` followed by a quarter turn to the left (anticlockwise), as HEIF's `irot` property asks for (ISO/IEC
/// 23008-12, 6.5.10).
int then_turned_left(int orientation);

/// `orientation` followed by a mirroring of left with right, or of top with bottom, as HEIF's `imir` property asks for.
int then_mirrored(int orientation, bool left_with_right);

}  // namespace bonafide::media
