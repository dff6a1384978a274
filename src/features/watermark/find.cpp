// A blind mark in the phases of a repeated tile. Repetition and search for scale and shift: Kutter, "Watermarking
// resistant to translation, rotation, and scaling", SPIE 3528, 1998; phases alone, so that a picture's own strong
// frequencies weigh no more than weak ones: O Ruanaidh, Dowling, Boland, "Phase watermarking of digital images", ICIP
// 1996. Deviations: the tile is sized by the picture's longer side, so that resizing needs no search; the statistic is
// a sum of cosines, whose tail is bounded whatever the picture is. Limits: rotation by other than quarter turns,
// crops to under half, and changes of aspect beyond a percent are not searched.
#include "features/watermark/lattice.h"
#include "features/watermark/watermark.h"
#include "media/image_orientation.h"

#include <algorithm>
#include <cmath>

namespace bonafide::features::watermark {
namespace {

/// Samples a tile between which the shift of a crop is searched: twice those of the tile.
constexpr int kShiftsPx = 2 * kTilePx;
/// Relative step between scales: an error of half of it moves the mark by under half a sample at the picture's edges.
constexpr double kScaleStep = 0.006;
constexpr double kSmallestCrop = 0.5, kLargestFrame = 2;
constexpr int kOrientations = 8;

std::vector<int> searched_lengths_px() {
    std::vector<int> lengths;
    for (double scale = kSmallestCrop; scale <= kLargestFrame; scale *= 1 + kScaleStep) {
        const int length = cvRound(kWorkingPx * scale);
        if (lengths.empty() || lengths.back() != length) {
            lengths.push_back(length);
        }
    }
    return lengths;
}

/// -log10 of the bound on the chance that any of `hypotheses` reaches `agreement`. With independent phases, each even
/// on the circle, E exp(t cos) = I0(t) <= exp(t^2 / 4), so by Chernoff a sum of K cosines reaches K a with a chance of
/// at most exp(-K a^2). Half of the chance goes to the picture as it is, half to the search.
double exponent_of(double agreement, double hypotheses) {
    if (agreement <= 0) {
        return 0;
    }
    const auto count = static_cast<double>(harmonics().size());
    return std::max(0.0, count * agreement * agreement / std::log(10) - std::log10(2 * hypotheses));
}

/// Of a sum in which each harmonic is counted twice, once for each of its conjugate pair.
double mean_cosine(double sum_over_pairs) {
    return sum_over_pairs / 2 / static_cast<double>(harmonics().size());
}

/// The best agreement over all shifts.
double best_of_shifts(const cv::Mat& differences) {
    // Low frequencies lie in the corners of a spectrum; between them come those that make the shifts finer.
    cv::Mat spectrum = cv::Mat::zeros(kShiftsPx, kShiftsPx, CV_32FC2), surface;
    constexpr int kHalf = kTilePx / 2;
    for (const int y : {0, 1}) {
        for (const int x : {0, 1}) {
            const cv::Rect from(x * kHalf, y * kHalf, kHalf, kHalf);
            const cv::Rect into(x * (kShiftsPx - kHalf), y * (kShiftsPx - kHalf), kHalf, kHalf);
            differences(from).copyTo(spectrum(into));
        }
    }
    cv::dft(spectrum, surface, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
    double most = 0;
    cv::minMaxLoc(surface, nullptr, &most);
    return mean_cosine(most);
}

void keep_better(Trace& best, const Trace& other) {
    if (other.false_alarm_exponent > best.false_alarm_exponent ||
        (best.false_alarm_exponent == 0 && other.agreement > best.agreement)) {
        best = other;
    }
}

}  // namespace

Trace find(const cv::Mat& luma) {
    Trace best;
    if (std::max(luma.cols, luma.rows) < kSmallestSidePx) {
        return best;
    }
    // Large pictures are brought down once, to what the largest search needs of them.
    const int most_px = static_cast<int>(kLargestFrame * kWorkingPx);
    const cv::Mat detail = detail_of(std::max(luma.cols, luma.rows) > most_px ? working_size(luma, most_px) : luma);
    const cv::Mat whole = working_size(detail, kWorkingPx);
    for (int orientation = 1; orientation <= kOrientations; ++orientation) {
        const cv::Mat differences = against_key(folded(media::upright(whole, media::inverse_of(orientation))));
        const double agreement = mean_cosine(cv::sum(differences)[0]);
        keep_better(best, {exponent_of(agreement, kOrientations), agreement, 1, orientation});
    }
    if (best.false_alarm_exponent >= kFoundExponent) {
        return best;
    }
    const std::vector<int> lengths_px = searched_lengths_px();
    const double hypotheses = static_cast<double>(lengths_px.size()) * kShiftsPx * kShiftsPx;
    for (const int length_px : lengths_px) {
        // From the next larger of the two, so that no more than every second sample is passed over.
        const cv::Mat& from = length_px <= kWorkingPx ? whole : detail;
        const double agreement = best_of_shifts(against_key(folded(nearby_size(from, length_px))));
        keep_better(best,
                    {exponent_of(agreement, hypotheses), agreement, static_cast<double>(length_px) / kWorkingPx, 1});
    }
    return best;
}

}  // namespace bonafide::features::watermark
