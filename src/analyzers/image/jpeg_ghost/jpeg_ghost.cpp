// JPEG ghosts, found without looking.
//
// Farid, "Exposing digital forgeries from JPEG ghosts", IEEE TIFS 2009: saved anew at the quality of an earlier save,
// the parts that went through that save change least. Deviations: nothing is saved anew. For each coefficient c and
// trial step q, g = 1 - 12 e^2 / q^2, where e is the distance of c to the nearest multiple of q, which is what saving
// it anew with q would change: its mean is 0 and its variance 0.8 for coefficients that know nothing of q, and its mean
// approaches 1 where they were multiples of q. Sums of it over a place thus have a significance, and no curve over
// qualities has to be normalised. The steps of the whole picture's ghost are estimated one by one, on any of the 64
// grids, so that the tables need not be the standard's; qualities of the standard's tables are tried for ghosts of a
// part. Limits: see README.md beside this file.
#include "analyzers/image/jpeg_ghost/jpeg_ghost.h"

#include "base/ensure.h"
#include "base/median.h"
#include "evidence/map_grid.h"
#include "evidence/places.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using ghost::Ghost;
using ghost::kClosenessVariance;
using ghost::Samples;
using ghost::Steps;

constexpr int kFewestBlocks = 256, kFewestBlocksASide = 8;
constexpr int kFewestSteps = 4;
constexpr double kGatherBlocks[] = {2.5, 5};
constexpr double kFewestCoefficients = 30;  // in a place, counted by their weights
constexpr std::size_t kMostParts = 3;
// A part's own ghost is believed from this mean; and the rest must stay below half of it.
constexpr double kLeastPartStrength = 0.3, kMostRestStrength = 0.1;

// Mean closeness of each frequency over the whole picture.
std::array<double, ghost::kCount> strengths_of(const Samples& samples, const Steps& steps) {
    std::array<double, ghost::kCount> strengths{};
    for (int index = 0; index < ghost::kCount; ++index) {
        if (steps[index] > 0) {
            const ghost::Closeness all =
                ghost::closeness_of(samples.values.ptr<float>(index), samples.values.cols, steps[index]);
            strengths[index] = all.count > 0 ? all.sum / all.count : 0;
        }
    }
    return strengths;
}

// Sums of a block over its coefficients beyond half a step; all CV_32FC1.
struct Sums {
    cv::Mat residual;  // weighted closeness less what the whole picture shows at that frequency
    cv::Mat squares;   // of the weights
    cv::Mat total;     // closeness
    cv::Mat count;
    double mean = 0;  // closeness of the whole picture
};

// `by_strength`: frequencies weigh by how strong the ghost is in them, else alike.
Sums sums_of(const Samples& samples, const Steps& steps, bool by_strength) {
    Sums sums;
    for (cv::Mat* made : {&sums.residual, &sums.squares, &sums.total, &sums.count}) {
        *made = cv::Mat::zeros(samples.blocks, CV_32FC1);
    }
    const std::array<double, ghost::kCount> strengths = strengths_of(samples, steps);
    for (int index = 0; index < ghost::kCount; ++index) {
        const float expected = static_cast<float>(strengths[index]);
        const float weight = by_strength ? std::max(0.0F, expected) : 1;
        if (steps[index] == 0 || weight == 0) {
            continue;
        }
        const float inverse = 1 / static_cast<float>(steps[index]), half = static_cast<float>(steps[index]) / 2;
        const float* values = samples.values.ptr<float>(index);
        float* residual = sums.residual.ptr<float>();
        float* squares = sums.squares.ptr<float>();
        float* total = sums.total.ptr<float>();
        float* count = sums.count.ptr<float>();
        for (int block = 0; block < samples.blocks.area(); ++block) {
            const float counted = std::abs(values[block]) > half ? 1.0F : 0.0F;
            const float close = counted * ghost::closeness(values[block], inverse);
            total[block] += close;
            count[block] += counted;
            residual[block] += weight * (close - counted * expected);
            squares[block] += weight * weight * counted;
        }
    }
    const double count = cv::sum(sums.count)[0];
    sums.mean = count > 0 ? cv::sum(sums.total)[0] / count : 0;
    return sums;
}

cv::Mat blurred(const cv::Mat& values, double sigma) {
    cv::Mat result;
    cv::GaussianBlur(values, result, {}, sigma, sigma, cv::BORDER_REFLECT_101);
    return result;
}

/// How far the surroundings of each block depart from the whole picture.
struct Departures {
    cv::Mat sigmas;  ///< CV_32FC1, signed, in the larger of the theoretical and the picture's own standard deviation
    cv::Mat means;   ///< CV_32FC1, mean closeness around the block
};

Departures departures_of(const Sums& sums, double sigma) {
    Departures result{cv::Mat::zeros(sums.total.size(), CV_32FC1), cv::Mat::zeros(sums.total.size(), CV_32FC1)};
    // A Gaussian of integral 1 has squares of integral 1 / (4 pi sigma^2), which are a Gaussian of sigma / sqrt 2.
    const double area = 4 * CV_PI * sigma * sigma;
    const cv::Mat near_residual = blurred(sums.residual, sigma), near_total = blurred(sums.total, sigma),
                  near_count = blurred(sums.count, sigma);
    const cv::Mat near_squares = blurred(sums.squares, sigma / std::sqrt(2.0));
    std::vector<float> judged;
    cv::Mat usable = cv::Mat::zeros(sums.total.size(), CV_8UC1);
    for (int row = 0; row < usable.rows; ++row) {
        for (int column = 0; column < usable.cols; ++column) {
            const float number = near_count.at<float>(row, column);
            if (number * area < kFewestCoefficients) {
                continue;
            }
            usable.at<unsigned char>(row, column) = 255;
            result.means.at<float>(row, column) = near_total.at<float>(row, column) / number;
            const double error =
                std::sqrt(kClosenessVariance * std::max<double>(near_squares.at<float>(row, column), 1e-6) / area);
            const double value = near_residual.at<float>(row, column) / error;
            result.sigmas.at<float>(row, column) = static_cast<float>(value);
            judged.push_back(static_cast<float>(value));
        }
    }
    const double middle = median_of(judged, 0.0F);
    for (float& value : judged) {
        value = static_cast<float>(std::abs(value - middle));
    }
    const double spread = std::max(1.0, 1.4826 * median_of(judged, 0.0F));
    result.sigmas = (result.sigmas - middle) / spread;
    result.sigmas.setTo(0, usable == 0);
    return result;
}

