// Copies within a picture: proposed by a dense field and by key points, confirmed on the picture's detail.
#include "analyzers/image/copy_move/copy_move.h"

#include "analyzers/image/copy_move/dense_field.h"
#include "analyzers/image/copy_move/key_points.h"
#include "analyzers/image/copy_move/print.h"
#include "analyzers/image/copy_move/verify.h"
#include "evidence/map_grid.h"

#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using clone::Copy;
using clone::Hypothesis;
using clone::Level;
using clone::Motion;

/// Of 617 photographs, portraits, pictures of CASIA and clones none but a black one has more than .52, saved as JPEG or
/// not; drawn windows and charts .79 to .87. A page of text has .48 and is looked at.
constexpr double kDrawnEvenShare = 0.6;
constexpr int kSmallestSidePx = 64;
constexpr double kFinestLongest = 1600, kPointsLongest = 900, kDenseLongest = 448;
constexpr int kMostCandidates = 24;  ///< of either kind
constexpr int kMostConfirmed = 6;    ///< checked again on the finest level
constexpr double kSameMotionPx = 4;
// Share of a copy's own correlation that another motion reaches where the place is no part of a pattern yet, and where
// it surely is; and by how much a pattern's copies count less.
constexpr double kNoPattern = 0.3, kSurePattern = 0.6, kPatternDiscount = 10;

Level level_of(const cv::Mat& luma, double pixel_px, double longest) {
    Level level;
    const double side = std::max(luma.cols, luma.rows), factor = std::max(1.0, side / longest);
    level.pixel_px = pixel_px * factor;
    if (factor > 1) {
        cv::resize(luma, level.luma, {}, 1 / factor, 1 / factor, cv::INTER_AREA);
    } else {
        level.luma = luma;
    }
    return level;
}

Hypothesis on_level(const Hypothesis& hypothesis, double from_px, double to_px) {
    Hypothesis moved = hypothesis;
    const double factor = to_px / from_px;
    moved.motion = hypothesis.motion.in_pixels_of(factor);
    const cv::Rect2d& s = hypothesis.support;
    moved.support = cv::Rect2d(s.x / factor, s.y / factor, s.width / factor, s.height / factor);
    return moved;
}

Hypothesis as_hypothesis(const Copy& copy, bool from_points) {
    const cv::Rect box = cv::boundingRect(copy.region);
    return {copy.motion, cv::Rect2d(box.x + copy.box.x, box.y + copy.box.y, box.width, box.height), copy.strength,
            from_points};
}

// Whether `b` says what `a` said: it moves the middle of its own place as `a` does, forwards or backwards.
bool same(const Motion& a, const Motion& b, cv::Point2d middle, double tolerance) {
    const auto near = [&](const Motion& motion) { return cv::norm(motion.at(middle) - b.at(middle)) < tolerance; };
    return near(a) || near(a.inverse());
}

struct Found {
    Copy copy;
    bool from_points;
    double print = 0;  ///< 0 to 1
};

// Confirmed candidates, strongest first, each motion once.
std::vector<Found> confirm(const Level& level, const std::vector<Hypothesis>& candidates, double margin,
                           std::size_t most) {
    std::vector<std::optional<Copy>> copies(candidates.size());
    cv::parallel_for_({0, static_cast<int>(candidates.size())}, [&](const cv::Range& range) {
        for (int i = range.start; i < range.end; ++i) {
            copies[i] = clone::verify(level, candidates[i], margin);
        }
    });
    std::vector<Found> found;
    for (std::size_t i = 0; i < copies.size(); ++i) {
        if (copies[i] && copies[i]->strength > 0) {
            found.push_back({std::move(*copies[i]), candidates[i].from_points});
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.copy.strength > b.copy.strength; });
    std::vector<Found> kept;
    for (Found& one : found) {
        const Hypothesis place = as_hypothesis(one.copy, one.from_points);
        const cv::Point2d middle(place.support.x + place.support.width / 2, place.support.y + place.support.height / 2);
        const bool known = std::any_of(kept.begin(), kept.end(), [&](const Found& other) {
            return same(other.copy.motion, one.copy.motion, middle, kSameMotionPx);
        });
        if (!known && kept.size() < most) {
            kept.push_back(std::move(one));
        }
    }
    return kept;
}

