// Places that hold too many of a picture's quietest blocks, or of its noisiest, a contrario.
//
// Gardella, Musé, Morel and Colom, "Noisesniffer: a fully automatic image forgery detector based on noise analysis",
// IWBF 2021; "Forgery detection in digital images by multi-scale noise estimation", Journal of Imaging 2021. Without an
// edit the quietest blocks lie anywhere among the selected ones, so their number in a place is binomial; a place is
// meaningful by its number of false alarms. Deviations: windows of three sizes in place of region growing; the noisiest
// are tested, too; the tail is Hoeffding's bound, which is smooth. Noise of real pictures drifts, so that independent
// blocks are no model of them: the measurement compares a place with the larger of the picture's share and its
// surroundings', and the exponent is divided by the square root of the overdispersion that the picture's own windows
// show (its full value leaves less to rank by). Limits: see README.md beside this file.
#include "analyzers/image/noise_statistics/noise_statistics.h"

#include "analyzers/image/noise_statistics/noise_blocks.h"
#include "base/ensure.h"
#include "base/median.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::analyzers {
namespace {

using statistics::Blocks;
using statistics::Rank;
using statistics::Selected;

constexpr int kSmallestSidePx = 160;
constexpr std::size_t kFewestSelected = 200;
// Below this standard deviation of the high frequencies ranks are those of rounding, in 8-bit levels.
constexpr double kLeastNoise = 0.08;
// Sides of the windows as shares of the picture's (geometric) mean side.
constexpr double kWindowShares[] = {0.12, 0.18, 0.26};
constexpr double kFewestInWindow = 10;
constexpr double kPrior = 20;
constexpr double kMostMeaningful = 1000;
// The median of the square of a standard normal variable.
constexpr double kMedianSquare = 0.4549;
constexpr double kThresholdGrey = 128;

// Hoeffding's bound on the tail of a binomial law, as -ln: count times the divergence of the observed share from the
// expected one. 0 where the share is not above.
double divergence(double count, double observed, double share) {
    const double ratio = std::min(1.0, observed / count);
    if (ratio <= share) {
        return 0;
    }
    double sum = ratio * std::log(ratio / share);
    if (ratio < 1) {
        sum += (1 - ratio) * std::log((1 - ratio) / (1 - share));
    }
    return count * sum;
}

// Numbers of selected, quiet and noisy blocks in any rectangle of the grid.
class Counts {
  public:
    Counts(const std::vector<Selected>& selected, cv::Size grid) {
        cv::Mat all = cv::Mat::zeros(grid, CV_8UC1), quiet = all.clone(), noisy = all.clone();
        for (const Selected& block : selected) {
            all.at<unsigned char>(block.row, block.column) = 1;
            quiet.at<unsigned char>(block.row, block.column) = block.rank == Rank::kLow ? 1 : 0;
            noisy.at<unsigned char>(block.row, block.column) = block.rank == Rank::kHigh ? 1 : 0;
        }
        cv::integral(all, all_, CV_32S);
        cv::integral(quiet, quiet_, CV_32S);
        cv::integral(noisy, noisy_, CV_32S);
    }
    double all(const cv::Rect& box) const { return over(all_, box); }
    double quiet(const cv::Rect& box) const { return over(quiet_, box); }
    double noisy(const cv::Rect& box) const { return over(noisy_, box); }

  private:
    static double over(const cv::Mat& integral, const cv::Rect& box) {
        const int* top = integral.ptr<int>(box.y);
        const int* bottom = integral.ptr<int>(box.y + box.height);
        return bottom[box.x + box.width] - bottom[box.x] - top[box.x + box.width] + top[box.x];
    }
    cv::Mat all_, quiet_, noisy_;
};

// Windows of one size; exponents are -ln of a tail, CV_32FC1, one a block that the window is centred on.
struct Windows {
    cv::Mat quiet, noisy;            // against the whole picture's share
    cv::Mat quiet_edge, noisy_edge;  // against the larger of that and the share in the ring around the window
    double spread = 1;               // square root of the overdispersion
};

// The share in what surrounds a window. The picture's own counts for kPrior blocks, so that a bare ring has no say.
double share_around(double marked, double count, double share) {
    return std::max(share, (marked + kPrior * share) / (count + kPrior));
}

Windows test_windows(const Counts& counts, cv::Size grid, int radius, double quiet_share, double noisy_share) {
    const cv::Rect whole({}, grid);
    Windows windows;
    for (cv::Mat* values : {&windows.quiet, &windows.noisy, &windows.quiet_edge, &windows.noisy_edge}) {
        *values = cv::Mat::zeros(grid, CV_32FC1);
    }
    std::vector<double> squares;
    for (int y = 0; y < grid.height; ++y) {
        for (int x = 0; x < grid.width; ++x) {
            const cv::Rect box = cv::Rect(x - radius, y - radius, 2 * radius + 1, 2 * radius + 1) & whole;
            const double count = counts.all(box);
            if (count < kFewestInWindow) {
                continue;
            }
            const cv::Rect wide = cv::Rect(x - 2 * radius, y - 2 * radius, 4 * radius + 1, 4 * radius + 1) & whole;
            const double around = counts.all(wide) - count;
            const auto test = [&](double marked, double marked_around, double share, cv::Mat& exponents,
                                  cv::Mat& edge_exponents) {
                exponents.at<float>(y, x) = static_cast<float>(divergence(count, marked, share));
                edge_exponents.at<float>(y, x) =
                    static_cast<float>(divergence(count, marked, share_around(marked_around, around, share)));
                if (x % radius == 0 && y % radius == 0) {
                    const double away = marked - count * share;
                    squares.push_back(away * away / (count * share * (1 - share)));
                }
            };
            const double quiet = counts.quiet(box), noisy = counts.noisy(box);
            test(quiet, counts.quiet(wide) - quiet, quiet_share, windows.quiet, windows.quiet_edge);
            test(noisy, counts.noisy(wide) - noisy, noisy_share, windows.noisy, windows.noisy_edge);
        }
    }
    if (!squares.empty()) {
        windows.spread = std::sqrt(std::max(1.0, median_of(std::move(squares)) / kMedianSquare));
    }
    return windows;
}

NoiseStatisticsResult refused(std::string why) {
    NoiseStatisticsResult result;
    result.not_applicable = std::move(why);
    return result;
}

// A block speaks for its 8 x 8 px, which lie half a block off the map's squares: the mean of the four that touch one.
cv::Mat map_of(const cv::Mat& meaningful, cv::Size picture, double threshold) {
    cv::Mat wide, mean, grey;
    const cv::Size size((picture.width + 7) / 8, (picture.height + 7) / 8);
    cv::copyMakeBorder(meaningful, wide, 1, size.height - meaningful.rows, 1, size.width - meaningful.cols,
                       cv::BORDER_REPLICATE);
    cv::boxFilter(wide, mean, CV_32F, {2, 2}, {0, 0}, true, cv::BORDER_REPLICATE);
    cv::sqrt(cv::max(mean(cv::Rect({}, size)), 0), grey);
    cv::Mat map;
    grey.convertTo(map, CV_8UC1, kThresholdGrey / std::sqrt(threshold));
    return map;
}

}  // namespace

