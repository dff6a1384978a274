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

using Square = std::array<Lane, kSide>;

// Rows become columns, by exchanging ever smaller halves.
inline __attribute__((always_inline)) void transpose(Square& square) {
    for (std::size_t row = 0; row < 4; ++row) {
        const Lane upper = square[row], lower = square[row + 4];
        square[row] = __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 8, 9, 10, 11);
        square[row + 4] = __builtin_shufflevector(upper, lower, 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (const std::size_t row : {0, 1, 4, 5}) {
        const Lane upper = square[row], lower = square[row + 2];
        square[row] = __builtin_shufflevector(upper, lower, 0, 1, 8, 9, 4, 5, 12, 13);
        square[row + 2] = __builtin_shufflevector(upper, lower, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (std::size_t row = 0; row < 8; row += 2) {
        const Lane upper = square[row], lower = square[row + 1];
        square[row] = __builtin_shufflevector(upper, lower, 0, 8, 2, 10, 4, 12, 6, 14);
        square[row + 1] = __builtin_shufflevector(upper, lower, 1, 9, 3, 11, 5, 13, 7, 15);
    }
}

// The blocks of one row of blocks: `rows` are its eight rows of pixels, from the first block's left edge on. Eight
// blocks at a time: vertically each by itself, horizontally side by side.
__attribute__((target_clones("avx2", "default"))) void transform_row(const std::array<const float*, kSide>& rows,
                                                                     int blocks, int step_px, const Cosines& table,
                                                                     const std::array<float*, kCount>& values) {
    for (int first = 0; first < blocks; first += kSide) {
        const int together = std::min(kSide, blocks - first);
        std::array<Square, kRows> columns{};  // by vertical frequency
        for (int block = 0; block < together; ++block) {
            Lane sums[kRows] = {};
            for (int row = 0; row < kSide; ++row) {
                Lane pixels;
                std::memcpy(&pixels, rows[row] + static_cast<std::ptrdiff_t>(first + block) * step_px, sizeof pixels);
                for (int frequency = 0; frequency < kRows; ++frequency) {
                    sums[frequency] += pixels * table[frequency][row];
                }
            }
            for (int frequency = 0; frequency < kRows; ++frequency) {
                columns[frequency][block] = sums[frequency];
            }
        }
        for (Square& square : columns) {
            transpose(square);
        }
        for (int index = 0; index < kCount; ++index) {
            const Square& square = columns[kFrequencies[index] / 8];
            const auto& across = table[kFrequencies[index] % 8];
            Lane part[kSide];
            for (int x = 0; x < kSide; ++x) {
                part[x] = square[x] * across[x];
            }
            const Lane sums = ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
            std::memcpy(values[index] + first, &sums, static_cast<std::size_t>(together) * sizeof(float));
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
