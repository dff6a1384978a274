#include "features/faces/anchors.h"

namespace bonafide::features::faces {

std::vector<cv::Point2f> anchor_centres(const std::vector<AnchorGrid>& grids) {
    std::vector<cv::Point2f> centres;
    for (const AnchorGrid& grid : grids) {
        const auto cells = static_cast<float>(grid.cells);
        for (int row = 0; row < grid.cells; ++row) {
            for (int column = 0; column < grid.cells; ++column) {
                const cv::Point2f centre((static_cast<float>(column) + 0.5F) / cells,
                                         (static_cast<float>(row) + 0.5F) / cells);
                centres.insert(centres.end(), static_cast<std::size_t>(grid.per_cell), centre);
            }
        }
    }
    return centres;
}

}  // namespace bonafide::features::faces
