#include "analyzers/video/frames_continuity/small_picture.h"

#include <opencv2/core/hal/intrin.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bonafide::analyzers::video {
namespace {

constexpr int kMostRowsOfBlock = 16;  // 16 rows of 255 fit the 16-bit column sums

/// Adds a row of bytes to the column sums. By hand, because this loop is most of what a frame costs.
void add_row(const std::uint8_t* row, std::uint16_t* sums, int width) {
    int x = 0;
#if CV_SIMD128
    constexpr int kStep = 16;
    for (; x + kStep <= width; x += kStep) {
        cv::v_uint16x8 low;
        cv::v_uint16x8 high;
        cv::v_expand(cv::v_load(row + x), low, high);
        cv::v_store(sums + x, cv::v_load(sums + x) + low);
        cv::v_store(sums + x + kStep / 2, cv::v_load(sums + x + kStep / 2) + high);
    }
#endif
    for (; x < width; ++x) {
        sums[x] = static_cast<std::uint16_t>(sums[x] + row[x]);
    }
}

void add_row(const std::uint16_t* row, std::uint32_t* sums, int width) {
    for (int x = 0; x < width; ++x) {
        sums[x] += row[x];
    }
}

/// [first, last) of part `index` of `parts` over `length`, at least one element wide: small pictures repeat their
/// pixels.
std::pair<int, int> part(int index, int parts, int length) {
    const int first = std::min(static_cast<int>(static_cast<std::int64_t>(index) * length / parts), length - 1);
    const int last = static_cast<int>(static_cast<std::int64_t>(index + 1) * length / parts);
    return {first, std::max(first + 1, last)};
}

template <class Pixel, class Sum>
SmallPicture reduce_as(const cv::Mat& luma, float scale) {
    SmallPicture small;
    std::vector<Sum> sums(static_cast<std::size_t>(luma.cols));
    for (int block_row = 0; block_row < SmallPicture::kRows; ++block_row) {
        const auto [top, bottom] = part(block_row, SmallPicture::kRows, luma.rows);
        const int step = (bottom - top + kMostRowsOfBlock - 1) / kMostRowsOfBlock;
        std::fill(sums.begin(), sums.end(), Sum{0});
        int rows = 0;
        for (int y = top; y < bottom; y += step, ++rows) {
            add_row(luma.ptr<Pixel>(y), sums.data(), luma.cols);
        }
        for (int block_column = 0; block_column < SmallPicture::kColumns; ++block_column) {
            const auto [left, right] = part(block_column, SmallPicture::kColumns, luma.cols);
            std::uint64_t sum = 0;
            for (int x = left; x < right; ++x) {
                sum += sums[static_cast<std::size_t>(x)];
            }
            const auto count = static_cast<float>(static_cast<std::int64_t>(rows) * (right - left));
            small.means[static_cast<std::size_t>(block_row) * SmallPicture::kColumns +
                        static_cast<std::size_t>(block_column)] = static_cast<float>(sum) * scale / count;
        }
    }
    return small;
}

}  // namespace

SmallPicture reduce(const cv::Mat& luma, int bits) {
    if (luma.depth() == CV_16U) {
        return reduce_as<std::uint16_t, std::uint32_t>(luma, std::ldexp(1.0F, 8 - std::clamp(bits, 8, 16)));
    }
    return reduce_as<std::uint8_t, std::uint16_t>(luma, 1.0F);
}

double difference(const SmallPicture& a, const SmallPicture& b) {
    float sum = 0;
    for (std::size_t i = 0; i < SmallPicture::kBlocks; ++i) {
        sum += std::abs(a.means[i] - b.means[i]);
    }
    return sum / static_cast<double>(SmallPicture::kBlocks);
}

Likeness compare(const SmallPicture& a, const SmallPicture& b) {
    constexpr double kCount = SmallPicture::kBlocks;
    double mean_a = 0;
    double mean_b = 0;
    for (std::size_t i = 0; i < SmallPicture::kBlocks; ++i) {
        mean_a += a.means[i] / kCount;
        mean_b += b.means[i] / kCount;
    }
    double aa = 0;
    double bb = 0;
    double ab = 0;
    for (std::size_t i = 0; i < SmallPicture::kBlocks; ++i) {
        const double da = a.means[i] - mean_a;
        const double db = b.means[i] - mean_b;
        aa += da * da;
        bb += db * db;
        ab += da * db;
    }
    constexpr double kFlat = 1e-3 * kCount;  // grey levels squared
    Likeness likeness;
    likeness.correlation = aa < kFlat && bb < kFlat ? 1.0 : aa < kFlat || bb < kFlat ? 0.0 : ab / std::sqrt(aa * bb);
    // Least squares b = gain * a + offset, compared with taking a as it is.
    const double gain = aa < kFlat ? 1.0 : ab / aa;
    double left_over = 0;
    double plain = 0;
    for (std::size_t i = 0; i < SmallPicture::kBlocks; ++i) {
        left_over += std::abs((b.means[i] - mean_b) - gain * (a.means[i] - mean_a));
        plain += std::abs(b.means[i] - a.means[i]);
    }
    likeness.unexplained_share = plain <= 0 ? 0.0 : std::min(1.0, left_over / plain);
    return likeness;
}

}  // namespace bonafide::analyzers::video
