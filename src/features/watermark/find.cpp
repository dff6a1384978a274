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
#include <array>
#include <cmath>
#include <vector>

namespace bonafide::features::watermark {
namespace {

/// Samples a tile between which the shift of a crop is searched: twice those of the tile.
constexpr int kShiftsPx = 2 * kTilePx;
/// Relative step between scales: an error of half of it moves the mark by under half a sample at the picture's edges.
constexpr double kScaleStep = 0.006;
constexpr double kSmallestCrop = 0.5, kLargestFrame = 2;
constexpr int kOrientations = 8;
/// Of a film's frames, so many are searched for crops and frames around them.
constexpr std::size_t kSearchedFrames = 4;

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

/// The phases of several pictures together: `sum` of unit vectors, brought back to unit length. What each picture holds
/// is independent of the key, so the bound holds for the directions of the sums as for those of a single picture.
cv::Mat directions(const cv::Mat& sum) {
    std::vector<cv::Mat> parts;
    cv::Mat length, result;
    cv::split(sum, parts);
    cv::magnitude(parts[0], parts[1], length);
    length.setTo(1, length <= 1e-6F);
    parts[0] /= length;
    parts[1] /= length;
    cv::merge(parts, result);
    return result;
}

/// What is looked at in one picture.
struct Prepared {
    cv::Mat detail;  ///< no larger than the largest search needs it
    cv::Mat whole;   ///< of kWorkingPx
};

Prepared prepared(const cv::Mat& luma) {
    // Large pictures are brought down once, to what the largest search needs of them.
    const int most_px = static_cast<int>(kLargestFrame * kWorkingPx);
    const cv::Mat detail = detail_of(std::max(luma.cols, luma.rows) > most_px ? working_size(luma, most_px) : luma);
    return {detail, working_size(detail, kWorkingPx)};
}

/// The picture as it is, turned and mirrored: the differences of each to the key.
std::array<cv::Mat, kOrientations> differences_as_it_is(const cv::Mat& whole) {
    std::array<cv::Mat, kOrientations> all;
    for (int orientation = 1; orientation <= kOrientations; ++orientation) {
        all[static_cast<std::size_t>(orientation - 1)] =
            against_key(folded(media::upright(whole, media::inverse_of(orientation))));
    }
    return all;
}

Trace best_as_it_is(const std::array<cv::Mat, kOrientations>& differences) {
    Trace best;
    for (int orientation = 1; orientation <= kOrientations; ++orientation) {
        const double agreement = mean_cosine(cv::sum(differences[static_cast<std::size_t>(orientation - 1)])[0]);
        keep_better(best, {exponent_of(agreement, kOrientations), agreement, 1, orientation});
    }
    return best;
}

/// Crops and frames. Every picture in `pictures` shows the same part.
void search(Trace& best, const std::vector<Prepared>& pictures) {
    const std::vector<int> lengths_px = searched_lengths_px();
    const double hypotheses = static_cast<double>(lengths_px.size()) * kShiftsPx * kShiftsPx;
    for (const int length_px : lengths_px) {
        cv::Mat sum;
        for (const Prepared& picture : pictures) {
            // From the next larger of the two, so that no more than every second sample is passed over.
            const cv::Mat& from = length_px <= kWorkingPx ? picture.whole : picture.detail;
            const cv::Mat differences = against_key(folded(nearby_size(from, length_px)));
            sum = sum.empty() ? differences : cv::Mat(sum + differences);
        }
        const double agreement = best_of_shifts(pictures.size() > 1 ? directions(sum) : sum);
        keep_better(best,
                    {exponent_of(agreement, hypotheses), agreement, static_cast<double>(length_px) / kWorkingPx, 1});
    }
}

bool is_large_enough(const cv::Mat& luma) {
    return std::max(luma.cols, luma.rows) >= kSmallestSidePx;
}

}  // namespace

Trace find(const cv::Mat& luma) {
    if (!is_large_enough(luma)) {
        return {};
    }
    const Prepared picture = prepared(luma);
    Trace best = best_as_it_is(differences_as_it_is(picture.whole));
    if (best.false_alarm_exponent < kFoundExponent) {
        search(best, {picture});
    }
    return best;
}

Trace find_as_it_is(const cv::Mat& luma) {
    return is_large_enough(luma) ? best_as_it_is(differences_as_it_is(prepared(luma).whole)) : Trace{};
}

FilmTrace find_in_frames(const std::vector<cv::Mat>& lumas) {
    FilmTrace found;
    std::vector<Prepared> pictures;
    std::array<cv::Mat, kOrientations> sums;
    Trace best_frame;
    for (const cv::Mat& luma : lumas) {
        if (!is_large_enough(luma)) {
            continue;
        }
        pictures.push_back(prepared(luma));
        const auto differences = differences_as_it_is(pictures.back().whole);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] = sums[i].empty() ? differences[i] : cv::Mat(sums[i] + differences[i]);
        }
        const Trace alone = best_as_it_is(differences);
        found.frames_found += alone.false_alarm_exponent >= kFoundExponent ? 1 : 0;
        keep_better(best_frame, alone);
    }
    found.frames = static_cast<int>(pictures.size());
    if (pictures.empty()) {
        return found;
    }
    for (cv::Mat& sum : sums) {
        sum = directions(sum);
    }
    found.trace = best_as_it_is(sums);
    if (found.trace.false_alarm_exponent < kFoundExponent) {
        // Spread evenly: each costs as much as the search of a picture.
        std::vector<Prepared> few;
        const std::size_t step = (pictures.size() + kSearchedFrames - 1) / kSearchedFrames;
        for (std::size_t i = step / 2; i < pictures.size(); i += step) {
            few.push_back(pictures[i]);
        }
        search(found.trace, few);
    }
    // The chance is shared by what all say together and what any of them says alone.
    const double share = std::log10(2.0), share_of_one = std::log10(2.0 * static_cast<double>(pictures.size()));
    found.trace.false_alarm_exponent = std::max(0.0, found.trace.false_alarm_exponent - share);
    best_frame.false_alarm_exponent = std::max(0.0, best_frame.false_alarm_exponent - share_of_one);
    keep_better(found.trace, best_frame);
    return found;
}

}  // namespace bonafide::features::watermark
