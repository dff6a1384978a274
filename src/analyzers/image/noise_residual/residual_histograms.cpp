// Co-occurrences of the third-order high-pass residual, counted in small cells.
//
// Cozzolino, Poggi and Verdoliva, "Splicebuster: a new blind image splicing detector", IEEE WIFS 2015: the residual
// x(j-1) - 3 x(j) + 3 x(j+1) - x(j+2) in either direction, rounded to three levels, counted as groups of four
// neighbours along and across, mirror images and negatives as one. Deviations: the step of rounding follows the
// picture's own residual, within bounds, so that a soft or a noisy picture does not end in one class; counts are taken
// in cells, from which windows of any position are summed. Limits: a residual that compression has emptied has one
// class.
#include "analyzers/image/noise_residual/residual_histograms.h"

#include "base/ensure.h"
#include "base/lanes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bonafide::analyzers::residual {
namespace {

constexpr int kLevels = 3, kGroup = 4, kGroups = 81;
// Third differences reach two pixels, groups three more.
constexpr int kReachPx = kGroup - 1;
// Sensors and tone curves clip at both ends, where noise is cut off and says nothing.
constexpr float kDarkest = 5, kBrightest = 250;
constexpr float kLargest = 1024;  // of a residual: hostile values end here
// The step of rounding: this multiple of the residual's median magnitude, within bounds (8-bit levels).
constexpr float kScalePerMedian = 1.5F, kLeastScale = 0.7F, kMostScale = 8;
constexpr int kScaleSamples = 60'000;

std::array<std::uint8_t, kGroups> fold_groups() {
    std::array<std::uint8_t, kGroups> folded{};
    std::array<int, kGroups> name{};
    name.fill(-1);
    int classes = 0;
    for (int group = 0; group < kGroups; ++group) {
        const int a = group / 27, b = group / 9 % kLevels, c = group / kLevels % kLevels, d = group % kLevels;
        const int mirrored = d * 27 + c * 9 + b * 3 + a;
        const int least = std::min({group, mirrored, kGroups - 1 - group, kGroups - 1 - mirrored});
        if (name[least] < 0) {
            name[least] = classes++;
        }
        folded[group] = static_cast<std::uint8_t>(name[least]);
    }
    ENSURE(classes == kClasses);
    return folded;
}

float third_difference(float before, float here, float after, float beyond) {
    return (beyond - before) + 3 * (here - after);
}

float scale_of(const cv::Mat& luma) {
    std::vector<float> magnitudes;
    const std::int64_t pixels = static_cast<std::int64_t>(luma.rows) * luma.cols;
    // An odd stride, so that no column of the coding grid is preferred.
    const std::int64_t stride = pixels / kScaleSamples | 1;
    for (std::int64_t position = 0; position < pixels; position += stride) {
        const int y = static_cast<int>(position / luma.cols), x = static_cast<int>(position % luma.cols);
        if (x < 1 || x + 2 >= luma.cols) {
            continue;
        }
        const float* row = luma.ptr<float>(y) + x;
        const float value = third_difference(row[-1], row[0], row[1], row[2]);
        if (std::isfinite(value) && row[0] > kDarkest && row[0] < kBrightest) {
            magnitudes.push_back(std::abs(value));
        }
    }
    if (magnitudes.empty()) {
        return kLeastScale;
    }
    const auto middle = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 2);
    std::nth_element(magnitudes.begin(), middle, magnitudes.end());
    return std::clamp(kScalePerMedian * *middle, kLeastScale, kMostScale);
}

std::uint8_t level_of(float value, float half) {
    return static_cast<std::uint8_t>(1 + static_cast<int>(value > half) - static_cast<int>(value < -half));
}

// Neighbours side by side.
constexpr int kLanes = 8;
using LevelLane = std::uint8_t __attribute__((vector_size(kLanes), aligned(1), may_alias));
constexpr int kCodeLanes = 32;
using CodeLane = std::uint8_t __attribute__((vector_size(kCodeLanes), aligned(1), may_alias));

inline __attribute__((always_inline)) void third_differences(const std::array<const float*, kGroup>& from, int x,
                                                             EightFloats& differences) {
    const EightFloats& before = eight_at(from[0] + x);
    const EightFloats& here = eight_at(from[1] + x);
    const EightFloats& after = eight_at(from[2] + x);
    const EightFloats& beyond = eight_at(from[3] + x);
    differences = (beyond - before) + 3 * (here - after);
}

// Levels of the third differences of four rows, or of one row and its shifted selves.
BONAFIDE_ALSO_FOR_AVX2
void levels_of(const std::array<const float*, kGroup>& from, int count, float half, std::uint8_t* levels) {
    int x = 0;
    for (; x + kLanes <= count; x += kLanes) {
        EightFloats value;
        third_differences(from, x, value);
        // A comparison that holds is -1.
        *reinterpret_cast<LevelLane*>(levels + x) =
            __builtin_convertvector(1 + (value < -half) - (value > half), LevelLane);
    }
    for (; x < count; ++x) {
        levels[x] = level_of(third_difference(from[0][x], from[1][x], from[2][x], from[3][x]), half);
    }
}

