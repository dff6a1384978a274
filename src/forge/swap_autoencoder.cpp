// The first deepfake: one encoder for two people's faces and a decoder for each; a face of one, decoded as the other's.
// As published by its anonymous author in 2017 and described by Perov et al., "DeepFaceLab: Integrated, flexible and
// extensible face-swapping framework" (arXiv:2005.05535). Deviations: no mask is learnt, the landmarks give it; small
// networks of 64 or 96 px. Limits: the face's outline stays the target's; what the training has not seen is guessed.
#include "forge/swap_autoencoder.h"

#include "base/ensure.h"
#include "features/faces/crop.h"
#include "forge/overlay.h"
#include "forge/planes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

using features::faces::Face;
using features::faces::UprightSquare;

/// Of the landmark network's square, which is 1.5 times as large as the face. train/swap_autoencoder cuts alike.
constexpr float kSquareShare = 0.8F;
constexpr double kLevels = 255;

bool is_square_picture(const std::vector<std::size_t>& shape) {
    return shape.size() == 4 && shape[0] == 1 && shape[1] == 3 && shape[2] == shape[3] &&
           shape[2] >= kLeastAutoencoderPx && shape[2] <= kMostAutoencoderPx;
}

}  // namespace

Result<infer::ForeignNetwork> open_swap_autoencoder(std::span<const std::uint8_t> onnx, int threads) {
    auto network = infer::ForeignNetwork::open(onnx, threads);
    if (network && (!is_square_picture(network->input().shape) || network->input().shape != network->output().shape)) {
        return Error{ErrorCode::kUnsupported, "the network must take and give 1 x 3 x N x N numbers, N from " +
                                                  std::to_string(kLeastAutoencoderPx) + " to " +
                                                  std::to_string(kMostAutoencoderPx)};
    }
    return network;
}

Result<cv::Mat> swap_by_autoencoder(const cv::Mat& rgb, const Face& face, infer::ForeignNetwork& network) {
    ENSURE(rgb.type() == CV_8UC3);
    const int side_px = static_cast<int>(network.input().shape.at(2));
    UprightSquare square = UprightSquare::around(face.landmarks_px);
    square.side_px *= kSquareShare;
    const auto answer = network.run(planes_of(features::faces::cut_square(rgb, square.to_square(side_px), side_px)));
    if (!answer) {
        return answer.error();
    }
    cv::Mat given = picture_of(*answer);
    given = cv::min(cv::max(given, cv::Scalar::all(0)), cv::Scalar::all(kLevels));
    // A square larger than its place is brought to that size first: sampling it in passing would alias.
    const int placed_px = std::clamp(cvRound(square.side_px), 1, side_px);
    cv::resize(given / kLevels, given, {placed_px, placed_px}, 0, 0, cv::INTER_AREA);
    const cv::Rect frame = frame_around(face, rgb.size());
    cv::Matx23f from_frame = square.to_square(placed_px);
    const cv::Vec2f shift = cv::Matx22f(from_frame(0, 0), from_frame(0, 1), from_frame(1, 0), from_frame(1, 1)) *
                            cv::Vec2f(static_cast<float>(frame.x), static_cast<float>(frame.y));
    from_frame(0, 2) += shift[0];
    from_frame(1, 2) += shift[1];
    cv::Mat other, known;
    const int inverse = cv::WARP_INVERSE_MAP;
    cv::Matx23f to_frame;
    cv::invertAffineTransform(from_frame, to_frame);
    cv::warpAffine(given, other, from_frame, frame.size(), cv::INTER_CUBIC | inverse, cv::BORDER_REPLICATE);
    other = cv::min(cv::max(other, cv::Scalar::all(0)), cv::Scalar::all(1));
    cv::warpAffine(cv::Mat(given.size(), CV_8UC1, cv::Scalar::all(255)), known, to_frame, frame.size(),
                   cv::INTER_NEAREST, cv::BORDER_CONSTANT, cv::Scalar::all(0));
    return lay_over(rgb, face, frame, other, known);
}

}  // namespace bonafide::forge
