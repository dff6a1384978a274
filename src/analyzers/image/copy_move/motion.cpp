#include "analyzers/image/copy_move/motion.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::clone {
namespace {

constexpr double kLeastScale = 0.4, kMostScale = 2.5;
constexpr double kMostAnisotropy = 1.35;

std::optional<Motion> least_squares(const std::vector<cv::Point2d>& from, const std::vector<cv::Point2d>& to,
                                    const std::vector<char>& used) {
    cv::Point2d centre;
    double count = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (used[i] != 0) {
            centre += from[i];
            ++count;
        }
    }
    if (count < 3) {
        return std::nullopt;
    }
    centre /= count;
    double xx = 0, xy = 0, yy = 0;
    cv::Point2d mean, by_x, by_y;
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (used[i] != 0) {
            const cv::Point2d p = from[i] - centre;
            xx += p.x * p.x;
            xy += p.x * p.y;
            yy += p.y * p.y;
            mean += to[i];
            by_x += p.x * to[i];
            by_y += p.y * to[i];
        }
    }
    mean /= count;
    const double determinant = xx * yy - xy * xy;
    if (!(determinant > 1e-6 * (xx + yy) * (xx + yy)) || !(xx + yy > 1e-9)) {
        return std::nullopt;
    }
    const cv::Point2d a = (yy * by_x - xy * by_y) / determinant, b = (xx * by_y - xy * by_x) / determinant;
    Motion motion;
    motion.matrix = {a.x, b.x, mean.x - a.x * centre.x - b.x * centre.y,
                     a.y, b.y, mean.y - a.y * centre.x - b.y * centre.y};
    return motion;
}

}  // namespace

double Motion::scale() const {
    return std::sqrt(std::abs(determinant()));
}

double Motion::rotation_deg() const {
    // Image rows grow downwards: a counter-clockwise turn has a negative angle in these coordinates. The first column
    // is mirrored back where the motion mirrors.
    const double sign = mirrored() ? -1 : 1;
    const double c = (sign * matrix(0, 0) + matrix(1, 1)), s = (sign * matrix(1, 0) - matrix(0, 1));
    const double angle = -std::atan2(s, c) * 180 / CV_PI;
    return angle <= -180 ? 180 : angle;
}

Motion Motion::in_pixels_of(double factor) const {
    // Pixel centre x of the finer level lies at (x + 0.5) / factor - 0.5 of the coarser one.
    const cv::Point2d middle = at({0.5 * (factor - 1), 0.5 * (factor - 1)});
    Motion scaled = *this;
    scaled.matrix(0, 2) = (middle.x + 0.5) / factor - 0.5;
    scaled.matrix(1, 2) = (middle.y + 0.5) / factor - 0.5;
    return scaled;
}

bool Motion::plausible() const {
    const double a = matrix(0, 0), b = matrix(0, 1), c = matrix(1, 0), d = matrix(1, 1);
    const double sum = a * a + b * b + c * c + d * d, product = std::abs(determinant());
    const double root = std::sqrt(std::max(0.0, sum * sum / 4 - product * product));
    const double large = std::sqrt(sum / 2 + root), small = std::sqrt(std::max(0.0, sum / 2 - root));
    return std::isfinite(sum) && small > kLeastScale && large < kMostScale && large < kMostAnisotropy * small;
}

Motion Motion::inverse() const {
    const double d = determinant();
    Motion back;
    back.matrix(0, 0) = matrix(1, 1) / d;
    back.matrix(0, 1) = -matrix(0, 1) / d;
    back.matrix(1, 0) = -matrix(1, 0) / d;
    back.matrix(1, 1) = matrix(0, 0) / d;
    back.matrix(0, 2) = -(back.matrix(0, 0) * matrix(0, 2) + back.matrix(0, 1) * matrix(1, 2));
    back.matrix(1, 2) = -(back.matrix(1, 0) * matrix(0, 2) + back.matrix(1, 1) * matrix(1, 2));
    return back;
}

std::optional<Motion> fit_motion(const std::vector<cv::Point2d>& from, const std::vector<cv::Point2d>& to) {
    std::vector<char> used(from.size(), 1);
    std::optional<Motion> motion = least_squares(from, to, used);
    for (int round = 0; motion && round < 2 && from.size() >= 8; ++round) {
        std::vector<double> errors(from.size());
        for (std::size_t i = 0; i < from.size(); ++i) {
            const cv::Point2d miss = motion->at(from[i]) - to[i];
            errors[i] = miss.dot(miss);
        }
        std::vector<double> ordered = errors;
        const auto limit = ordered.begin() + static_cast<std::ptrdiff_t>(ordered.size() * 4 / 5);
        std::nth_element(ordered.begin(), limit, ordered.end());
        for (std::size_t i = 0; i < from.size(); ++i) {
            used[i] = static_cast<char>(errors[i] <= *limit);
        }
        motion = least_squares(from, to, used);
    }
    return motion;
}

}  // namespace bonafide::analyzers::clone