// Sums of the squares of both.
BONAFIDE_ALSO_FOR_AVX2
void energies_of(const std::array<const float*, kGroup>& across, const std::array<const float*, kGroup>& down,
                 int count, float* energies) {
    int x = 0;
    for (; x + kLanes <= count; x += kLanes) {
        EightFloats one, other;
        third_differences(across, x, one);
        third_differences(down, x, other);
        eight_at(energies + x) = one * one + other * other;
    }
    for (; x < count; ++x) {
        const float one = third_difference(across[0][x], across[1][x], across[2][x], across[3][x]);
        const float other = third_difference(down[0][x], down[1][x], down[2][x], down[3][x]);
        energies[x] = one * one + other * other;
    }
}

// Numbers of groups of four levels.
BONAFIDE_ALSO_FOR_AVX2
void codes_of(const std::array<const std::uint8_t*, kGroup>& levels, int count, std::uint8_t* codes) {
    int x = 0;
    for (; x + kCodeLanes <= count; x += kCodeLanes) {
        CodeLane code = *reinterpret_cast<const CodeLane*>(levels[0] + x);
        for (int next = 1; next < kGroup; ++next) {
            code = code + code + code + *reinterpret_cast<const CodeLane*>(levels[next] + x);
        }
        *reinterpret_cast<CodeLane*>(codes + x) = code;
    }
    for (; x < count; ++x) {
        codes[x] = static_cast<std::uint8_t>(27 * levels[0][x] + 9 * levels[1][x] + 3 * levels[2][x] + levels[3][x]);
    }
}

// One row of the picture, rounded in both directions.
struct Row {
    std::vector<std::uint8_t> horizontal, vertical;
};

class Counter {
  public:
    Counter(const cv::Mat& luma, float scale) : luma_(luma), half_(scale / 2) {
        for (Row& row : rows_) {
            row.horizontal.assign(luma.cols, 1);
            row.vertical.assign(luma.cols, 1);
        }
        for (auto* codes : {&along_horizontal_, &across_horizontal_, &along_vertical_, &across_vertical_}) {
            codes->assign(luma.cols, 0);
        }
        energy_.assign(luma.cols, 0);
    }

    // Group numbers of the pixels of row `y`, which needs the three rows below, too.
    void code_row(int y) {
        for (int below = 0; below < kGroup; ++below) {
            round_row(y + below);
        }
        const int width = luma_.cols - kReachPx;
        std::array<const Row*, kGroup> rows{};
        for (int below = 0; below < kGroup; ++below) {
            rows[below] = &rows_[(y + below) % kGroup];
        }
        along(rows[0]->horizontal, along_horizontal_, width);
        along(rows[0]->vertical, across_vertical_, width);
        codes_of({rows[0]->horizontal.data(), rows[1]->horizontal.data(), rows[2]->horizontal.data(),
                  rows[3]->horizontal.data()},
                 width, across_horizontal_.data());
        codes_of(
            {rows[0]->vertical.data(), rows[1]->vertical.data(), rows[2]->vertical.data(), rows[3]->vertical.data()},
            width, along_vertical_.data());
    }
    void count(int first, int last, std::uint32_t* along_counts, std::uint32_t* across_counts) const {
        for (int x = first; x < last; ++x) {
            ++along_counts[along_horizontal_[x]];
            ++across_counts[across_horizontal_[x]];
            ++along_counts[along_vertical_[x]];
            ++across_counts[across_vertical_[x]];
        }
    }
    // Squares of both residuals of the row that code_row() was given.
    void measure_energy(int y) {
        std::array<const float*, kGroup> down = around(y);
        for (const float*& row : down) {
            ++row;
        }
        const float* row = luma_.ptr<float>(y);
        energies_of({row, row + 1, row + 2, row + 3}, down, luma_.cols - kReachPx, energy_.data() + 1);
    }
    const std::vector<float>& energy() const { return energy_; }

  private:
    std::array<const float*, kGroup> around(int y) const {
        const auto row = [&](int at) { return luma_.ptr<float>(std::clamp(at, 0, luma_.rows - 1)); };
        return {row(y - 1), row(y), row(y + 1), row(y + 2)};
    }
    void round_row(int y) {
        Row& rounded = rows_[y % kGroup];
        if (rounded_[y % kGroup] == y) {
            return;
        }
        rounded_[y % kGroup] = y;
        const std::array<const float*, kGroup> rows = around(y);
        const float* row = luma_.ptr<float>(std::min(y, luma_.rows - 1));
        levels_of({row, row + 1, row + 2, row + 3}, luma_.cols - kReachPx, half_, rounded.horizontal.data() + 1);
        levels_of(rows, luma_.cols, half_, rounded.vertical.data());
    }
    static void along(const std::vector<std::uint8_t>& levels, std::vector<std::uint8_t>& codes, int width) {
        codes_of({levels.data(), levels.data() + 1, levels.data() + 2, levels.data() + 3}, width, codes.data());
    }

