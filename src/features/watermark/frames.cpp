#include "features/watermark/frames.h"

#include "features/watermark/lattice.h"

#include <algorithm>
#include <cmath>

namespace bonafide::features::watermark {
namespace {

constexpr int kKeptPx = 2 * kWorkingPx;  // what the search for crops looks at

}  // namespace

void FrameSampler::add(const media::VideoFrame& frame) {
    lumas_.offer([&]() -> std::optional<cv::Mat> {
        if (frame.luma.empty()) {
            return std::nullopt;
        }
        longer_side_px_ = std::max(frame.luma.cols, frame.luma.rows);
        cv::Mat luma;
        frame.luma.convertTo(luma, CV_32F, std::exp2(8 - frame.luma_bits));
        return longer_side_px_ > kKeptPx ? working_size(luma, kKeptPx) : luma;
    });
}

}  // namespace bonafide::features::watermark
