#pragma once

#include "analyzers/image/jpeg_ghost/ghost_steps.h"

#include <optional>
#include <vector>

namespace bonafide::analyzers::ghost {

/// A grid of 8 x 8 px with the steps of an earlier save on it.
struct Ghost {
    cv::Point origin;  ///< px, 0 to 7 in either direction
    Steps steps{};
    double quality = 0;  ///< IJG quality whose standard table is nearest
    double score = 0;    ///< standard deviations; what it was chosen by
};

/// A picture to look for ghosts in.
struct Picture {
    cv::Mat luma;                             ///< CV_32FC1, 8-bit levels, as stored
    const media::JpegPlane* plane = nullptr;  ///< luminance of a JPEG; null for other formats
    cv::Mat unusable;  ///< CV_8UC1, a value a block of 8 x 8 px as stored, not 0 where clipped; or empty
};

/// Coefficients of `picture` on the grid at `origin`, every `stride` blocks, without unusable ones. On a JPEG's own
/// grid those that are stored.
Samples samples_of(const Picture& picture, cv::Point origin, int stride);

/// The earlier save of the whole picture on a grid that is not the file's own, if there is one.
std::optional<Ghost> find_whole(const Picture& picture);

/// Grids and standard tables of which some part of the picture may have a ghost that the rest lacks, best first. Only
/// grids that image.jpeg.grid leaves out are tried: those that share a row or a column of borders with the file's own
/// (upper left corner where it has none).
std::vector<Ghost> find_parts(const Picture& picture, std::size_t most);

}  // namespace bonafide::analyzers::ghost
