// A picture's own rule of how its measurements follow its content, and the departures from it.
//
// The noise-level function of Liu, Szeliski, Kang, Zitnick and Freeman, IEEE TPAMI 2008, taken further: not only the
// noise but every plane is regressed, by least squares, on brightness, texture, colour and clipping, over the blocks of
// this picture alone. What is left compares a place with like places, and forgets what camera it was. Limits: an edit
// of half the picture makes the rule its own; content unlike all the rest departs from it without any edit.
#include "analyzers/image/edits_network/surprise.h"

#include "analyzers/image/edits_network/network.h"

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

using Terms = std::array<double, kTerms>;

Terms terms_of(const float* block) {
    const double luma = block[0], deviation = block[1], clipped = block[2], colour = block[3];
    return {1, luma, luma * luma, deviation, deviation * deviation, deviation * luma, colour, clipped};
}

using Targets = std::array<double, kCompared.size()>;

// The targets side by side: what is picked out once is not picked out for every term.
inline Targets targets_of(const float* block) {
    Targets targets;
    for (std::size_t k = 0; k < targets.size(); ++k) {
        targets[k] = block[kCompared[k]];
    }
    return targets;
}

// Adds a row of blocks to the normal equations: kTerms rows of kTerms, and of as many values as there are targets.
__attribute__((target_clones("avx2", "default"))) void add_row(const float* block, int blocks, double* normal,
                                                               double* right) {
    for (int column = 0; column < blocks; ++column, block += kPlanes) {
        const Terms terms = terms_of(block);
        const Targets targets = targets_of(block);
        for (std::size_t i = 0; i < kTerms; ++i) {
            for (std::size_t j = 0; j < kTerms; ++j) {
                normal[i * kTerms + j] += terms[i] * terms[j];
            }
            for (std::size_t k = 0; k < targets.size(); ++k) {
                right[i * targets.size() + k] += terms[i] * targets[k];
            }
        }
    }
}

// Takes what `rule` expects off a row of blocks, and adds what is left to `sizes`.
__attribute__((target_clones("avx2", "default"))) void subtract_row(float* block, int blocks, const double* rule,
                                                                    double* sizes) {
    for (int column = 0; column < blocks; ++column, block += kPlanes) {
        const Terms terms = terms_of(block);
        Targets expected{};
        for (std::size_t i = 0; i < kTerms; ++i) {
            for (std::size_t k = 0; k < expected.size(); ++k) {
                expected[k] += terms[i] * rule[i * expected.size() + k];
            }
        }
        for (std::size_t k = 0; k < expected.size(); ++k) {
            float& value = block[kCompared[k]];
            value = static_cast<float>(value - expected[k]);
            sizes[k] += std::abs(value);
        }
    }
}

}  // namespace

void take_out_expectation(cv::Mat& planes, const std::vector<float>& floor) {
    constexpr int kTargets = static_cast<int>(kCompared.size());
    cv::Mat normal(kTerms, kTerms, CV_64FC1, cv::Scalar(0)), right(kTerms, kTargets, CV_64FC1, cv::Scalar(0));
    for (int row = 0; row < planes.rows; ++row) {
        add_row(planes.ptr<float>(row), planes.cols, normal.ptr<double>(), right.ptr<double>());
    }
    const double blocks = static_cast<double>(planes.total());
    for (int i = 0; i < kTerms; ++i) {
        normal.at<double>(i, i) += kRidge * blocks * (i == 0 ? 1e-6 : 1);
    }
    cv::Mat rule;
    cv::solve(normal, right, rule, cv::DECOMP_CHOLESKY);
    Targets sizes{};
    for (int row = 0; row < planes.rows; ++row) {
        subtract_row(planes.ptr<float>(row), planes.cols, rule.ptr<double>(), sizes.data());
    }
    std::array<float, kCompared.size()> scale{};
    for (std::size_t k = 0; k < scale.size(); ++k) {
        scale[k] = static_cast<float>(1 / (kDeviationPerSize * sizes[k] / blocks + floor[k]));
    }
    for (int row = 0; row < planes.rows; ++row) {
        float* block = planes.ptr<float>(row);
        for (int column = 0; column < planes.cols; ++column, block += kPlanes) {
            for (std::size_t k = 0; k < scale.size(); ++k) {
                float& value = block[kCompared[k]];
                value = std::clamp(value * scale[k], -kFarthest, kFarthest);
            }
        }
    }
}

}  // namespace bonafide::analyzers::edits
