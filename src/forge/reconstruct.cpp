// What a decoder of generated pictures leaves in a real one. The idea: Zhang, Karaman and Chang, "Detecting and
// Simulating Artifacts in GAN Fake Images" (WIFS 2019). Deviations: the networks are far smaller and trained without a
// discriminator (train/reconstruct), so that they blur a little, but make up nothing; and the picture keeps its own
// coarse colours, lest a pair be told apart by a network's bad memory for them.
#include "forge/reconstruct.h"

#include "base/ensure.h"
#include "forge/planes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <string>

namespace bonafide::forge {
namespace {

// Of which a tile keeps the middle: no pixel of it depends on what lies further away (the networks see 23 px around).
// Both are multiples of 4, lest the grid of the up-sampling jump from tile to tile.
constexpr int kMarginPx = 32;
constexpr int kMostSidePx = 16384;
// Coarser than this the picture stays as it was. Of waves of 4 px, the coarsest of the layers' traces, that is 1 in
// 140.
constexpr double kOwnColoursPx = 2;

}  // namespace

const std::vector<Upsampling>& upsamplings() {
    static const std::vector<Upsampling> all = {
        {"transposed", "transposed convolutions, as in DCGAN", "forge.reconstruct.transposed"},
        {"nearest", "nearest neighbours and a convolution, as in ProGAN and latent diffusion",
         "forge.reconstruct.nearest"},
        {"bilinear", "linear interpolation and a convolution", "forge.reconstruct.bilinear"},
        {"shuffle", "channels put side by side as pixels, as in super-resolution", "forge.reconstruct.shuffle"}};
    return all;
}

Result<infer::Session> open_autoencoder(std::string_view name, const infer::ModelStore& models, int threads) {
    const auto& all = upsamplings();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Upsampling& each) { return each.name == name; });
    if (found == all.end()) {
        return Error{
            ErrorCode::kUsage,
            "'" + std::string(name) + "' is no kind of up-sampling; `bonafide forge reconstruct --help` lists them"};
    }
    return infer::Session::open(models, std::string(found->model), {.threads = threads});
}

Result<cv::Mat> reconstruct(const cv::Mat& rgb, infer::Session& autoencoder) {
    if (rgb.empty() || rgb.type() != CV_8UC3 || std::max(rgb.cols, rgb.rows) > kMostSidePx) {
        return Error{ErrorCode::kUsage, "no picture of 8 bits and three colours that can be reconstructed"};
    }
    const auto& shape = autoencoder.inputs().at(0).shape;
    ENSURE(shape.size() == 4 && shape[1] == 3 && shape[2] == shape[3] && shape[2] % 4 == 0);
    const int tile_px = static_cast<int>(shape[2]), core_px = tile_px - 2 * kMarginPx;
    ENSURE(core_px > 0);
    const int columns = (rgb.cols + core_px - 1) / core_px, rows = (rgb.rows + core_px - 1) / core_px;
    // At its edges the picture goes on as its mirror image.
    cv::Mat wide, result(rgb.size(), CV_32FC3);
    cv::copyMakeBorder(rgb, wide, kMarginPx, kMarginPx + rows * core_px - rgb.rows, kMarginPx,
                       kMarginPx + columns * core_px - rgb.cols, cv::BORDER_REFLECT);
    for (int top = 0; top < rgb.rows; top += core_px) {
        for (int left = 0; left < rgb.cols; left += core_px) {
            const infer::Tensor input = planes_of(wide(cv::Rect(left, top, tile_px, tile_px)));
            const auto answer = autoencoder.run(std::span(&input, 1));
            if (!answer) {
                return answer.error();
            }
            const cv::Rect place = cv::Rect(left, top, core_px, core_px) & cv::Rect({}, rgb.size());
            picture_of(answer->at(0))(cv::Rect({kMarginPx, kMarginPx}, place.size())).copyTo(result(place));
        }
    }
    cv::Mat lost, finished;
    cv::subtract(rgb, result, lost, cv::noArray(), CV_32F);
    cv::GaussianBlur(lost, lost, {}, kOwnColoursPx);
    cv::Mat(result + lost).convertTo(finished, CV_8U);
    return finished;
}

}  // namespace bonafide::forge
