#include "analyzers/image/edits_network/planes.h"

#include "base/ensure.h"

namespace bonafide::analyzers::edits {

cv::Mat measure_planes(const cv::Mat& rgb, const media::JpegPlane* luma_coefficients) {
    ENSURE(rgb.type() == CV_8UC3 && rgb.rows >= 2 * kBlockPx && rgb.cols >= 2 * kBlockPx);
    cv::Mat planes(rgb.rows / kBlockPx, rgb.cols / kBlockPx, CV_32FC(kPlanes));
    // Strips look beyond their rows, and must not look beyond the picture.
    measure_residuals(rgb.isSubmatrix() ? rgb.clone() : rgb, planes);
    measure_coefficients(rgb, luma_coefficients, planes);
    return planes;
}

}  // namespace bonafide::analyzers::edits
