// Nearest places by PatchMatch.
//
// Barnes, Shechtman, Finkelstein and Goldman, "PatchMatch", ACM TOG 2009; Cozzolino, Poggi and Verdoliva, IEEE TIFS
// 2015, add predictors of first order, so that a displacement which grows from place to place (turned and scaled
// copies) spreads as well; Ehret, "Automatic detection of internal copy-move forgeries in images", IPOL 2018, describes
// an implementation. Deviation: the picture is cut into a fixed number of bands that exchange their borders after every
// pass, with one random sequence a band, so that the answer does not depend on the number of threads.
#include "analyzers/image/copy_move/dense_field.h"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace bonafide::analyzers::clone {
namespace {

constexpr int kPasses = 4;
constexpr int kFarPasses = 2, kNearReach = 18;
constexpr int kBands = 8;

__attribute__((target_clones("avx2", "default"))) std::int32_t distance(const std::int16_t* __restrict a,
                                                                        const std::int16_t* __restrict b) {
    std::int32_t sum = 0;
    for (int i = 0; i < kFeatureLength; ++i) {
        const auto difference = static_cast<std::int16_t>(a[i] - b[i]);
        sum += difference * difference;
    }
    return sum;
}

class Sequence {
  public:
    explicit Sequence(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
    /// Uniform in [low, high].
    int next(int low, int high) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return low + static_cast<int>((state_ >> 33) % static_cast<std::uint64_t>(high - low + 1));
    }

  private:
    std::uint64_t state_;
};

class Search {
  public:
    Search(const FeatureField& features, int least_shift)
        : features_(features),
          least_shift_(least_shift),
          shift_(features.size, CV_32SC2),
          cost_(features.size, CV_32SC1) {}

    cv::Mat run() {
        each_band([&](int, const cv::Range& rows, Sequence& random) {
            for (int y = rows.start; y < rows.end; ++y) {
                for (int x = 0; x < shift_.cols; ++x) {
                    shift_.at<cv::Vec2i>(y, x) = {0, 0};
                    cost_.at<int>(y, x) = std::numeric_limits<int>::max();
                    for (int attempt = 0; attempt < 3; ++attempt) {
                        offer(x, y, {random.next(0, shift_.cols - 1) - x, random.next(0, shift_.rows - 1) - y});
                    }
                }
            }
        });
        for (pass_ = 0; pass_ < kPasses; ++pass_) {
            before_ = shift_.clone();
            each_band([&](int, const cv::Range& rows, Sequence& random) { improve(rows, random); });
        }
        return shift_;
    }

  private:
    template <class Work>
    void each_band(const Work& work) {
        cv::parallel_for_({0, kBands}, [&](const cv::Range& range) {
            for (int band = range.start; band < range.end; ++band) {
                Sequence random(static_cast<std::uint64_t>(band + 1) * 1000 + static_cast<std::uint64_t>(pass_ + 2));
                work(band, cv::Range(shift_.rows * band / kBands, shift_.rows * (band + 1) / kBands), random);
            }
        });
    }

    void offer(int x, int y, cv::Vec2i shift) {
        const int to_x = x + shift[0], to_y = y + shift[1];
        if (to_x < 0 || to_y < 0 || to_x >= shift_.cols || to_y >= shift_.rows ||
            std::max(std::abs(shift[0]), std::abs(shift[1])) < least_shift_ || shift == shift_.at<cv::Vec2i>(y, x)) {
            return;
        }
        const int cost = distance(features_.at(x, y), features_.at(to_x, to_y));
        if (cost < cost_.at<int>(y, x)) {
            cost_.at<int>(y, x) = cost;
            shift_.at<cv::Vec2i>(y, x) = shift;
        }
    }

    // Offers the displacement one place back along (dx, dy), and what it and the next one back predict.
    void propagate(int x, int y, int dx, int dy, const cv::Range& rows) {
        const auto known = [&](int from_x, int from_y) {
            const bool own = from_y >= rows.start && from_y < rows.end;
            return (own ? shift_ : before_).at<cv::Vec2i>(from_y, from_x);
        };
        const int near_x = x - dx, near_y = y - dy, far_x = x - 2 * dx, far_y = y - 2 * dy;
        if (near_x < 0 || near_y < 0 || near_x >= shift_.cols || near_y >= shift_.rows) {
            return;
        }
        const cv::Vec2i near = known(near_x, near_y);
        offer(x, y, near);
        if (far_x >= 0 && far_y >= 0 && far_x < shift_.cols && far_y < shift_.rows) {
            const cv::Vec2i far = known(far_x, far_y);
            if (far != near) {
                offer(x, y, 2 * near - far);
            }
        }
    }

    void improve(const cv::Range& rows, Sequence& random) {
        const int step = pass_ % 2 == 0 ? 1 : -1;
        const int first_y = step > 0 ? rows.start : rows.end - 1, first_x = step > 0 ? 0 : shift_.cols - 1;
        for (int row = 0; row < rows.size(); ++row) {
            for (int column = 0; column < shift_.cols; ++column) {
                const int x = first_x + step * column, y = first_y + step * row;
                propagate(x, y, step, 0, rows);
                propagate(x, y, 0, step, rows);
                propagate(x, y, step, step, rows);
                propagate(x, y, -step, step, rows);
                // Far guesses cost most, each a miss of the cache, and find little once every place has had a few.
                const int farthest = std::max(shift_.cols, shift_.rows);
                for (int reach = pass_ < kFarPasses ? farthest : std::min(farthest, kNearReach); reach >= 2;
                     reach /= 3) {
                    const cv::Vec2i best = shift_.at<cv::Vec2i>(y, x);
                    const int low_x = std::max(0, x + best[0] - reach),
                              high_x = std::min(shift_.cols - 1, x + best[0] + reach);
                    const int low_y = std::max(0, y + best[1] - reach),
                              high_y = std::min(shift_.rows - 1, y + best[1] + reach);
                    offer(x, y, {random.next(low_x, high_x) - x, random.next(low_y, high_y) - y});
                }
            }
        }
    }

    const FeatureField& features_;
    int least_shift_;
    cv::Mat shift_, cost_, before_;
    int pass_ = -1;
};

}  // namespace

cv::Mat nearest_field(const FeatureField& features, int least_shift) {
    if (features.size.width <= 2 * least_shift || features.size.height < kBands) {
        return {};
    }
    return Search(features, least_shift).run();
}

}  // namespace bonafide::analyzers::clone