// A place whose likes are found by other motions too (back, once more on, or as other places move) is part of a
// pattern, and a pattern repeats in genuine pictures. So does print, although the same word may stand on a page but
// twice.
void discount_patterns(const Level& level, std::vector<Found>& found) {
    std::vector<double> strengths;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const Copy& copy = found[i].copy;
        Motion twice;
        const cv::Matx23d& m = copy.motion.matrix;
        const cv::Point2d shift = copy.motion.at({m(0, 2), m(1, 2)});
        twice.matrix = {m(0, 0) * m(0, 0) + m(0, 1) * m(1, 0), m(0, 0) * m(0, 1) + m(0, 1) * m(1, 1), shift.x,
                        m(1, 0) * m(0, 0) + m(1, 1) * m(1, 0), m(1, 0) * m(0, 1) + m(1, 1) * m(1, 1), shift.y};
        double other =
            std::max(clone::agreement(level, copy, copy.motion.inverse()), clone::agreement(level, copy, twice));
        for (std::size_t j = 0; j < found.size(); ++j) {
            if (j != i) {
                other = std::max({other, clone::agreement(level, copy, found[j].copy.motion),
                                  clone::agreement(level, copy, found[j].copy.motion.inverse())});
            }
        }
        const double share = other / std::max(copy.correlation, 0.1);
        const double pattern =
            std::clamp((share - kNoPattern) / (kSurePattern - kNoPattern), 0.0, 1.0);  // from a lone pair to a pattern
        found[i].print = clone::likeness_to_print(level, copy);
        const double repeats = std::max(pattern, found[i].print);
        // Only now: the members of a pattern, which tell on each other, must all have come this far. A pattern gains
        // nothing from being exact: prints and tiles are.
        const double faithful = copy.faithfulness > 1 ? std::pow(copy.faithfulness, 1 - repeats) : copy.faithfulness;
        strengths.push_back(copy.strength * faithful * std::pow(kPatternDiscount, -repeats));
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        found[i].copy.strength = strengths[i];
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.copy.strength > b.copy.strength; });
}

std::vector<Hypothesis> propose(const Level& finest) {
    const Level dense = level_of(finest.luma, finest.pixel_px, kDenseLongest);
    const Level points = level_of(finest.luma, finest.pixel_px, kPointsLongest);
    std::vector<Hypothesis> lists[2];
    cv::Mat bytes;
    points.luma.convertTo(bytes, CV_8U);
    for (const Hypothesis& one : clone::moved_key_points(bytes, kMostCandidates)) {
        lists[0].push_back(on_level(one, points.pixel_px, finest.pixel_px));
    }
    const cv::Mat field = clone::nearest_field(clone::dense_features(dense.luma), 2 * clone::kFeatureRadius + 2);
    for (const Hypothesis& one : clone::coherent_places(field, kMostCandidates)) {
        lists[1].push_back(on_level(one, dense.pixel_px, finest.pixel_px));
    }
    lists[0].insert(lists[0].end(), lists[1].begin(), lists[1].end());
    return lists[0];
}

double tone(double strength, double threshold) {
    // 128 at the threshold, 0 at nothing, towards 255 for many times the threshold.
    const double ratio = strength / threshold;
    return ratio < 1 ? 128 * std::sqrt(ratio) : 128 + 127 * (1 - 1 / std::sqrt(ratio));
}

void paint(const Found& one, const Level& level, double threshold, int step_px, cv::Mat& map) {
    const double shade = tone(one.copy.strength, threshold);
    // The place that looks like the source is shown weaker, but stays on its side of the threshold.
    const double weaker = shade < 128 ? 0.75 * shade : 128 + 0.5 * (shade - 128);
    const double shades[2] = {one.copy.pasted_first >= 0 ? shade : weaker, one.copy.pasted_first >= 0 ? weaker : shade};
    const Motion back = one.copy.motion.inverse();
    for (int y = 0; y < map.rows; ++y) {
        for (int x = 0; x < map.cols; ++x) {
            const cv::Point2d at(((x + 0.5) * step_px) / level.pixel_px - 0.5,
                                 ((y + 0.5) * step_px) / level.pixel_px - 0.5);
            for (const bool second : {false, true}) {
                const cv::Point2d place = second ? back.at(at) : at;
                const cv::Point inside = cv::Point(cvRound(place.x), cvRound(place.y)) - one.copy.box.tl();
                if (inside.x >= 0 && inside.y >= 0 && inside.x < one.copy.box.width && inside.y < one.copy.box.height &&
                    one.copy.region.at<unsigned char>(inside) != 0) {
                    unsigned char& value = map.at<unsigned char>(y, x);
                    value = std::max(value, cv::saturate_cast<unsigned char>(shades[second ? 1 : 0]));
                }
            }
        }
    }
}

cv::Rect in_picture(const cv::Rect2d& box, double pixel_px, cv::Size picture) {
    const cv::Rect scaled(cvFloor(box.x * pixel_px), cvFloor(box.y * pixel_px),
                          std::max(1, cvCeil(box.width * pixel_px)), std::max(1, cvCeil(box.height * pixel_px)));
    return scaled & cv::Rect({}, picture);
}

