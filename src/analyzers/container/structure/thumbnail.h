#pragma once

#include <opencv2/core.hpp>

#include <optional>

namespace bonafide::analyzers::structure {

/// How far an embedded thumbnail is from the picture it should be made of.
struct ThumbnailComparison {
    double difference = 0;   ///< RMS of what differs after the best gain and offset, over the thumbnail's own contrast:
                             ///< 0 equal, 1 unrelated
    double correlation = 0;  ///< Pearson's, of the luminance, in [-1, 1]
    bool turned = false;     ///< it fits only when turned or mirrored otherwise than the EXIF orientation says
    double seen_part =
        1;  ///< width of what the picture shows over width of what the thumbnail shows: below 1 the picture was cropped
            ///< after the thumbnail was made, above 1 the thumbnail shows the middle only
    cv::Mat local;                   ///< CV_8UC1, about the thumbnail's size: local difference, 128 at `local_limit`
    cv::Rect shown;                  ///< the part of the picture that `local` covers
    std::optional<cv::Rect> region;  ///< of the picture: the largest place where the map is above 128, where it takes
                                     ///< 0.5 % of the picture or more
};

struct ThumbnailOptions {
    double local_limit =
        1.0;  ///< local RMS difference, in units of the thumbnail's contrast, that the map shows as 128
    int orientation =
        1;  ///< EXIF orientation already applied to the picture, 1 to 8: the thumbnail is stored without it
};

/// Compares `picture` (CV_8UC3 or CV_16UC3, red first) with its embedded `thumbnail` (CV_8UC3). Black bars are taken
/// off the thumbnail, crops of the picture to its shape are tried, and the one that fits best counts. Nothing where
/// either is smaller than 32 px or has no contrast.
std::optional<ThumbnailComparison> compare_thumbnail(const cv::Mat& picture, const cv::Mat& thumbnail,
                                                     const ThumbnailOptions& options);

/// `compared.local` brought to the picture's size, 0 where the thumbnail shows nothing.
cv::Mat thumbnail_map(const ThumbnailComparison& compared, cv::Size picture_size);

}  // namespace bonafide::analyzers::structure
