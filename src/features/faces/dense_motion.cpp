#include "features/faces/dense_motion.h"

#include "base/ensure.h"
#include "base/lanes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace bonafide::features::faces {
namespace {

constexpr int kWindowPx = 11;        // side of the windows, at every level
constexpr int kSmallestSidePx = 20;  // of the coarsest level
constexpr int kMostLevels = 5;
constexpr int kCoarseRounds = 3, kFineRounds = 1;
// Squared levels a pixel: gradients below it are noise, and where there are only such the coarser level's answer stays.
constexpr float kPrior = 4;
constexpr float kMostStepPx = 1;  // a round finds no more: the gradients say nothing of what lies further
constexpr int kBorder = cv::BORDER_REFLECT_101;

/// Where the pixels of a part of the picture were.
cv::Mat places_of(const cv::Mat& motion, const cv::Rect& part) {
    cv::Mat places(part.size(), CV_32FC2);
    for (int y = 0; y < part.height; ++y) {
        const auto* offset = motion.ptr<cv::Vec2f>(part.y + y) + part.x;
        auto* place = places.ptr<cv::Vec2f>(y);
        for (int x = 0; x < part.width; ++x) {
            place[x] = {static_cast<float>(part.x + x) + offset[x][0], static_cast<float>(part.y + y) + offset[x][1]};
        }
    }
    return places;
}

cv::Mat sampled(const cv::Mat& picture, const cv::Mat& motion, const cv::Rect& part, int interpolation) {
    cv::Mat result;
    cv::remap(picture, result, places_of(motion, part), cv::noArray(), interpolation, kBorder);
    return result;
}

/// A row of floats with a mirrored pixel at both ends.
class EdgedRow {
  public:
    explicit EdgedRow(int width) : values_(static_cast<std::size_t>(width) + 2) {}
    float* at(int x) { return values_.data() + 1 + x; }
    void mirror_ends(int width) {
        *at(-1) = *at(cv::borderInterpolate(-1, width, kBorder));
        *at(width) = *at(cv::borderInterpolate(width, width, kBorder));
    }

  private:
    std::vector<float> values_;
};

/// What one row tells of the motion.
struct Slopes {
    explicit Slopes(std::size_t width) : across(width), down(width), change(width) {}
    std::vector<float> across, down, change;
};

BONAFIDE_ALSO_FOR_AVX2
void mix(const float* now, const float* there, int width, float* both) {
    for (int x = 0; x < width; ++x) {
        both[x] = (now[x] + there[x]) * 0.5F;
    }
}

/// Scharr's gradients of `both`, given by three rows, levels a pixel; `smooth` and `steep` are for its own use.
BONAFIDE_ALSO_FOR_AVX2
void slopes_of(const float* above, const float* both, const float* below, int width, float* smooth, float* steep,
               float* across, float* down) {
    for (int x = -1; x <= width; ++x) {
        smooth[x] = 3 * (above[x] + below[x]) + 10 * both[x];
        steep[x] = below[x] - above[x];
    }
    for (int x = 0; x < width; ++x) {
        across[x] = (smooth[x + 1] - smooth[x - 1]) * (1 / 32.0F);
        down[x] = (3 * (steep[x - 1] + steep[x + 1]) + 10 * steep[x]) * (1 / 32.0F);
    }
}

constexpr int kHalfPx = kWindowPx / 2;

/// Adds `sign` times the products of slopes to five sums, none of which overlaps another row.
BONAFIDE_ALSO_FOR_AVX2
void add_products(const float* __restrict across, const float* __restrict down, const float* __restrict change,
                  int width, double sign, double* __restrict xx, double* __restrict xy, double* __restrict yy,
                  double* __restrict xc, double* __restrict yc) {
    for (int x = 0; x < width; ++x) {
        xx[x] += sign * static_cast<double>(across[x] * across[x]);
        xy[x] += sign * static_cast<double>(across[x] * down[x]);
        yy[x] += sign * static_cast<double>(down[x] * down[x]);
        xc[x] += sign * static_cast<double>(across[x] * change[x]);
        yc[x] += sign * static_cast<double>(down[x] * change[x]);
    }
}

/// Sums of products of slopes over the rows of the window, column by column, with mirrored columns at both ends. In
/// double, in which what is added and taken away again leaves nothing behind.
class ColumnSums {
  public:
    enum Product { kXx, kXy, kYy, kXc, kYc, kProducts };

