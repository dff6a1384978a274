// Places in a JPEG that did not go through the earlier save that the rest went through.
//
// Bianchi and Piva, "Image forgery localization via block-grained analysis of JPEG artifacts", IEEE TIFS 2012, for the
// aligned case: likelihood ratios a block (coding_history.cpp), gathered over neighbours. Deviations: the evidence of
// neighbours is summed with a Gaussian weight instead of smoothed by a median, so that many weak blocks can make a
// strong place, at three scales. Only the case of a picture saved twice with places saved once is looked for: the
// reverse (an aligned copy from a JPEG in a picture that never was one) needs a grid that fits by chance, one in 64.
// Limits: see README.md beside this file.
#include "analyzers/image/jpeg_double_quantisation/jpeg_double_quantisation.h"

#include "analyzers/image/jpeg_double_quantisation/coding_history.h"
#include "base/ensure.h"
#include "evidence/places.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using double_quantisation::Blocks;
using double_quantisation::Frequency;

constexpr double kDecibansPerNat = 4.342944819;
constexpr int kFewestBlocks = 256;
constexpr int kFewestFrequencies = 3;
// A trace so faint, for each block, that content decides more than history.
constexpr double kLeastTraceDb = 0.035;
constexpr double kOnceShare = 0.1;
// Blocks around a place whose evidence is summed, as the sigma of the weights.
constexpr double kGatherBlocks[] = {1.5, 3, 6};
constexpr double kMapBlocks = 2.5;
// What one block may say for another history: a single one that fails the model must not look like a place.
constexpr double kMostOfOneBlockDb = 12;

/// Sum over neighbours with Gaussian weights of peak 1.
cv::Mat gathered(const cv::Mat& values, double sigma) {
    cv::Mat sum;
    cv::GaussianBlur(values, sum, {}, sigma, sigma, cv::BORDER_REFLECT_101);
    return sum * (2 * CV_PI * sigma * sigma);
}

DoubleQuantisationResult refused(std::string why) {
    DoubleQuantisationResult result;
    result.not_applicable = std::move(why);
    return result;
}

}  // namespace

DoubleQuantisationResult find_double_quantisation(const media::JpegPlane& plane, const cv::Mat& unusable,
                                                  const DoubleQuantisationOptions& options) {
    ENSURE(options.threshold_db > 0);
    if (plane.blocks_wide < 8 || plane.blocks_high < 8 || plane.blocks_wide * plane.blocks_high < kFewestBlocks) {
        return refused("The picture is too small to gather histograms of its coefficients.");
    }
    const Blocks blocks = double_quantisation::classify(plane, unusable);
    DoubleQuantisationResult result;
    const int count = plane.blocks_wide * plane.blocks_high;
    result.judged_area_percent = 100.0 * blocks.judged / count;
    if (blocks.judged < kFewestBlocks) {
        return refused("Nearly all of the picture is flat, black, white or overexposed.");
    }
    const std::vector<Frequency> frequencies = double_quantisation::estimate_history(plane, blocks, kOnceShare);
    result.primary_steps.assign(64, 0);
    for (const Frequency& frequency : frequencies) {
        result.primary_steps[frequency.index] = frequency.primary_step;
        result.frequencies += frequency.primary_step > 0 ? 1 : 0;
        result.trace_db += kDecibansPerNat * frequency.gain / blocks.judged;
    }
    if (result.frequencies < kFewestFrequencies || result.trace_db < kLeastTraceDb) {
        return refused(
            "The coefficients show no trace of an earlier save: there was none, or it was finer than this one or on "
            "another "
            "grid.");
    }
    const cv::Mat ratios = kDecibansPerNat * double_quantisation::once_to_twice(plane, blocks, frequencies);
    const cv::Mat capped = cv::min(ratios, kMostOfOneBlockDb);
    for (const double sigma : kGatherBlocks) {
        double strongest = 0;
        cv::minMaxLoc(gathered(capped, sigma), nullptr, &strongest);
        result.evidence_db = std::max(result.evidence_db, strongest);
    }
    const cv::Mat evidence = gathered(ratios, kMapBlocks);
    result.map.create(evidence.size(), CV_8UC1);
    for (int row = 0; row < evidence.rows; ++row) {
        for (int column = 0; column < evidence.cols; ++column) {
            const double value = evidence.at<float>(row, column);
            result.map.at<unsigned char>(row, column) = cv::saturate_cast<unsigned char>(
                128 + 25 * (std::asinh(value / 10) - std::asinh(options.threshold_db / 10)));
        }
    }
    for (const evidence::Place& place : evidence::places_beyond(evidence, options.threshold_db)) {
        const double area_percent = 100.0 * place.cells / count;
        if (area_percent >= options.smallest_region_percent) {
            result.suspicious_area_percent += area_percent;
            result.regions.push_back({place.box, place.strongest, area_percent});
        }
    }
    return result;
}

}  // namespace bonafide::analyzers
