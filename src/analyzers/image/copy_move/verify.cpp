// Whether two places are the same picture and not only alike.
//
// Windows, bricks and leaves look alike; only a copy repeats the grain between their edges. The band-pass detail of the
// second place is brought onto the first and correlated with it window by window, every window normalised by itself, so
// that even surfaces count as much as edges (Pan and Lyu, "Region duplication detection using image feature matching",
// IEEE TIFS 2010, verify by correlation of the luminance; Christlein et al., "An evaluation of popular copy-move
// forgery detection approaches", IEEE TIFS 2012, compare the steps). Added here: the correlation must stand out from
// that of small shifts around (likeness.cpp); the motion is refined by least squares on the detail itself (Lucas and
// Kanade 1981, compositional); and a place that moves onto itself is texture.
#include "analyzers/image/copy_move/verify.h"

#include "analyzers/image/copy_move/likeness.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::clone {
namespace {

constexpr double kLeastCorrelation = 0.45, kLeastPeak = 0.4;
// Share of the evidence that is left beside shifts along the lines that the place shows: stripes keep little of it,
// copies nearly all. The bounds lie between a drawn cloth and the copies of CASIA, of which no fewer are found
// (README.md).
constexpr double kSureLines = 0.35, kNoLines = 0.6;
constexpr int kRounds = 6;
constexpr double kLeastArea = 150;
constexpr double kLeastShift = 14;  ///< nearer places are alike in any picture
constexpr double kMostOverlap = 0.3;
constexpr double kSaveNoise = 10;            ///< energy of the difference that a save leaves, squared levels
constexpr double kInterpolationLoss = 0.03;  ///< share of the detail's energy
constexpr double kUsualMismatch = 2;         ///< of things that are alike without being copies: mostly above
constexpr double kFaithfulPower = 2, kMostFaithful = 2.5;
constexpr int kBorderOutside = 7, kBorderInside = 3;  ///< about the border of the place, which is known to a few pixels
constexpr double kFineWeight = 2, kLeastTurnDeg = 1, kLeastScaling = 0.02;

struct Warped {
    cv::Mat detail, valid;
};

// The second place on the grid of the first.
Warped bring(const cv::Mat& luma, const Motion& motion, cv::Rect box) {
    cv::Matx23d matrix = motion.matrix;
    matrix(0, 2) = motion.at({static_cast<double>(box.x), static_cast<double>(box.y)}).x;
    matrix(1, 2) = motion.at({static_cast<double>(box.x), static_cast<double>(box.y)}).y;
    // Only the part of the picture that is needed is smoothed.
    double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
    for (const cv::Point2d corner :
         {cv::Point2d(box.x, box.y), cv::Point2d(box.x + box.width, box.y), cv::Point2d(box.x, box.y + box.height),
          cv::Point2d(box.x + box.width, box.y + box.height)}) {
        const cv::Point2d at = motion.at(corner);
        left = std::min(left, at.x), right = std::max(right, at.x);
        top = std::min(top, at.y), bottom = std::max(bottom, at.y);
    }
    const auto whole = [](double value) { return static_cast<int>(std::clamp(value, -1e6, 1e6)); };
    const cv::Rect needed =
        cv::Rect(cv::Point(whole(left) - 8, whole(top) - 8), cv::Point(whole(right) + 9, whole(bottom) + 9)) &
        cv::Rect({}, luma.size());
    Warped warped;
    if (needed.width < 2 || needed.height < 2) {
        return warped;
    }
    cv::Mat source = luma(needed);
    const double scale = motion.scale();
    if (scale > 1.1) {
        cv::Mat smooth;  // of its own: the view's pixels are everybody's
        cv::GaussianBlur(source, smooth, {}, 0.5 * std::sqrt(scale * scale - 1), 0,
                         cv::BORDER_REFLECT | cv::BORDER_ISOLATED);
        source = smooth;
    }
    matrix(0, 2) -= needed.x;
    matrix(1, 2) -= needed.y;
    cv::Mat moved;
    cv::warpAffine(source, moved, matrix, box.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    cv::warpAffine(cv::Mat(needed.size(), CV_8UC1, cv::Scalar(255)), warped.valid, matrix, box.size(),
                   cv::INTER_NEAREST | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT, 0);
    warped.detail = detail(moved);
    return warped;
}

// One step of least squares: the affine change d of the first place's grid for which b(x + d(x)) comes nearest to a(x).
bool improve(const cv::Mat& a, const Warped& b, const cv::Mat& weight, Motion& motion, cv::Rect box) {
    cv::Mat dx, dy;
    cv::Sobel(b.detail, dx, CV_32F, 1, 0, 1, 0.5);
    cv::Sobel(b.detail, dy, CV_32F, 0, 1, 1, 0.5);
    cv::Matx<double, 6, 6> normal = cv::Matx<double, 6, 6>::zeros();
    cv::Vec<double, 6> right = cv::Vec<double, 6>::all(0);
    const double unit = 0.5 * std::max(box.width, box.height);
    const int step = std::max(1, static_cast<int>(std::sqrt(box.area() / 60'000.0)));
    for (int y = 0; y < box.height; y += step) {
        for (int x = 0; x < box.width; x += step) {
            const float w = weight.at<float>(y, x);
            if (w <= 0) {
                continue;
            }
            const double u = (x - 0.5 * box.width) / unit, v = (y - 0.5 * box.height) / unit;
            const double gx = dx.at<float>(y, x), gy = dy.at<float>(y, x);
            const double row[6] = {gx, gx * u, gx * v, gy, gy * u, gy * v};
            const double rest = a.at<float>(y, x) - b.detail.at<float>(y, x);
            for (int i = 0; i < 6; ++i) {
                for (int j = i; j < 6; ++j) {
                    normal(i, j) += w * row[i] * row[j];
                }
                right[i] += w * row[i] * rest;
            }
        }
    }
    for (int i = 0; i < 6; ++i) {
        for (int j = 0; j < i; ++j) {
            normal(i, j) = normal(j, i);
        }
        normal(i, i) += 1e-6 + 1e-4 * normal(i, i);
    }
    bool solved = false;
    const cv::Matx<double, 6, 6> inverse = normal.inv(cv::DECOMP_CHOLESKY, &solved);
    const cv::Vec<double, 6> d = inverse * right;
    if (!solved || !(cv::norm(d) < 6)) {
        return false;
    }
    // motion after (x + d(x)).
    const double cx = box.x + 0.5 * box.width, cy = box.y + 0.5 * box.height;
    const cv::Matx33d change(1 + d[1] / unit, d[2] / unit, d[0] - (d[1] * cx + d[2] * cy) / unit,  //
                             d[4] / unit, 1 + d[5] / unit, d[3] - (d[4] * cx + d[5] * cy) / unit,  //
                             0, 0, 1);
    Motion changed;
    changed.matrix = motion.matrix * change;
    if (!changed.plausible()) {
        return false;
    }
    motion = changed;
    return true;
}

cv::Rect widened(const cv::Rect2d& support, double share, cv::Size size) {
    const double x = share * support.width + 16, y = share * support.height + 16;
    const cv::Rect2d wide(support.x - x, support.y - y, support.width + 2 * x, support.height + 2 * y);
    return cv::Rect(wide) & cv::Rect({}, size);
}

// The motion turned round where it makes smaller: the grid is always that of the smaller place.
Hypothesis growing(const Hypothesis& hypothesis) {
    if (hypothesis.motion.scale() >= 0.97) {
        return hypothesis;
    }
    Hypothesis turned = hypothesis;
    turned.motion = hypothesis.motion.inverse();
    std::vector<cv::Point2f> corners;
    const cv::Rect2d& s = hypothesis.support;
    for (const cv::Point2d corner :
         {s.tl(), s.br(), cv::Point2d(s.x + s.width, s.y), cv::Point2d(s.x, s.y + s.height)}) {
        corners.emplace_back(hypothesis.motion.at(corner));
    }
    turned.support = cv::Rect2d(cv::boundingRect(corners));
    return turned;
}

// Share of the region that the motion takes onto the region.
double self_overlap(const cv::Mat& region, const Motion& motion, cv::Rect box) {
    double inside = 0, all = 0;
    for (int y = 0; y < box.height; y += 2) {
        for (int x = 0; x < box.width; x += 2) {
            if (region.at<unsigned char>(y, x) == 0) {
                continue;
            }
            ++all;
            const cv::Point to =
                cv::Point(motion.at({static_cast<double>(x + box.x), static_cast<double>(y + box.y)})) - box.tl();
            inside +=
                to.x >= 0 && to.y >= 0 && to.x < box.width && to.y < box.height && region.at<unsigned char>(to) != 0
                    ? 1
                    : 0;
        }
    }
    return all > 0 ? inside / all : 0;
}

// Leaves out places that the motion takes next to themselves: those about a mirror axis or the centre of a turn.
void leave_out_near(const Motion& motion, cv::Rect box, cv::Mat& valid) {
    for (int y = 0; y < box.height; ++y) {
        for (int x = 0; x < box.width; ++x) {
            const cv::Point2d at(x + box.x, y + box.y), way = motion.at(at) - at;
            if (way.dot(way) < kLeastShift * kLeastShift) {
                valid.at<unsigned char>(y, x) = 0;
            }
        }
    }
}

// Keeps the parts of the region that are large, or near the largest in size.
void keep_large(cv::Mat& region) {
    cv::morphologyEx(region, region, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_ELLIPSE, {7, 7}));
    cv::Mat labels, stats, centres;
    const int count = cv::connectedComponentsWithStats(region, labels, stats, centres, 4);
    int largest = 0;
    for (int i = 1; i < count; ++i) {
        largest = std::max(largest, stats.at<int>(i, cv::CC_STAT_AREA));
    }
    for (int y = 0; y < region.rows; ++y) {
        for (int x = 0; x < region.cols; ++x) {
            const int label = labels.at<int>(y, x);
            const bool keep =
                label > 0 && stats.at<int>(label, cv::CC_STAT_AREA) >= std::max(kLeastArea, 0.15 * largest);
            region.at<unsigned char>(y, x) = keep ? 255 : 0;
        }
    }
}

// Energy of what differs between the places over what noise and interpolation leave of a copy's detail. A copy differs
// by the noise of the save alone, whatever it shows; of things that are only alike, the strongest edges differ most.
double mismatch_of(const cv::Mat& first, const cv::Mat& second, const cv::Mat& region) {
    const cv::Mat rest = first - second;
    const double energy = cv::mean(first.mul(first), region)[0], left = cv::mean(rest.mul(rest), region)[0];
    return std::max(left, 1e-3) / (kSaveNoise + kInterpolationLoss * energy);
}

// Which of the two was pasted, as a log ratio: above 0 the first, below 0 the second. Where a piece was put in, its
// border cuts through what lay there, so that the detail along it is stronger than where the piece comes from; and what
// was turned or scaled lost fine detail to the interpolation.
double pasted_first(const Level& level, const cv::Mat& first, const cv::Mat& second, const Copy& copy) {
    const auto disc = [](int radius) {
        return cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1});
    };
    cv::Mat closed, wide, narrow;
    cv::morphologyEx(copy.region, closed, cv::MORPH_CLOSE, disc(kBorderOutside));
    cv::dilate(closed, wide, disc(kBorderOutside));
    cv::erode(closed, narrow, disc(kBorderInside));
    const cv::Mat border = wide & ~narrow;
    const double at_first = cv::mean(cv::abs(first), border)[0], at_second = cv::mean(cv::abs(second), border)[0];
    const double by_border = std::log((at_first + 1) / (at_second + 1));
    const double turn = std::abs(std::remainder(copy.motion.rotation_deg(), 90.0));
    if (turn < kLeastTurnDeg && std::abs(copy.motion.scale() - 1) < kLeastScaling) {
        return by_border;  // moved as it is: only our own interpolation, between pixels, would be seen
    }
    const cv::Point2d origin = copy.motion.at({static_cast<double>(copy.box.x), static_cast<double>(copy.box.y)});
    cv::Matx23d matrix = copy.motion.matrix;
    matrix(0, 2) = origin.x;
    matrix(1, 2) = origin.y;
    cv::Mat moved, fine_first, fine_second;
    cv::warpAffine(level.luma, moved, matrix, copy.box.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP,
                   cv::BORDER_REPLICATE);
    cv::Laplacian(level.luma(copy.box), fine_first, CV_32F);
    cv::Laplacian(moved, fine_second, CV_32F);
    const double fine_ratio = (cv::mean(fine_first.mul(fine_first), copy.region)[0] + 1) /
                              (cv::mean(fine_second.mul(fine_second), copy.region)[0] + 1);
    return by_border - kFineWeight * std::log(fine_ratio);
}

}  // namespace

std::optional<Copy> verify(const Level& level, const Hypothesis& given, double margin_share) {
    const Hypothesis hypothesis = growing(given);
    Copy copy;
    copy.motion = hypothesis.motion;
    copy.box = widened(hypothesis.support, margin_share, level.luma.size());
    if (copy.box.width < kWindowPx || copy.box.height < kWindowPx) {
        return std::nullopt;
    }
    const cv::Mat first = detail(level.luma(copy.box));
    const cv::Mat first_variance = window_mean(first.mul(first));
    Warped second;
    cv::Mat alike;
    double best = -1;
    Motion trial = copy.motion;
    for (int round = 0; round <= kRounds; ++round) {
        if (round > 0) {
            cv::Mat weight = cv::max(alike - 0.1, 0.0);
            weight.setTo(0, second.valid == 0);
            weight /= first_variance + 1.0;
            if (!improve(first, second, weight, trial, copy.box)) {
                break;
            }
        }
        Warped moved = bring(level.luma, trial, copy.box);
        if (moved.detail.empty()) {
            return std::nullopt;
        }
        leave_out_near(trial, copy.box, moved.valid);
        const cv::Mat trial_alike = correlation(first, moved.detail);
        const cv::Mat excess = cv::max(trial_alike - 0.3, 0.0);
        const double total = cv::mean(excess, moved.valid)[0];
        if (total < best * 1.002) {
            break;
        }
        best = total;
        alike = trial_alike;
        second = moved;
        copy.motion = trial;
    }
    copy.region = (alike > kLeastCorrelation) & second.valid;
    if (cv::countNonZero(copy.region) < kLeastArea) {
        return std::nullopt;  // most candidates: what stands out needs not be known of them
    }
    const StandingOut evidence = standing_out(alike, first, second.detail);
    copy.region &= evidence.of_eight > kLeastPeak;
    keep_large(copy.region);
    copy.area = cv::countNonZero(copy.region);
    if (copy.area < kLeastArea) {
        return std::nullopt;
    }
    copy.correlation = cv::mean(alike, copy.region)[0];
    copy.peak = cv::mean(evidence.of_eight, copy.region)[0];
    copy.overlap = self_overlap(copy.region, copy.motion, copy.box);
    if (copy.overlap > kMostOverlap) {
        return std::nullopt;
    }
    const double beside_lines = cv::mean(evidence.of_lines, copy.region)[0] / copy.peak;
    const double no_lines = std::clamp((beside_lines - kSureLines) / (kNoLines - kSureLines), 0.0, 1.0);
    copy.strength = copy.area / (kWindowPx * kWindowPx) * copy.peak * copy.peak * no_lines;
    copy.faithfulness = std::min(
        kMostFaithful, std::pow(kUsualMismatch / mismatch_of(first, second.detail, copy.region), kFaithfulPower));
    copy.pasted_first = pasted_first(level, first, second.detail, copy);
    return copy;
}

double agreement(const Level& level, const Copy& copy, const Motion& motion) {
    Warped other = bring(level.luma, motion, copy.box);
    if (other.detail.empty()) {
        return 0;
    }
    leave_out_near(motion, copy.box, other.valid);
    const cv::Mat seen = copy.region & other.valid;
    if (cv::countNonZero(seen) < copy.area / 3) {
        return 0;
    }
    const cv::Mat first = detail(level.luma(copy.box));
    const cv::Mat alike = correlation(first, other.detail);
    return cv::mean(alike, seen)[0];
}

}  // namespace bonafide::analyzers::clone