    explicit ColumnSums(int width)
        : width_(width), stride_(static_cast<std::size_t>(width) + kWindowPx), sums_(kProducts * stride_) {}
    double* of(int product) { return sums_.data() + static_cast<std::size_t>(product) * stride_ + kHalfPx; }
    void add(const Slopes& row, double sign) {
        add_products(row.across.data(), row.down.data(), row.change.data(), width_, sign, of(kXx), of(kXy), of(kYy),
                     of(kXc), of(kYc));
    }
    void mirror_ends() {
        for (int product = 0; product < kProducts; ++product) {
            double* sums = of(product);
            for (int step = 1; step <= kHalfPx; ++step) {
                sums[-step] = sums[cv::borderInterpolate(-step, width_, kBorder)];
                sums[width_ - 1 + step] = sums[cv::borderInterpolate(width_ - 1 + step, width_, kBorder)];
            }
        }
    }

  private:
    int width_;
    std::size_t stride_;
    std::vector<double> sums_;
};

/// Means over the window, of sums of columns that begin half a window before the first pixel. `twos` and `fours` are
/// for its own use, and longer than `width` by a window.
BONAFIDE_ALSO_FOR_AVX2
void means_of(const double* columns, int width, double* twos, double* fours, float* means) {
    static_assert(kWindowPx == 11);
    for (int x = 0; x < width + 8; ++x) {
        twos[x] = columns[x] + columns[x + 1];
    }
    for (int x = 0; x < width + 4; ++x) {
        fours[x] = twos[x] + twos[x + 2];
    }
    for (int x = 0; x < width; ++x) {
        means[x] = static_cast<float>((fours[x] + fours[x + 4] + twos[x + 8] + columns[x + 10]) *
                                      (1.0 / (kWindowPx * kWindowPx)));
    }
}

/// Adds to `motion`, of pairs across and down, what the means of products say of a row.
BONAFIDE_ALSO_FOR_AVX2
void solve(const float* xx, const float* xy, const float* yy, const float* xc, const float* yc, int width,
           float* motion) {
    for (int x = 0; x < width; ++x) {
        const float a = xx[x] + kPrior, b = xy[x], d = yy[x] + kPrior;
        const float determinant = a * d - b * b;  // positive: the prior sees to it
        const float across = (d * xc[x] - b * yc[x]) / determinant, down = (a * yc[x] - b * xc[x]) / determinant;
        motion[2 * x] += std::min(std::max(across, -kMostStepPx), kMostStepPx);
        motion[2 * x + 1] += std::min(std::max(down, -kMostStepPx), kMostStepPx);
    }
}

/// The slopes of one row after the other.
class SlopesByRow {
  public:
    SlopesByRow(const cv::Mat& now, const cv::Mat& there)
        : now_(now), there_(there), both_(3, EdgedRow(now.cols)), smooth_(now.cols), steep_(now.cols) {
        for (int y = 0; y < std::min(2, now.rows); ++y) {
            mix_row(y);
        }
    }
    /// Rows are asked for in order.
    void take(int y, Slopes& slopes) {
        if (y > 0 && y + 1 < now_.rows) {
            mix_row(y + 1);
        }
        const auto row = [&](int wanted) { return both_[cv::borderInterpolate(wanted, now_.rows, kBorder) % 3].at(0); };
        slopes_of(row(y - 1), row(y), row(y + 1), now_.cols, smooth_.at(0), steep_.at(0), slopes.across.data(),
                  slopes.down.data());
        const auto *now = now_.ptr<float>(y), *there = there_.ptr<float>(y);
        std::transform(now, now + now_.cols, there, slopes.change.begin(), std::minus<>());
    }

  private:
    void mix_row(int y) {
        EdgedRow& row = both_[static_cast<std::size_t>(y) % 3];
        mix(now_.ptr<float>(y), there_.ptr<float>(y), now_.cols, row.at(0));
        row.mirror_ends(now_.cols);
    }

