#pragma once

#include <opencv2/core.hpp>

#include <complex>
#include <vector>

namespace bonafide::features::watermark {

/// The mark repeats so often along the longer side of the marked picture...
inline constexpr int kTilesAlong = 4;
/// ...and is looked at with so many samples a repetition.
inline constexpr int kTilePx = 64;
inline constexpr int kWorkingPx = kTilesAlong * kTilePx;

/// One frequency of the tile, in cycles a tile, and the phase the key gives it.
struct Harmonic {
    int x = 0, y = 0;
    std::complex<float> phase;  ///< of length 1
};

/// The frequencies that carry the mark, one of each conjugate pair.
const std::vector<Harmonic>& harmonics();

/// `plane` (CV_32FC1) brought to `longer_px` along its longer side.
cv::Mat working_size(const cv::Mat& plane, int longer_px);
/// The same, faster, for a size of at least half of the plane's.
cv::Mat nearby_size(const cv::Mat& plane, int longer_px);

/// `luma` (CV_32FC1) freed of slow changes of light, which would leak into every frequency of a tile that the picture's
/// edge cuts.
cv::Mat detail_of(const cv::Mat& luma);

/// The mean of all repetitions in `detail`, which has kTilePx px a repetition: CV_32FC1, kTilePx square.
cv::Mat folded(const cv::Mat& detail);

/// Complex amplitudes of `tile` at harmonics(), in their order; a cosine of amplitude a gives a / 2.
std::vector<std::complex<float>> amplitudes(const cv::Mat& tile);

/// The tile whose amplitudes are these: CV_32FC1.
cv::Mat tile_of(const std::vector<std::complex<float>>& amplitudes);

/// The spectrum of `tile` with each harmonic brought to length 1 and turned back by the key's phase, and nothing else:
/// CV_32FC2, kTilePx square. Where the tile is the key's, every harmonic is 1.
cv::Mat against_key(const cv::Mat& tile);

}  // namespace bonafide::features::watermark
