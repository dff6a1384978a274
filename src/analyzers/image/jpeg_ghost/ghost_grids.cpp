// Which of the 64 grids shows an earlier save: one grid is compared with the others, on which the same content lies.
#include "analyzers/image/jpeg_ghost/ghost_grids.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::ghost {
namespace {

constexpr int kSide = 8, kGrids = 64;
constexpr int kBlocksForWhole = 2048, kBlocksForParts = 6144;
// A frequency tells a step from here; so many must.
constexpr double kLeastSigmas = 5;
constexpr int kFewestFrequencies = 4;
constexpr double kFewestCoefficients = 60;
constexpr int kTrialQualities[] = {40, 50, 60, 65, 70, 75, 80, 85, 90};
// On another grid than the file's own, where requantisation strews coefficients by about 0.29 of its steps.
constexpr double kCoarserThanFile = 1.15, kCoarserThanMeans = 2.6;
// A part covers so many blocks of a sample, in either direction.
constexpr int kWindow = 7;
constexpr double kLeastPartSigmas = 5;

int stride_for(const Picture& picture, int blocks) {
    const int wide = picture.luma.cols / kSide, high = picture.luma.rows / kSide;
    const double all = static_cast<double>(wide) * high;
    return std::max(1, static_cast<int>(std::ceil(std::sqrt(all / blocks))));
}

cv::Point point_of(int grid) {
    return {grid % kSide, grid / kSide};
}

// Grids that the file's own coding marks alike: 0 its own, 1 and 2 with borders in common, 3 all others. Without a
// coding of its own all are alike.
int kind_of(const Picture& picture, int grid) {
    const cv::Point point = point_of(grid);
    return picture.plane == nullptr ? 3 : (point.x != 0 ? 1 : 0) + (point.y != 0 ? 2 : 0);
}

// Whether `step` may be that of an earlier save. The file's own coding, coarser than that, would have covered it; and
// where a grid has borders in common with the file's own, a mean of two neighbouring blocks has half the own steps.
bool may_be_earlier(const Picture& picture, int kind, int index, int step) {
    if (picture.plane == nullptr) {
        return true;
    }
    const int own = std::max<int>(1, picture.plane->quantisation[kFrequencies[index]]);
    if (kind != 3 && step < kCoarserThanMeans * own) {
        return false;
    }
    return step >= kCoarserThanFile * own;
}

}  // namespace

Samples samples_of(const Picture& picture, cv::Point origin, int stride) {
    Samples samples = picture.plane != nullptr && origin == cv::Point(0, 0) ? samples_of(*picture.plane, stride)
                                                                            : samples_of(picture.luma, origin, stride);
    leave_out(picture.unusable, samples);
    return samples;
}

std::optional<Ghost> find_whole(const Picture& picture) {
    const int stride = stride_for(picture, kBlocksForWhole);
    std::array<Samples, kGrids> samples;
    for (int grid = 0; grid < kGrids; ++grid) {
        samples[grid] = samples_of(picture, point_of(grid), stride);
    }
    std::array<Ghost, kGrids> ghosts;
    std::array<int, kGrids> telling{};
    std::array<std::array<double, kCount>, kGrids> best{};
    for (int index = 0; index < kCount; ++index) {
        for (int step = kSmallestStep; step <= kLargestStep; ++step) {
            std::array<Closeness, kGrids> all;
            std::array<Closeness, 4> kinds;
            std::array<int, 4> members{};
            for (int grid = 0; grid < kGrids; ++grid) {
                if (!may_be_earlier(picture, kind_of(picture, grid), index, step)) {
                    continue;
                }
                all[grid] = closeness_of(samples[grid].values.ptr<float>(index), samples[grid].values.cols, step);
                kinds[kind_of(picture, grid)].sum += all[grid].sum;
                kinds[kind_of(picture, grid)].count += all[grid].count;
                members[kind_of(picture, grid)] += 1;
            }
            for (int grid = 0; grid < kGrids; ++grid) {
                const int kind = kind_of(picture, grid);
                const Closeness others{kinds[kind].sum - all[grid].sum, kinds[kind].count - all[grid].count};
                if (members[kind] < 2 || std::min(all[grid].count, others.count) < kFewestCoefficients) {
                    continue;
                }
                const double error = std::sqrt(kClosenessVariance * (1 / all[grid].count + 1 / others.count));
                const double sigmas = (all[grid].sum / all[grid].count - others.sum / others.count) / error;
                if (sigmas > std::max(kLeastSigmas, best[grid][index])) {
                    best[grid][index] = sigmas;
                    ghosts[grid].steps[index] = step;
                }
            }
        }
        for (int grid = 0; grid < kGrids; ++grid) {
            telling[grid] += best[grid][index] > 0 ? 1 : 0;
            ghosts[grid].score += best[grid][index];
        }
    }
    int chosen = -1;
    for (int grid = 0; grid < kGrids; ++grid) {
        ghosts[grid].origin = point_of(grid);
        if (telling[grid] >= kFewestFrequencies && (chosen < 0 || ghosts[grid].score > ghosts[chosen].score)) {
            chosen = grid;
        }
    }
    if (chosen < 0) {
        return std::nullopt;
    }
    ghosts[chosen].quality = nearest_quality(ghosts[chosen].steps);
    return ghosts[chosen];
}