    const cv::Mat &now_, &there_;
    std::vector<EdgedRow> both_;
    EdgedRow smooth_, steep_;
};

BONAFIDE_ALSO_FOR_AVX2
void add_five(const std::array<const float*, 5>& rows, int count, float* sums) {
    const float *first = rows[0], *second = rows[1], *third = rows[2], *fourth = rows[3], *fifth = rows[4];
    for (int i = 0; i < count; ++i) {
        sums[i] = first[i] + second[i] + third[i] + fourth[i] + fifth[i];
    }
}

/// `sums`: of pairs, with two more pairs at both ends.
BONAFIDE_ALSO_FOR_AVX2
void mean_of_five(const float* sums, int count, float* means) {
    for (int i = 0; i < count; ++i) {
        means[i] = (sums[i - 4] + sums[i - 2] + sums[i] + sums[i + 2] + sums[i + 4]) * (1 / 25.0F);
    }
}

/// Means over windows of 5 x 5 px of pairs.
cv::Mat smoothed(const cv::Mat& motion) {
    cv::Mat smooth(motion.size(), motion.type());
    const int width = motion.cols;
    std::vector<float> sums(2 * (static_cast<std::size_t>(width) + 4));
    float* first = sums.data() + 4;
    for (int y = 0; y < motion.rows; ++y) {
        std::array<const float*, 5> rows{};
        for (int row = y - 2; const float*& each : rows) {
            each = motion.ptr<float>(cv::borderInterpolate(row++, motion.rows, kBorder));
        }
        add_five(rows, 2 * width, first);
        for (const int x : {-2, -1, width, width + 1}) {
            const float* mirrored = first + 2 * cv::borderInterpolate(x, width, kBorder);
            std::copy(mirrored, mirrored + 2, first + 2 * x);
        }
        mean_of_five(first, 2 * width, smooth.ptr<float>(y));
    }
    return smooth;
}

/// One round of least squares on top of `motion`, row by row, so that nothing but rows is held in between.
void refine(const cv::Mat& now, const cv::Mat& before, cv::Mat& motion) {
    const cv::Mat there = sampled(before, motion, cv::Rect({}, now.size()), cv::INTER_LINEAR);
    const int width = now.cols, height = now.rows;
    const auto columns = static_cast<std::size_t>(width);
    constexpr int kHeld = kWindowPx + 1;
    std::vector<Slopes> held(kHeld, Slopes(columns));
    SlopesByRow rows(now, there);
    const auto at_row = [&held](int y) -> Slopes& {
        const int place = y % kHeld;
        return held[static_cast<std::size_t>(place)];
    };
    int taken = 0;
    const auto slopes_at = [&](int y) -> const Slopes& {
        const int mirrored = cv::borderInterpolate(y, height, kBorder);
        for (; taken <= mirrored; ++taken) {
            rows.take(taken, held[static_cast<std::size_t>(taken % kHeld)]);
        }
        return at_row(mirrored);
    };
    ColumnSums sums(width);
    std::vector<double> twos(columns + kWindowPx), fours(columns + kWindowPx);
    std::vector<std::vector<float>> means(ColumnSums::kProducts, std::vector<float>(columns));
    for (int y = -kHalfPx; y < kHalfPx; ++y) {
        sums.add(slopes_at(y), 1);
    }
    for (int y = 0; y < height; ++y) {
        sums.add(slopes_at(y + kHalfPx), 1);
        sums.mirror_ends();
        for (int product = 0; product < ColumnSums::kProducts; ++product) {
            means_of(sums.of(product) - kHalfPx, width, twos.data(), fours.data(),
                     means[static_cast<std::size_t>(product)].data());
        }
        solve(means[ColumnSums::kXx].data(), means[ColumnSums::kXy].data(), means[ColumnSums::kYy].data(),
              means[ColumnSums::kXc].data(), means[ColumnSums::kYc].data(), width, motion.ptr<float>(y));
        sums.add(slopes_at(y - kHalfPx), -1);
    }
    motion = smoothed(motion);
}

}  // namespace

cv::Mat dense_motion(const cv::Mat& now, const cv::Mat& before, MotionGrid finest) {
    ENSURE(!now.empty() && now.type() == CV_8UC1 && before.type() == CV_8UC1 && now.size() == before.size());
    std::vector<cv::Mat> finer_now(1), finer_before(1);
    now.convertTo(finer_now[0], CV_32F);
    before.convertTo(finer_before[0], CV_32F);
    while (static_cast<int>(finer_now.size()) < kMostLevels &&
           std::min(finer_now.back().cols, finer_now.back().rows) >= 2 * kSmallestSidePx) {
        cv::Mat small_now, small_before;
        cv::pyrDown(finer_now.back(), small_now, {}, kBorder);
        cv::pyrDown(finer_before.back(), small_before, {}, kBorder);
        finer_now.push_back(small_now);
        finer_before.push_back(small_before);
    }
    cv::Mat motion(finer_now.back().size(), CV_32FC2, cv::Scalar::all(0));
    for (std::size_t level = finer_now.size(); level-- > 0;) {
        if (motion.size() != finer_now[level].size()) {
            cv::Mat larger;
            cv::resize(motion, larger, finer_now[level].size(), 0, 0, cv::INTER_LINEAR);
            motion = larger * 2;
        }
        const bool is_left_out = level == 0 && finest == MotionGrid::kEverySecondPixel && finer_now.size() > 1;
        for (int round = 0; !is_left_out && round < (level == 0 ? kFineRounds : kCoarseRounds); ++round) {
            refine(finer_now[level], finer_before[level], motion);
        }
    }
    return motion;
}

cv::Mat moved_by(const cv::Mat& before, const cv::Mat& motion, const cv::Rect& part) {
    ENSURE((part & cv::Rect({}, motion.size())) == part);
    cv::Mat whole;
    before.convertTo(whole, CV_32F);
    return sampled(whole, motion, part, cv::INTER_CUBIC);
}

}  // namespace bonafide::features::faces
