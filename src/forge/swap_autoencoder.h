#pragma once

#include "base/result.h"
#include "features/faces/mesh.h"
#include "infer/foreign_network.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <span>

namespace bonafide::forge {

/// The squares that the networks of train/swap_autoencoder take, px a side.
inline constexpr std::size_t kLeastAutoencoderPx = 32, kMostAutoencoderPx = 256;

/// A network of train/swap_autoencoder: what somebody trained to give their own face for another's. The errors of
/// ForeignNetwork::open; kUnsupported where it does not take and give one square picture of three colours.
Result<infer::ForeignNetwork> open_swap_autoencoder(std::span<const std::uint8_t> onnx, int threads);

/// `rgb` (CV_8UC3) with `face` as `network` gives it again, in its place and in the colours that were there. For
/// training in memory: nothing is marked here. The network's errors.
Result<cv::Mat> swap_by_autoencoder(const cv::Mat& rgb, const features::faces::Face& face,
                                    infer::ForeignNetwork& network);

}  // namespace bonafide::forge