CopiedPlace describe(const Found& one, const Level& level, cv::Size picture) {
    CopiedPlace place;
    const cv::Rect2d first = as_hypothesis(one.copy, one.from_points).support;
    std::vector<cv::Point2f> corners;
    for (const cv::Point2d corner : {first.tl(), first.br(), cv::Point2d(first.x + first.width, first.y),
                                     cv::Point2d(first.x, first.y + first.height)}) {
        corners.emplace_back(one.copy.motion.at(corner));
    }
    const cv::Point2d middle(first.x + first.width / 2, first.y + first.height / 2);
    const cv::Point2d shift = (one.copy.motion.at(middle) - middle) * level.pixel_px;
    place.first_px = in_picture(first, level.pixel_px, picture);
    place.second_px = in_picture(cv::Rect2d(cv::boundingRect(corners)), level.pixel_px, picture);
    place.shift_x_px = shift.x;
    place.shift_y_px = shift.y;
    place.rotation_deg = one.copy.motion.rotation_deg();
    place.scale = one.copy.motion.scale();
    place.mirrored = one.copy.motion.mirrored();
    place.correlation = one.copy.correlation;
    place.peak = one.copy.peak;
    place.area_percent = 100 * one.copy.area * level.pixel_px * level.pixel_px / picture.area();
    place.overlap = one.copy.overlap;
    place.strength = one.copy.strength;
    place.from_points = one.from_points;
    return place;
}

/// Share of the blocks of 8 x 8 px in which no two pixels differ by more than a level.
double even_share(const cv::Mat& luma) {
    constexpr int kBlockPx = 8;
    int even = 0, all = 0;
    for (int y = 0; y + kBlockPx <= luma.rows; y += kBlockPx) {
        for (int x = 0; x + kBlockPx <= luma.cols; x += kBlockPx) {
            double least = 0, most = 0;
            cv::minMaxLoc(luma(cv::Rect(x, y, kBlockPx, kBlockPx)), &least, &most);
            even += most - least <= 1 ? 1 : 0;
            ++all;
        }
    }
    return static_cast<double>(even) / all;
}

}  // namespace

CopyMoveResult copy_move(const cv::Mat& luma, const CopyMoveOptions& options) {
    CopyMoveResult result;
    if (std::min(luma.cols, luma.rows) < kSmallestSidePx) {
        result.not_applicable = "The picture is smaller than 64 px on one side.";
        return result;
    }
    cv::Mat finite = luma.clone();
    cv::patchNaNs(finite, 0);
    cv::Scalar mean, deviation;
    cv::meanStdDev(finite, mean, deviation);
    if (!(deviation[0] > 1)) {
        result.not_applicable = "The picture is one even surface: there is no detail to compare.";
        return result;
    }
    if (even_share(finite) > kDrawnEvenShare) {
        result.not_applicable =
            "Most of the picture is perfectly even, as screenshots, charts and drawings are: what a program draws "
            "repeats exactly without having been copied.";
        return result;
    }
    const Level finest = level_of(finite, 1, kFinestLongest);
    finite.release();
    std::vector<Hypothesis> candidates = propose(finest);
    result.candidates = static_cast<int>(candidates.size());
    const Level middle = level_of(finest.luma, finest.pixel_px, kPointsLongest);
    for (Hypothesis& one : candidates) {
        one = on_level(one, finest.pixel_px, middle.pixel_px);
    }
    std::vector<Hypothesis> confirmed;
    for (const Found& one : confirm(middle, candidates, 0.6, kMostConfirmed)) {
        confirmed.push_back(on_level(as_hypothesis(one.copy, one.from_points), middle.pixel_px, finest.pixel_px));
    }
    std::vector<Found> found = confirm(finest, confirmed, 0.3, kMostConfirmed);
    discount_patterns(finest, found);
    int step_px = std::max(luma.cols, luma.rows) <= 1024 ? 2 : 4;
    result.map = cv::Mat::zeros(evidence::map_size(luma.size(), step_px), CV_8UC1);
    for (const Found& one : found) {
        result.strength = std::max(result.strength, one.copy.strength);
        result.prints += one.print > 0.5 ? 1 : 0;
        result.copies.push_back(describe(one, finest, luma.size()));
        paint(one, finest, options.threshold, step_px, result.map);
    }
    result.copied_area_percent = 100.0 * cv::countNonZero(result.map >= 128) / static_cast<double>(result.map.total());
    return result;
}

}  // namespace bonafide::analyzers
