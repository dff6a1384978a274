#pragma once

#include "features/faces/mesh.h"

#include <vector>

namespace bonafide::features::faces {

/// `picture` as the models want it: CV_8UC3, red first. 16-bit pictures are brought to 8 bits.
cv::Mat as_8_bit(const cv::Mat& picture);

/// Every face of a still picture (CV_8UC3, red first), measured, best detection first, each once; none is no error.
/// Where no face is surely upright, the picture is looked at once more turned by a quarter, by half and by three
/// quarters, for pictures whose camera did not say how it was held; of the four the one with the surest face counts,
/// and its results are turned back. kInternal: a model failed.
Result<std::vector<Face>> faces_in(Detector& detector, Mesh& mesh, const cv::Mat& rgb, const DetectorOptions& options,
                                   float least_presence, bool with_irises);

}  // namespace bonafide::features::faces
