// Copies by key points.
//
// Amerini, Ballan, Caldelli, Del Bimbo and Serra, "A SIFT-based forensic method for copy-move attack detection and
// transformation recovery", IEEE TIFS 2011: matches by the generalised ratio test of neighbours' distances, then a
// geometric model by RANSAC. Lowe, IJCV 2004, describes the points. Deviations: the model is sought exhaustively from
// each match and its neighbours (nothing random, so that the answer is the same every time); mirrored copies are
// matched by reordering the descriptor (Guo, Cao, Zhang and Wang, MIFT, 2010) instead of turning the picture over; and
// few points suffice, since the picture itself decides afterwards.
#include "analyzers/image/copy_move/key_points.h"

#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::analyzers::clone {
namespace {

constexpr int kMostPoints = 2000;
constexpr double kContrast = 0.02;  ///< of the detector: low, since smooth copies have weak points only
constexpr float kRatio = 0.6F;      ///< of squared distances, about 0.77 of distances
constexpr float kFarthest = 300.0F * 300.0F;
constexpr float kLeastShift = 16;
constexpr double kTolerance = 3;
constexpr std::size_t kFewestMatches = 4;
constexpr std::size_t kMostMatches = 1200;
constexpr std::size_t kNeighbours = 5;

struct Match {
    cv::Point2d from, to;
};

cv::Mat mirrored(const cv::Mat& descriptors) {
    // 4 x 4 cells in rows, 8 directions each. Turned upside down: rows swap and directions change their sign.
    cv::Mat out(descriptors.size(), descriptors.type());
    for (int i = 0; i < descriptors.rows; ++i) {
        const short* in = descriptors.ptr<short>(i);
        short* made = out.ptr<short>(i);
        for (int row = 0; row < 4; ++row) {
            for (int column = 0; column < 4; ++column) {
                for (int direction = 0; direction < 8; ++direction) {
                    made[((3 - row) * 4 + column) * 8 + (8 - direction) % 8] = in[(row * 4 + column) * 8 + direction];
                }
            }
        }
    }
    return out;
}

__attribute__((target_clones("avx2", "default"))) int product(const short* __restrict a, const short* __restrict b) {
    int sum = 0;
    for (int i = 0; i < 128; ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

// Generalised ratio test of every point of `queries` against all points; the distance to the next candidate must grow.
void add_matches(const std::vector<cv::KeyPoint>& points, const cv::Mat& queries, const cv::Mat& descriptors,
                 std::vector<Match>& matches) {
    constexpr int kKept = 5;
    const int count = static_cast<int>(points.size());
    std::vector<std::vector<Match>> found(count);
    constexpr int kBlock = 128;
    cv::parallel_for_({0, (count + kBlock - 1) / kBlock}, [&](const cv::Range& range) {
        for (int first = range.start * kBlock; first < std::min(count, range.end * kBlock); first += kBlock) {
            const int last = std::min(count, first + kBlock);
            for (int i = first; i < last; ++i) {
                const short* query = queries.ptr<short>(i);
                const int own = product(query, query);
                std::pair<float, int> best[kKept];
                std::fill(best, best + kKept, std::make_pair(std::numeric_limits<float>::max(), -1));
                for (int j = 0; j < count; ++j) {
                    // OpenCV's descriptors all have length 512, nearly.
                    const auto far =
                        static_cast<float>(std::max(0, 2 * (own - product(query, descriptors.ptr<short>(j)))));
                    if (far < best[kKept - 1].first) {
                        const cv::Point2f way = points[j].pt - points[i].pt;
                        if (way.dot(way) < kLeastShift * kLeastShift) {
                            continue;
                        }
                        best[kKept - 1] = {far, j};
                        for (int k = kKept - 1; k > 0 && best[k].first < best[k - 1].first; --k) {
                            std::swap(best[k], best[k - 1]);
                        }
                    }
                }
                for (int k = 0; k + 1 < kKept; ++k) {
                    if (best[k].second < 0 || best[k].first > kRatio * best[k + 1].first || best[k].first > kFarthest) {
                        // Several equally good ones may stand before the gap: the source was pasted more than once.
                        if (best[k].second < 0 || best[k].first > kFarthest) {
                            break;
                        }
                        continue;
                    }
                    for (int m = 0; m <= k; ++m) {
                        found[i].push_back({points[i].pt, points[best[m].second].pt});
                    }
                    break;
                }
            }
        }
    });
    for (const std::vector<Match>& some : found) {
        matches.insert(matches.end(), some.begin(), some.end());
    }
}

std::vector<std::size_t> inliers_of(const Motion& motion, const std::vector<Match>& matches,
                                    const std::vector<char>& taken) {
    std::vector<std::size_t> inliers;
    for (std::size_t i = 0; i < matches.size(); ++i) {
        const cv::Point2d miss = motion.at(matches[i].from) - matches[i].to;
        if (taken[i] == 0 && miss.dot(miss) < kTolerance * kTolerance) {
            inliers.push_back(i);
        }
    }
    return inliers;
}

// The similarity, mirrored or not, that takes one pair of points to another.
std::optional<Motion> similarity(const Match& a, const Match& b, bool mirror) {
    const cv::Point2d p = b.from - a.from, q = b.to - a.to;
    const double length = p.dot(p);
    if (length < 36) {
        return std::nullopt;
    }
    Motion motion;
    const double sign = mirror ? -1 : 1;
    // q = c p + s (p turned by a quarter), of p with its second coordinate mirrored.
    const double py = sign * p.y;
    const double c = (q.x * p.x + q.y * py) / length, s = (q.y * p.x - q.x * py) / length;
    motion.matrix = {c, -s * sign, 0, s, c * sign, 0};
    const cv::Point2d moved = motion.at(a.from);
    motion.matrix(0, 2) = a.to.x - moved.x;
    motion.matrix(1, 2) = a.to.y - moved.y;
    return motion.plausible() ? std::optional<Motion>(motion) : std::nullopt;
}

void cluster(const std::vector<Match>& matches, bool mirror, int most, std::vector<Hypothesis>& found) {
    std::vector<char> taken(matches.size(), 0);
    std::vector<std::vector<std::size_t>> near(matches.size());
    for (std::size_t i = 0; i < matches.size(); ++i) {
        std::vector<std::pair<double, std::size_t>> order;
        for (std::size_t j = 0; j < matches.size(); ++j) {
            const cv::Point2d p = matches[j].from - matches[i].from, q = matches[j].to - matches[i].to;
            const double ratio = q.dot(q) / std::max(1.0, p.dot(p));
            if (p.dot(p) >= 36 && ratio > 0.16 && ratio < 6.25) {
                order.emplace_back(p.dot(p) + q.dot(q), j);
            }
        }
        const std::size_t count = std::min(kNeighbours, order.size());
        std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
        for (std::size_t k = 0; k < count; ++k) {
            near[i].push_back(order[k].second);
        }
    }
    for (int round = 0; round < most; ++round) {
        std::vector<std::size_t> best;
        for (std::size_t i = 0; i < matches.size(); ++i) {
            for (const std::size_t j : near[i]) {
                if (taken[i] != 0 || taken[j] != 0) {
                    continue;
                }
                const std::optional<Motion> motion = similarity(matches[i], matches[j], mirror);
                if (motion) {
                    std::vector<std::size_t> inliers = inliers_of(*motion, matches, taken);
                    if (inliers.size() > best.size()) {
                        best = std::move(inliers);
                    }
                }
            }
        }
        if (best.size() < kFewestMatches) {
            return;
        }
        std::vector<cv::Point2d> from, to;
        std::vector<cv::Point2f> outline;
        for (const std::size_t index : best) {
            from.push_back(matches[index].from);
            to.push_back(matches[index].to);
            outline.emplace_back(matches[index].from);
            taken[index] = 1;
        }
        std::optional<Motion> motion = fit_motion(from, to);
        if (!motion || !motion->plausible()) {
            continue;
        }
        found.push_back({*motion, cv::Rect2d(cv::boundingRect(outline)), static_cast<double>(best.size()), true});
    }
}

}  // namespace

std::vector<Hypothesis> moved_key_points(const cv::Mat& luma, int most) {
    std::vector<cv::KeyPoint> points;
    cv::Mat descriptors;
    cv::SIFT::create(kMostPoints, 3, kContrast, 12)->detectAndCompute(luma, {}, points, descriptors);
    descriptors.convertTo(descriptors, CV_16S);  // whole numbers up to 255
    std::vector<Hypothesis> found;
    for (const bool mirror : {false, true}) {
        std::vector<Match> matches;
        if (points.size() >= 2 * kFewestMatches) {
            add_matches(points, mirror ? mirrored(descriptors) : descriptors, descriptors, matches);
        }
        if (matches.size() > kMostMatches) {
            matches.resize(kMostMatches);
        }
        cluster(matches, mirror, most, found);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Hypothesis& a, const Hypothesis& b) { return a.weight > b.weight; });
    if (static_cast<int>(found.size()) > most) {
        found.resize(most);
    }
    return found;
}

}  // namespace bonafide::analyzers::clone