void collect_regions(const cv::Mat& suspicion, const GhostOptions& options, GhostResult& result) {
    for (const evidence::Place& place : evidence::places_beyond(suspicion, options.threshold_sigma)) {
        const double area_percent = 100.0 * place.cells / static_cast<double>(suspicion.total());
        if (area_percent >= options.smallest_region_percent) {
            result.suspicious_area_percent += area_percent;
            result.regions.push_back({place.box, place.strongest, area_percent});
        }
    }
}

// `values` of the blocks of a grid at `origin`, brought to the map's squares of 8 x 8 px from the corner.
cv::Mat on_map(const cv::Mat& values, cv::Point origin, cv::Size map) {
    const cv::Matx23d shift(1, 0, origin.x / 8.0, 0, 1, origin.y / 8.0);
    cv::Mat result;
    cv::warpAffine(values, result, shift, map, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return result;
}

/// The search as it goes on: what was strongest so far.
class Search {
  public:
    Search(const ghost::Picture& picture, GhostResult& result) : picture_(picture), result_(result) {}

    void whole(const Ghost& ghost) {
        const Sums sums = sums_of(ghost::samples_of(picture_, ghost.origin, 1), ghost.steps, true);
        for (const double sigma : kGatherBlocks) {
            take(ghost, departures_of(sums, sigma), -1, sums.mean);
        }
    }

    void part(const Ghost& ghost, const GhostOptions& options) {
        const Sums sums = sums_of(ghost::samples_of(picture_, ghost.origin, 1), ghost.steps, false);
        for (const double sigma : kGatherBlocks) {
            const Departures departures = departures_of(sums, sigma);
            double strongest = 0;
            cv::Point place;
            cv::minMaxLoc(departures.sigmas, nullptr, &strongest, nullptr, &place);
            const double strength = departures.means.at<float>(place);
            if (sums.mean < kMostRestStrength && strength > kLeastPartStrength && strongest > options.threshold_sigma) {
                take(ghost, departures, 1, strength);
            }
        }
    }

    const cv::Mat& suspicion() const { return suspicion_; }

  private:
    void take(const Ghost& ghost, const Departures& departures, int sign, double strength) {
        double strongest = 0;
        const cv::Mat signed_sigmas = sign * departures.sigmas;
        cv::minMaxLoc(signed_sigmas, nullptr, &strongest);
        if (strongest > result_.contrast_sigma) {
            result_.contrast_sigma = strongest;
            result_.lacks = sign < 0;
            result_.origin = ghost.origin;
            result_.quality = ghost.quality;
            result_.strength = strength;
            suspicion_ = on_map(signed_sigmas, ghost.origin, evidence::map_size(picture_.luma.size(), 8));
        }
    }

    const ghost::Picture& picture_;
    GhostResult& result_;
    cv::Mat suspicion_;
};

GhostResult refused(std::string why) {
    GhostResult result;
    result.not_applicable = std::move(why);
    return result;
}

}  // namespace

GhostResult find_ghost(const ghost::Picture& picture, const GhostOptions& options) {
    ENSURE(options.threshold_sigma > 0);
    const int wide = picture.luma.cols / 8 - 1, high = picture.luma.rows / 8 - 1;
    if (std::min(wide, high) < kFewestBlocksASide || wide * high < kFewestBlocks) {
        return refused("The picture is too small to compare its places.");
    }
    ENSURE(picture.luma.type() == CV_32FC1);
    GhostResult result;
    Search search(picture, result);
    if (picture.plane != nullptr) {
        const Steps own = ghost::estimate_steps(ghost::samples_of(*picture.plane, 1));
        if (std::count_if(own.begin(), own.end(), [](int step) { return step > 0; }) >= kFewestSteps) {
            search.whole({{0, 0}, own, ghost::nearest_quality(own), 0});
        }
    }
    if (const std::optional<Ghost> whole = ghost::find_whole(picture)) {
        search.whole(*whole);
    }
    if (search.suspicion().empty()) {
        for (const Ghost& part : ghost::find_parts(picture, kMostParts)) {
            search.part(part, options);
        }
    }
    if (search.suspicion().empty()) {
        return refused("Neither the picture nor a part of it shows a ghost of an earlier, coarser save.");
    }
    const cv::Mat& suspicion = search.suspicion();
    result.map.create(suspicion.size(), CV_8UC1);
    for (int row = 0; row < suspicion.rows; ++row) {
        for (int column = 0; column < suspicion.cols; ++column) {
            result.map.at<unsigned char>(row, column) =
                cv::saturate_cast<unsigned char>(128 + 32 * (std::asinh(suspicion.at<float>(row, column) / 2) -
                                                             std::asinh(options.threshold_sigma / 2)));
        }
    }
    collect_regions(suspicion, options, result);
    return result;
}

}  // namespace bonafide::analyzers