namespace {

// Sums over windows of closeness and its numbers, at the blocks of `samples`.
struct Windows {
    cv::Mat sums, counts;  // CV_32FC1
};

Windows windows_of(const Samples& samples, const Steps& steps) {
    cv::Mat sums = cv::Mat::zeros(samples.blocks, CV_32FC1), counts = cv::Mat::zeros(samples.blocks, CV_32FC1);
    for (int index = 0; index < kCount; ++index) {
        if (steps[index] == 0) {
            continue;
        }
        const float inverse = 1 / static_cast<float>(steps[index]), half = static_cast<float>(steps[index]) / 2;
        const float* values = samples.values.ptr<float>(index);
        float* sum = sums.ptr<float>();
        float* count = counts.ptr<float>();
        for (int block = 0; block < samples.blocks.area(); ++block) {
            const float counted = std::abs(values[block]) > half ? 1.0F : 0.0F;
            sum[block] += counted * closeness(values[block], inverse);
            count[block] += counted;
        }
    }
    Windows windows;
    cv::boxFilter(sums, windows.sums, CV_32F, {kWindow, kWindow}, {-1, -1}, false, cv::BORDER_CONSTANT);
    cv::boxFilter(counts, windows.counts, CV_32F, {kWindow, kWindow}, {-1, -1}, false, cv::BORDER_CONSTANT);
    return windows;
}

// How far the strongest window stands out from what the whole picture shows.
double strongest_window(const Windows& windows) {
    const double count = cv::sum(windows.counts)[0];
    const double mean = count > 0 ? cv::sum(windows.sums)[0] / count : 0;
    double strongest = 0;
    for (int row = 0; row < windows.sums.rows; ++row) {
        for (int column = 0; column < windows.sums.cols; ++column) {
            const double number = windows.counts.at<float>(row, column);
            if (number >= kFewestCoefficients) {
                strongest = std::max(strongest, (windows.sums.at<float>(row, column) - mean * number) /
                                                    std::sqrt(kClosenessVariance * number));
            }
        }
    }
    return strongest;
}

}  // namespace

std::vector<Ghost> find_parts(const Picture& picture, std::size_t most) {
    const int stride = stride_for(picture, kBlocksForParts);
    std::vector<Ghost> found;
    for (int grid = 0; grid < kGrids; ++grid) {
        const cv::Point origin = point_of(grid);
        if (origin.x != 0 && origin.y != 0) {
            continue;
        }
        const Samples samples = samples_of(picture, origin, stride);
        Ghost best;
        for (const int quality : kTrialQualities) {
            const Steps steps = standard_steps(quality, samples);
            const double score = strongest_window(windows_of(samples, steps));
            if (score > std::max(kLeastPartSigmas, best.score)) {
                best = {origin, steps, static_cast<double>(quality), score};
            }
        }
        if (best.score > 0) {
            found.push_back(best);
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Ghost& a, const Ghost& b) { return a.score > b.score; });
    found.resize(std::min(found.size(), most));
    return found;
}

}  // namespace bonafide::analyzers::ghost
