// Which parts of a field of displacements move together.
//
// Cozzolino, Poggi and Verdoliva, IEEE TIFS 2015: over a true copy the displacement is an affine function of the place,
// so the error of a linear fit over a window tells it from the chaos elsewhere. Deviation: neighbouring places join
// only where their displacements differ by no more than a plausible turn or scale allows, and each joined place becomes
// one motion, fitted to all of it, which is checked on the picture itself afterwards: the field only proposes.
#include "analyzers/image/copy_move/dense_field.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::clone {
namespace {

constexpr int kWindowRadius = 5;
constexpr float kMostFitError = 1.2F;  ///< root mean square over a window, pixels of the dense level
constexpr float kMostStep = 3.0F;      ///< change of a displacement from place to place: covers mirrored copies (2)
constexpr int kFewestPlaces = 30;

cv::Mat window_sum(const cv::Mat& values) {
    cv::Mat sum;
    const int side = 2 * kWindowRadius + 1;
    cv::boxFilter(values, sum, CV_64F, {side, side}, {-1, -1}, false, cv::BORDER_REFLECT);
    return sum;
}

// Squared error of the best linear function in each window, summed over the window.
cv::Mat fit_error(const cv::Mat& displacement) {
    cv::Mat values, columns(displacement.size(), CV_64F), rows(displacement.size(), CV_64F);
    displacement.convertTo(values, CV_64F);
    for (int y = 0; y < values.rows; ++y) {
        for (int x = 0; x < values.cols; ++x) {
            columns.at<double>(y, x) = x;
            rows.at<double>(y, x) = y;
        }
    }
    const double side = 2 * kWindowRadius + 1, count = side * side;
    const double spread = count * (side * side - 1) / 12;  // sum of x^2 over the window, from its middle
    const cv::Mat sum = window_sum(values), squares = window_sum(values.mul(values));
    const cv::Mat by_column = window_sum(values.mul(columns)) - columns.mul(sum);
    const cv::Mat by_row = window_sum(values.mul(rows)) - rows.mul(sum);
    return squares - sum.mul(sum) / count - by_column.mul(by_column) / spread - by_row.mul(by_row) / spread;
}

struct Place {
    std::vector<cv::Point> points;
};

// Joins the places of `candidate` whose displacements follow each other.
std::vector<Place> join(cv::Mat& candidate, const cv::Mat& dx, const cv::Mat& dy) {
    std::vector<Place> places;
    std::vector<cv::Point> open;
    for (int y = 0; y < candidate.rows; ++y) {
        for (int x = 0; x < candidate.cols; ++x) {
            if (candidate.at<unsigned char>(y, x) == 0) {
                continue;
            }
            Place place;
            open.assign(1, {x, y});
            candidate.at<unsigned char>(y, x) = 0;
            while (!open.empty()) {
                const cv::Point at = open.back();
                open.pop_back();
                place.points.push_back(at);
                for (const cv::Point step : {cv::Point(1, 0), cv::Point(-1, 0), cv::Point(0, 1), cv::Point(0, -1)}) {
                    const cv::Point next = at + step;
                    if (next.x >= 0 && next.y >= 0 && next.x < candidate.cols && next.y < candidate.rows &&
                        candidate.at<unsigned char>(next) != 0 &&
                        std::abs(dx.at<float>(next) - dx.at<float>(at)) < kMostStep &&
                        std::abs(dy.at<float>(next) - dy.at<float>(at)) < kMostStep) {
                        candidate.at<unsigned char>(next) = 0;
                        open.push_back(next);
                    }
                }
            }
            if (static_cast<int>(place.points.size()) >= kFewestPlaces) {
                places.push_back(std::move(place));
            }
        }
    }
    return places;
}

}  // namespace

std::vector<Hypothesis> coherent_places(const cv::Mat& displacements, int most) {
    if (displacements.empty() || displacements.cols < 4 * kWindowRadius || displacements.rows < 4 * kWindowRadius) {
        return {};
    }
    cv::Mat parts[2], smooth[2];
    cv::Mat as_float;
    displacements.convertTo(as_float, CV_32F);
    cv::split(as_float, parts);
    for (int axis = 0; axis < 2; ++axis) {
        cv::medianBlur(parts[axis], smooth[axis], 5);
    }
    const cv::Mat error = fit_error(smooth[0]) + fit_error(smooth[1]);
    const double count = (2 * kWindowRadius + 1) * (2 * kWindowRadius + 1);
    cv::Mat candidate = error < kMostFitError * kMostFitError * count;
    std::vector<Place> places = join(candidate, smooth[0], smooth[1]);
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.points.size() > b.points.size(); });
    std::vector<Hypothesis> found;
    for (const Place& place : places) {
        if (static_cast<int>(found.size()) >= most) {
            break;
        }
        std::vector<cv::Point2d> from, to;
        for (const cv::Point& point : place.points) {
            const cv::Point2d at(point.x + kFeatureRadius, point.y + kFeatureRadius);
            from.push_back(at);
            to.push_back(at + cv::Point2d(smooth[0].at<float>(point), smooth[1].at<float>(point)));
        }
        const std::optional<Motion> motion = fit_motion(from, to);
        if (motion && motion->plausible()) {
            const cv::Rect box = cv::boundingRect(place.points);
            found.push_back({*motion, cv::Rect2d(box.x + kFeatureRadius, box.y + kFeatureRadius, box.width, box.height),
                             static_cast<double>(place.points.size()), false});
        }
    }
    return found;
}

}  // namespace bonafide::analyzers::clone
