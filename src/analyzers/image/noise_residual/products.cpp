#include "analyzers/image/noise_residual/products.h"

#include "base/ensure.h"
#include "base/lanes.h"

namespace bonafide::analyzers::residual {
namespace {

constexpr int kLanes = 4;
using Lane = double __attribute__((vector_size(8 * kLanes), aligned(8), may_alias));

// to += weight * from
inline __attribute__((always_inline)) void add_weighted(double weight, const double* from, int count, double* to) {
    int at = 0;
    for (; at + kLanes <= count; at += kLanes) {
        *reinterpret_cast<Lane*>(to + at) += weight * *reinterpret_cast<const Lane*>(from + at);
    }
    for (; at < count; ++at) {
        to[at] += weight * from[at];
    }
}

// Adds `weights[i]` times `from` to each row i of `to`.
BONAFIDE_ALSO_FOR_AVX2
void add_outer(const double* weights, int rows, const double* from, int columns, double* to) {
    for (int row = 0; row < rows; ++row, to += columns) {
        add_weighted(weights[row], from, columns, to);
    }
}

// Adds the rows of `from`, each times its weight, to `to`.
BONAFIDE_ALSO_FOR_AVX2
void add_rows(const double* weights, int rows, const double* from, int columns, double* to) {
    for (int row = 0; row < rows; ++row, from += columns) {
        add_weighted(weights[row], from, columns, to);
    }
}

}  // namespace

cv::Mat transposed_product(const cv::Mat& a, const cv::Mat& b) {
    ENSURE(a.type() == CV_64FC1 && b.type() == CV_64FC1 && a.rows == b.rows);
    cv::Mat result(a.cols, b.cols, CV_64FC1, cv::Scalar(0));
    for (int row = 0; row < a.rows; ++row) {
        add_outer(a.ptr<double>(row), a.cols, b.ptr<double>(row), b.cols, result.ptr<double>());
    }
    return result;
}

cv::Mat product(const cv::Mat& a, const cv::Mat& b) {
    ENSURE(a.type() == CV_64FC1 && b.type() == CV_64FC1 && a.cols == b.rows && b.isContinuous());
    cv::Mat result(a.rows, b.cols, CV_64FC1, cv::Scalar(0));
    for (int row = 0; row < a.rows; ++row) {
        add_rows(a.ptr<double>(row), a.cols, b.ptr<double>(), b.cols, result.ptr<double>(row));
    }
    return result;
}

}  // namespace bonafide::analyzers::residual