    const cv::Mat& luma_;
    float half_;
    std::array<Row, kGroup> rows_;
    std::array<int, kGroup> rounded_{-1, -1, -1, -1};
    std::vector<std::uint8_t> along_horizontal_, across_horizontal_, along_vertical_, across_vertical_;
    std::vector<float> energy_;
};

}  // namespace

Cells measure_cells(const cv::Mat& luma, int cell_px, int row_step) {
    ENSURE(luma.type() == CV_32FC1 && cell_px >= 4 && row_step >= 1 && row_step <= cell_px);
    ENSURE(luma.cols >= cell_px + kGroup && luma.rows >= cell_px + kGroup);
    static const std::array<std::uint8_t, kGroups> kFolded = fold_groups();
    const cv::Size size(luma.cols / cell_px, luma.rows / cell_px);
    Cells cells;
    cells.cell_px = cell_px;
    cells.scale = scale_of(luma);
    cells.counts = cv::Mat::zeros(size.area(), kFeatures, CV_32FC1);
    for (cv::Mat* values : {&cells.brightness, &cells.energy, &cells.clipped}) {
        *values = cv::Mat::zeros(size, CV_32FC1);
    }
    Counter counter(luma, cells.scale);
    std::vector<std::uint32_t> counts;
    for (int cell_y = 0; cell_y < size.height; ++cell_y) {
        counts.assign(static_cast<std::size_t>(size.width) * 2 * kGroups, 0);
        float* brightness = cells.brightness.ptr<float>(cell_y);
        float* energy = cells.energy.ptr<float>(cell_y);
        float* clipped = cells.clipped.ptr<float>(cell_y);
        int rows = 0;
        for (int y = cell_y * cell_px; y < (cell_y + 1) * cell_px; y += row_step, ++rows) {
            counter.code_row(y);
            counter.measure_energy(y);
            const float* row = luma.ptr<float>(y);
            for (int cell_x = 0; cell_x < size.width; ++cell_x) {
                const int first = cell_x * cell_px, last = first + cell_px;
                std::uint32_t* cell = counts.data() + static_cast<std::size_t>(cell_x) * 2 * kGroups;
                counter.count(first, std::min(last, luma.cols - kReachPx), cell, cell + kGroups);
                float sum = 0, squares = 0, ends = 0;
                for (int x = first; x < last; ++x) {
                    sum += row[x];
                    squares += counter.energy()[x];
                    ends += static_cast<float>(!(row[x] > kDarkest && row[x] < kBrightest));
                }
                brightness[cell_x] += std::isfinite(sum) ? std::clamp(sum, 0.0F, 255.0F * cell_px) : 0;
                energy[cell_x] += std::isfinite(squares) ? std::min(squares, kLargest * kLargest * cell_px) : 0;
                clipped[cell_x] += ends;
            }
        }
        for (int cell_x = 0; cell_x < size.width; ++cell_x) {
            const float samples = static_cast<float>(rows * cell_px);
            brightness[cell_x] /= samples;
            energy[cell_x] /= 2 * samples;
            clipped[cell_x] /= samples;
            const std::uint32_t* from = counts.data() + static_cast<std::size_t>(cell_x) * 2 * kGroups;
            float* to = cells.counts.ptr<float>(cell_y * size.width + cell_x);
            for (int group = 0; group < kGroups; ++group) {
                to[kFolded[group]] += static_cast<float>(from[group]);
                to[kClasses + kFolded[group]] += static_cast<float>(from[kGroups + group]);
            }
        }
    }
    return cells;
}

cv::Mat window_sums(const cv::Mat& values, cv::Size size, int side) {
    ENSURE(values.type() == CV_32FC1 && values.rows == size.area());
    ENSURE(side >= 1 && side <= size.width && side <= size.height);
    const int columns = values.cols, wide = size.width - side + 1, high = size.height - side + 1;
    cv::Mat sums(wide * high, columns, CV_32FC1);
    cv::Mat bands = cv::Mat::zeros(size.width, columns, CV_32FC1);  // sums of `side` cells, one below the other
    for (int y = 0; y < size.height; ++y) {
        bands += values.rowRange(y * size.width, (y + 1) * size.width);
        if (y >= side) {
            bands -= values.rowRange((y - side) * size.width, (y - side + 1) * size.width);
        }
        if (y + 1 < side) {
            continue;
        }
        cv::Mat first = sums.row((y - side + 1) * wide);
        cv::reduce(bands.rowRange(0, side), first, 0, cv::REDUCE_SUM);
        for (int x = 1; x < wide; ++x) {
            const float* before = sums.ptr<float>((y - side + 1) * wide + x - 1);
            const float *come = bands.ptr<float>(x + side - 1), *gone = bands.ptr<float>(x - 1);
            float* window = sums.ptr<float>((y - side + 1) * wide + x);
            for (int column = 0; column < columns; ++column) {
                window[column] = before[column] + (come[column] - gone[column]);
            }
        }
    }
    return sums;
}

}  // namespace bonafide::analyzers::residual
