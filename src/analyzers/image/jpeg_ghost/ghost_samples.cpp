// Low-frequency DCT coefficients of blocks, from a JPEG or from pixels (ITU-T T.81, annex A.3.3: the same scaling).
#include "analyzers/image/jpeg_ghost/ghost_samples.h"

#include "base/ensure.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace bonafide::analyzers::ghost {
namespace {

constexpr int kSide = 8, kRows = 5;  // frequencies 0 to 4 in either direction
constexpr float kLargest = 2048;

using Cosines = std::array<std::array<float, kSide>, kRows>;
// The eight columns of a block, side by side.
using Lane = float __attribute__((vector_size(32)));

Cosines make_cosines() {
    Cosines table{};
    for (int frequency = 0; frequency < kRows; ++frequency) {
        for (int place = 0; place < kSide; ++place) {
            table[frequency][place] = static_cast<float>((frequency == 0 ? std::sqrt(0.125) : 0.5) *
                                                         std::cos((2 * place + 1) * frequency * std::numbers::pi / 16));
        }
    }
    return table;
}

float tame(float value) {
    return std::isfinite(value) ? std::clamp(value, -kLargest, kLargest) : 0;
}

// The blocks of one row of blocks: `rows` are its eight rows of pixels, from the first block's left edge on.
__attribute__((target_clones("avx2", "default"))) void transform_row(const std::array<const float*, kSide>& rows,
                                                                     int blocks, int step_px, const Cosines& table,
                                                                     const std::array<float*, kCount>& values) {
    for (int block = 0; block < blocks; ++block) {
        std::array<Lane, kRows> columns{};  // by vertical frequency
        for (int row = 0; row < kSide; ++row) {
            Lane pixels;
            std::memcpy(&pixels, rows[row] + static_cast<std::ptrdiff_t>(block) * step_px, sizeof pixels);
            for (int frequency = 0; frequency < kRows; ++frequency) {
                columns[frequency] += pixels * table[frequency][row];
            }
        }
        for (int index = 0; index < kCount; ++index) {
            Lane across;
            std::memcpy(&across, table[kFrequencies[index] % 8].data(), sizeof across);
            const Lane parts = columns[kFrequencies[index] / 8] * across;
            values[index][block] =
                ((parts[0] + parts[4]) + (parts[1] + parts[5])) + ((parts[2] + parts[6]) + (parts[3] + parts[7]));
        }
    }
}

}  // namespace

Samples samples_of(const media::JpegPlane& plane, int stride) {
    ENSURE(stride >= 1);
    const cv::Size blocks((plane.blocks_wide + stride - 1) / stride, (plane.blocks_high + stride - 1) / stride);
    Samples samples{{0, 0}, stride, blocks, cv::Mat(kCount, std::max(1, blocks.area()), CV_32FC1, cv::Scalar(0)), {}};
    for (int index = 0; index < kCount; ++index) {
        samples.file_steps[index] = std::max<int>(1, plane.quantisation[kFrequencies[index]]);
        float* values = samples.values.ptr<float>(index);
        for (int row = 0; row < blocks.height; ++row) {
            for (int column = 0; column < blocks.width; ++column) {
                const int level = plane.block(column * stride, row * stride)[kFrequencies[index]];
                *values++ = tame(static_cast<float>(level * samples.file_steps[index]));
            }
        }
    }
    return samples;
}

Samples samples_of(const cv::Mat& luma, cv::Point origin, int stride) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    ENSURE(stride >= 1 && origin.x >= 0 && origin.x < kSide && origin.y >= 0 && origin.y < kSide);
    const cv::Size whole(std::max(0, luma.cols - origin.x) / kSide, std::max(0, luma.rows - origin.y) / kSide);
    const cv::Size blocks((whole.width + stride - 1) / stride, (whole.height + stride - 1) / stride);
    Samples samples{origin, stride, blocks, cv::Mat(kCount, std::max(1, blocks.area()), CV_32FC1, cv::Scalar(0)), {}};
    static const Cosines table = make_cosines();
    for (int row = 0; row < blocks.height; ++row) {
        std::array<const float*, kSide> rows{};
        for (int line = 0; line < kSide; ++line) {
            rows[line] = luma.ptr<float>(row * stride * kSide + origin.y + line) + origin.x;
        }
        std::array<float*, kCount> values{};
        for (int index = 0; index < kCount; ++index) {
            values[index] = samples.values.ptr<float>(index) + static_cast<std::ptrdiff_t>(row) * blocks.width;
        }
        transform_row(rows, blocks.width, stride * kSide, table, values);
        for (float* line : values) {
            std::transform(line, line + blocks.width, line, tame);
        }
    }
    return samples;
}

void leave_out(const cv::Mat& unusable, Samples& samples) {
    if (unusable.empty()) {
        return;
    }
    const auto is_unusable = [&](int x, int y) {
        return x < unusable.cols && y < unusable.rows && unusable.at<unsigned char>(y, x) != 0;
    };
    const int right = samples.origin.x > 0 ? 1 : 0, below = samples.origin.y > 0 ? 1 : 0;
    for (int row = 0; row < samples.blocks.height; ++row) {
        for (int column = 0; column < samples.blocks.width; ++column) {
            const int x = column * samples.stride, y = row * samples.stride;
            if (is_unusable(x, y) || is_unusable(x + right, y) || is_unusable(x, y + below) ||
                is_unusable(x + right, y + below)) {
                samples.values.col(row * samples.blocks.width + column).setTo(0);
            }
        }
    }
}

}  // namespace bonafide::analyzers::ghost
