// A picture's own rule of how its measurements follow its content, and the departures from it.
//
// The noise-level function of Liu, Szeliski, Kang, Zitnick and Freeman, IEEE TPAMI 2008, taken further: not only the
// noise but every plane is regressed, by least squares, on brightness, texture, colour and clipping, over the blocks of
// this picture alone. What is left compares a place with like places, and forgets what camera it was. Limits: an edit
// of half the picture makes the rule its own; content unlike all the rest departs from it without any edit.
#include "analyzers/image/edits_network/surprise.h"

#include "analyzers/image/edits_network/network.h"
#include "base/lanes.h"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::analyzers::edits {
namespace {

constexpr int kTerms = 8;
constexpr double kRidge = 1e-3;
constexpr float kFarthest = 6.0F;
// Mean size to standard deviation, of a normal distribution.
constexpr double kDeviationPerSize = 1.2533;

// Planes, or terms, lie side by side; no sum runs across them.
constexpr int kLanes = 8;
constexpr int kParts = kPlanes / kLanes;
static_assert(kPlanes % kLanes == 0 && kTerms == kLanes);

// kTerms numbers of each block of a row.
void terms_of(const float* block, int blocks, float* terms) {
    for (int column = 0; column < blocks; ++column, block += kPlanes, terms += kTerms) {
        const float luma = block[0], deviation = block[1], clipped = block[2], colour = block[3];
        const std::array<float, kTerms> made = {
            1, luma, luma * luma, deviation, deviation * deviation, deviation * luma, colour, clipped};
        std::copy(made.begin(), made.end(), terms);
    }
}

// Adds to `sums` (kTerms rows, `stride` apart) the products of a row's terms with kLanes numbers of the same blocks.
inline __attribute__((always_inline)) void add_products(const float* terms, const float* numbers, int apart, int blocks,
                                                        double* sums, int stride) {
    EightFloats row[kTerms] = {};
    for (int column = 0; column < blocks; ++column, terms += kTerms, numbers += apart) {
        for (int i = 0; i < kTerms; ++i) {
            row[i] += terms[i] * eight_at(numbers);
        }
    }
    for (int i = 0; i < kTerms; ++i) {
        for (int lane = 0; lane < kLanes; ++lane) {
            sums[i * stride + lane] += row[i][lane];
        }
    }
}

// Adds a row of blocks to the normal equations: kTerms rows of kTerms, and of kPlanes.
BONAFIDE_ALSO_FOR_AVX2
void add_row(const float* block, const float* terms, int blocks, double* normal, double* right) {
    add_products(terms, terms, kTerms, blocks, normal, kTerms);
    for (int part = 0; part < kParts; ++part) {
        add_products(terms, block + part * kLanes, kPlanes, blocks, right + part * kLanes, kPlanes);
    }
}

// Takes what `rule` (kTerms rows of kPlanes) expects off a row of blocks, and adds the size of what is left to `sizes`.
BONAFIDE_ALSO_FOR_AVX2
void subtract_row(float* block, const float* terms, int blocks, const float* rule, double* sizes) {
    for (int part = 0; part < kParts; ++part) {
        EightFloats size = {};
        float* place = block + part * kLanes;
        const float* term = terms;
        for (int column = 0; column < blocks; ++column, place += kPlanes, term += kTerms) {
            EightFloats expected = {};
            for (int i = 0; i < kTerms; ++i) {
                expected += term[i] * eight_at(rule + i * kPlanes + part * kLanes);
            }
            const EightFloats left = eight_at(place) - expected;
            eight_at(place) = left;
            size += left < 0 ? -left : left;
        }
        for (int lane = 0; lane < kLanes; ++lane) {
            sizes[part * kLanes + lane] += size[lane];
        }
    }
}

// Multiplies the planes of a row of blocks by `scale`, and keeps them within +-kFarthest.
BONAFIDE_ALSO_FOR_AVX2
void scale_row(float* block, int blocks, const float* scale) {
    const EightFloats none = {};
    const EightFloats most = none + kFarthest, least = none - kFarthest;
    for (int column = 0; column < blocks; ++column, block += kPlanes) {
        for (int part = 0; part < kPlanes; part += kLanes) {
            const EightFloats value = eight_at(block + part) * eight_at(scale + part);
            const EightFloats below = value < most ? value : most;
            eight_at(block + part) = below > least ? below : least;
        }
    }
}

}  // namespace

void take_out_expectation(cv::Mat& planes, const std::vector<float>& floor) {
    cv::Mat normal(kTerms, kTerms, CV_64FC1, cv::Scalar(0)), right(kTerms, kPlanes, CV_64FC1, cv::Scalar(0));
    std::vector<float> terms(planes.total() * kTerms);
    const auto terms_at = [&](int row) {
        return terms.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(planes.cols) * kTerms;
    };
    for (int row = 0; row < planes.rows; ++row) {
        terms_of(planes.ptr<float>(row), planes.cols, terms_at(row));
        add_row(planes.ptr<float>(row), terms_at(row), planes.cols, normal.ptr<double>(), right.ptr<double>());
    }
    const double blocks = static_cast<double>(planes.total());
    for (int i = 0; i < kTerms; ++i) {
        normal.at<double>(i, i) += kRidge * blocks * (i == 0 ? 1e-6 : 1);
    }
    cv::Mat solution, rule;
    cv::solve(normal, right, solution, cv::DECOMP_CHOLESKY);
    solution.convertTo(rule, CV_32F);
    std::array<double, kPlanes> sizes{};
    for (int row = 0; row < planes.rows; ++row) {
        subtract_row(planes.ptr<float>(row), terms_at(row), planes.cols, rule.ptr<float>(), sizes.data());
    }
    std::array<float, kPlanes> scale{};  // of what is not compared nothing is left
    for (std::size_t k = 0; k < kCompared.size(); ++k) {
        const auto plane = static_cast<std::size_t>(kCompared[k]);
        scale[plane] = static_cast<float>(1 / (kDeviationPerSize * sizes[plane] / blocks + floor[k]));
    }
    cv::parallel_for_(cv::Range(0, planes.rows), [&](const cv::Range& rows) {
        for (int row = rows.start; row < rows.end; ++row) {
            scale_row(planes.ptr<float>(row), planes.cols, scale.data());
        }
    });
}

}  // namespace bonafide::analyzers::edits