NoiseStatisticsResult noise_statistics(const cv::Mat& luma, const NoiseStatisticsOptions& options) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    ENSURE(options.threshold > 0 && options.tail_share > 0 && options.tail_share < 0.5);
    if (luma.cols < kSmallestSidePx || luma.rows < kSmallestSidePx) {
        return refused("The picture is smaller than 160 px on a side: too few blocks to compare.");
    }
    const Blocks blocks = statistics::measure_blocks(luma);
    statistics::SelectionOptions selection;
    selection.tail_share = options.tail_share;
    const std::vector<Selected> selected = statistics::select_blocks(blocks, selection);
    if (selected.size() < kFewestSelected) {
        return refused("Nearly all of the picture is black, white or overexposed, where noise is cut off.");
    }
    NoiseStatisticsResult result;
    cv::Mat noise = cv::Mat::zeros(blocks.grid, CV_32FC1);
    for (const statistics::Block& block : blocks.list) {
        noise.at<float>(block.row, block.column) = block.noise;
    }
    std::vector<double> levels;
    double quiet = 0, noisy = 0;
    for (const Selected& block : selected) {
        levels.push_back(noise.at<float>(block.row, block.column));
        quiet += block.rank == Rank::kLow ? 1 : 0;
        noisy += block.rank == Rank::kHigh ? 1 : 0;
    }
    result.noise_level = std::sqrt(median_of(std::move(levels)));
    result.judged_area_percent = 100.0 * static_cast<double>(blocks.list.size()) / blocks.grid.area();
    if (result.noise_level < kLeastNoise || quiet == 0 || noisy == 0) {
        return refused("Even places carry no noise: a drawing, a screenshot, or compression or smoothing removed it.");
    }
    const double count = static_cast<double>(selected.size());
    const Counts counts(selected, blocks.grid);
    // Windows of every size, at every place, in both directions.
    const double log_tests = std::log(6.0 * blocks.grid.area());
    cv::Mat strongest(blocks.grid, CV_32FC1, cv::Scalar(0));
    double best = -1e9, nominal = -1e9;
    for (const double share : kWindowShares) {
        const int radius = std::max(2, cvRound(share * std::sqrt(static_cast<double>(blocks.grid.area())) / 2));
        const Windows windows = test_windows(counts, blocks.grid, radius, quiet / count, noisy / count);
        for (const bool is_quiet : {true, false}) {
            const cv::Mat& exponents = is_quiet ? windows.quiet : windows.noisy;
            double largest = 0, largest_edge = 0;
            cv::Point place;
            cv::minMaxLoc(exponents, nullptr, &largest);
            cv::minMaxLoc(is_quiet ? windows.quiet_edge : windows.noisy_edge, nullptr, &largest_edge, nullptr, &place);
            nominal = std::max(nominal, largest - log_tests);
            const double adjusted = largest_edge / windows.spread - log_tests;
            if (adjusted > best) {
                best = adjusted;
                result.overdispersion = windows.spread * windows.spread;
                result.strongest_is_quiet = is_quiet;
                const cv::Rect box = cv::Rect(place.x - radius, place.y - radius, 2 * radius + 1, 2 * radius + 1) &
                                     cv::Rect({}, blocks.grid);
                result.strongest_px = cv::Rect(box.x * 8 + Blocks::kOffsetPx, box.y * 8 + Blocks::kOffsetPx,
                                               box.width * 8, box.height * 8);
            }
            strongest = cv::max(strongest, exponents / windows.spread);
        }
    }
    const double decades = std::log(10.0);
    result.meaningfulness = std::min(kMostMeaningful, best / decades);
    result.nominal_meaningfulness = std::min(10 * kMostMeaningful, nominal / decades);
    // The map rests on the exponent alone, so that places far from meaningful are graded, too.
    result.map = map_of(strongest / decades, luma.size(), options.threshold + log_tests / decades);
    result.suspicious_area_percent = 100.0 * cv::countNonZero(result.map >= kThresholdGrey) / result.map.size().area();
    return result;
}

}  // namespace bonafide::analyzers
