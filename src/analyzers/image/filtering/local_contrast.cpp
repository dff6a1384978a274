// Windows against the rings around them, as image.noise.level judges noise: what drifts over a picture is genuine
// (depth of field, vignetting), an inserted or retouched region ends at an edge. Mahdian and Saic, Image and Vision
// Computing 2009, compare regions' levels so; the uncertainty of either mean is taken off. Limits: a single object in
// focus before a distant background has such an edge, too.
#include "analyzers/image/filtering/local_contrast.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::filtering {
namespace {

// Sides of the windows as shares of the picture's (geometric) mean side; a ring is as wide as half its window.
constexpr double kWindowShares[] = {0.12, 0.18, 0.26};
constexpr double kFewestInside = 6, kFewestAround = 10;
constexpr double kStandardErrors = 2;
constexpr int kReweightings = 5;

class Sums {
  public:
    Sums(const cv::Mat& values, const cv::Mat& judged) {
        cv::Mat ones;
        judged.convertTo(ones, CV_32FC1, 1 / 255.0);
        cv::integral(ones, count_, CV_64F);
        cv::integral(values, sum_, squares_, CV_64F, CV_64F);
    }
    struct Total {
        double count = 0, sum = 0, squares = 0;
        double mean() const { return sum / count; }
        // `floor`: variance assumed at least, since few cells can agree by chance.
        double error_squared(double floor) const { return std::max(floor, squares / count - mean() * mean()) / count; }
    };
    Total over(const cv::Rect& box) const { return {at(count_, box), at(sum_, box), at(squares_, box)}; }

  private:
    static double at(const cv::Mat& integral, const cv::Rect& box) {
        const double* top = integral.ptr<double>(box.y);
        const double* bottom = integral.ptr<double>(box.y + box.height);
        return bottom[box.x + box.width] - bottom[box.x] - top[box.x + box.width] + top[box.x];
    }
    cv::Mat count_, sum_, squares_;
};

}  // namespace

void level_out(cv::Mat& values, const cv::Mat& explaining, const cv::Mat& judged) {
    ENSURE(values.type() == CV_32FC1 && explaining.type() == CV_32FC1 && judged.type() == CV_8UC1);
    double slope = 0, middle = 0, offset = 0, spread = 1e9;
    for (int round = 0; round < kReweightings; ++round) {
        double weight = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, absolute = 0;
        for (int y = 0; y < values.rows; ++y) {
            for (int x = 0; x < values.cols; ++x) {
                if (judged.at<unsigned char>(y, x) == 0) {
                    continue;
                }
                const double a = explaining.at<float>(y, x), b = values.at<float>(y, x);
                const double rest = b - offset - slope * (a - middle);
                const double share = 1 / (1 + rest * rest / (spread * spread));
                weight += share;
                sum_x += share * a;
                sum_y += share * b;
                sum_xx += share * a * a;
                sum_xy += share * a * b;
                absolute += share * std::abs(rest);
            }
        }
        if (weight <= 0) {
            break;
        }
        middle = sum_x / weight;
        offset = sum_y / weight;
        const double variance = sum_xx / weight - middle * middle;
        slope = variance > 1e-6 ? (sum_xy / weight - middle * offset) / variance : 0;
        spread = round == 0 ? 1e9 : std::max(1e-6, absolute / weight);
    }
    for (int y = 0; y < values.rows; ++y) {
        for (int x = 0; x < values.cols; ++x) {
            float& value = values.at<float>(y, x);
            value = judged.at<unsigned char>(y, x) == 0
                        ? 0
                        : value - static_cast<float>(offset + slope * (explaining.at<float>(y, x) - middle));
        }
    }
}

Contrast local_contrast(const cv::Mat& values, const cv::Mat& judged) {
    ENSURE(values.type() == CV_32FC1 && judged.type() == CV_8UC1 && values.size() == judged.size());
    const cv::Size size = values.size();
    const cv::Rect whole({}, size);
    const Sums sums(values, judged);
    const Sums::Total all = sums.over(whole);
    Contrast contrast;
    contrast.departure = cv::Mat::zeros(size, CV_32FC1);
    if (all.count < kFewestInside + kFewestAround) {
        return contrast;
    }
    const double floor = 0.1 * std::max(0.0, all.squares / all.count - all.mean() * all.mean());
    cv::Mat higher = cv::Mat::zeros(size, CV_32FC1), lower = higher.clone();
    for (const double share : kWindowShares) {
        const int radius = std::max(1, cvRound(share * std::sqrt(static_cast<double>(size.area())) / 2));
        cv::Mat windows = cv::Mat::zeros(size, CV_32FC1), reached;
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x) {
                const cv::Rect box = cv::Rect(x - radius, y - radius, 2 * radius + 1, 2 * radius + 1) & whole;
                const Sums::Total inside = sums.over(box);
                Sums::Total ring =
                    sums.over(cv::Rect(x - 2 * radius, y - 2 * radius, 4 * radius + 1, 4 * radius + 1) & whole);
                ring.count -= inside.count;
                ring.sum -= inside.sum;
                ring.squares -= inside.squares;
                if (inside.count < kFewestInside || ring.count < kFewestAround) {
                    continue;
                }
                const double difference = inside.mean() - ring.mean();
                const double sure = std::abs(difference) - kStandardErrors * std::sqrt(inside.error_squared(floor) +
                                                                                       ring.error_squared(floor));
                if (sure <= 0) {
                    continue;
                }
                windows.at<float>(y, x) = static_cast<float>(std::copysign(sure, difference));
                if (sure > contrast.strongest) {
                    contrast.strongest = sure;
                    contrast.strongest_is_positive = difference > 0;
                    contrast.place = box;
                }
            }
        }
        const cv::Mat shape = cv::getStructuringElement(cv::MORPH_RECT, {2 * radius + 1, 2 * radius + 1});
        cv::dilate(windows, reached, shape);
        higher = cv::max(higher, reached);
        cv::dilate(-windows, reached, shape);
        lower = cv::max(lower, reached);
    }
    // A cell's own neighbourhood must depart by half as much: this gives the window's square the region's shape.
    cv::Mat sum, count, own;
    judged.convertTo(own, CV_32FC1, 1 / 255.0);
    cv::blur(own, count, {3, 3});
    cv::blur(values, sum, {3, 3});
    cv::divide(sum, cv::max(count, 1.0 / 9), own);
    higher = cv::min(higher, cv::max(2 * own, 0));
    lower = cv::min(lower, cv::max(-2 * own, 0));
    contrast.departure = higher - lower;
    return contrast;
}

}  // namespace bonafide::analyzers::filtering
