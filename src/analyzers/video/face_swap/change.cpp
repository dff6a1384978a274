#include "analyzers/video/face_swap/change.h"

#include "base/ensure.h"
#include "features/faces/dense_motion.h"
#include "features/faces/local_mean.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::analyzers::film_swap {
namespace {

constexpr double kLeastFacePx = 16;
constexpr double kReach = 1.25;  // of the face's height, from its middle: takes in the widest ring of a turned head
constexpr int kMarginPx = 8;
// Keeps logarithms finite: a twentieth of a level squared is below what 8 bits can show.
constexpr float kFloor = 0.05F;
constexpr double kLeastInside = 0.4;
constexpr std::array<double, kBands + 1> kSigmas_px = {0, 0.8, 1.6, 3.2, 6.4};

/// The bands of a plane, each the difference of two blurs.
std::array<cv::Mat, kBands> bands_of(const cv::Mat& plane) {
    std::array<cv::Mat, kBands> bands;
    cv::Mat finer = plane;
    for (std::size_t band = 0; band < kBands; ++band) {
        cv::Mat coarser;
        cv::GaussianBlur(plane, coarser, {}, kSigmas_px[band + 1], kSigmas_px[band + 1], cv::BORDER_REFLECT_101);
        bands[band] = finer - coarser;
        finer = coarser;
    }
    return bands;
}

cv::Mat brightness_of(const cv::Mat& rgb, double scale) {
    cv::Mat grey, small;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    if (scale >= 1) {
        return grey;
    }
    cv::resize(grey, small, {}, scale, scale, cv::INTER_AREA);
    return small;
}

double mean_size_of(const cv::Mat& motion) {
    cv::Mat parts[2], size;
    cv::split(motion, parts);
    cv::magnitude(parts[0], parts[1], size);
    return cv::mean(size)[0];
}

/// The part of a frame that is looked at, and where the face's places lie in it.
struct Cut {
    cv::Rect frame;
    double scale = 1;
    std::array<std::vector<cv::Point2f>, places::kPlaces> points;
};

std::optional<Cut> cut_for(const cv::Size& picture, std::vector<cv::Point2f> landmarks_px) {
    const double face_px = places::face_height_px(landmarks_px);
    if (picture.empty() || !(face_px >= kLeastFacePx)) {
        return std::nullopt;
    }
    Cut cut;
    const cv::Point2f middle = places::middle_of(landmarks_px);
    const int reach = cvCeil(kReach * face_px) + kMarginPx;
    cut.frame = cv::Rect(cvFloor(middle.x) - reach, cvFloor(middle.y) - reach, 2 * reach, 2 * reach) &
                cv::Rect({0, 0}, picture);
    if (cut.frame.width < kLeastFacePx || cut.frame.height < kLeastFacePx) {
        return std::nullopt;
    }
    cut.scale = std::min(1.0, kLargestFacePx / face_px);
    for (cv::Point2f& point : landmarks_px) {
        point = (point - cv::Point2f(cut.frame.tl())) * cut.scale;
    }
    cut.points = places::points_of(landmarks_px);
    return cut;
}

using Bands = std::array<cv::Mat, kBands>;

/// Local mean squares of bands, read at the places of a face.
class Reader {
  public:
    Reader(const Cut& cut, const cv::Size& size, double face_px)
        : cut_(cut),
          inside_(2, 2, static_cast<float>(size.width) - 4, static_cast<float>(size.height) - 4),
          local_(size, face_px) {}

    /// NaN where too few points of a place lie inside.
    Numbers mean_squares(const Bands& bands) const {
        Bands means;
        for (std::size_t band = 0; band < kBands; ++band) {
            means[band] = local_.of(bands[band].mul(bands[band]));
        }
        Numbers numbers{};
        for (std::size_t place = 0; place < places::kPlaces; ++place) {
            std::size_t seen = 0;
            for (const cv::Point2f& point : cut_.points[place]) {
                if (inside_.contains(point)) {
                    ++seen;
                    for (std::size_t band = 0; band < kBands; ++band) {
                        numbers[place][band] += means[band].at<float>(local_.cell_of(point));
                    }
                }
            }
            const bool enough =
                static_cast<double>(seen) >= kLeastInside * static_cast<double>(cut_.points[place].size());
            for (float& number : numbers[place]) {
                number = enough ? number / static_cast<float>(seen) : std::numeric_limits<float>::quiet_NaN();
            }
        }
        return numbers;
    }

  private:
    const Cut& cut_;
    cv::Rect2f inside_;
    features::faces::LocalMean local_;
};

Numbers logarithms(Numbers numbers) {
    for (auto& place : numbers) {
        for (float& number : place) {
            number = std::log(number + kFloor);
        }
    }
    return numbers;
}

/// Mean of the finest band over the places; nothing where there is none.
std::optional<double> mean_of_finest(const Numbers& numbers) {
    double sum = 0, count = 0;
    for (const auto& place : numbers) {
        if (std::isfinite(place[0])) {
            sum += static_cast<double>(place[0]);
            count += 1;
        }
    }
    return count > 0 ? std::optional(sum / count) : std::nullopt;
}

Bands bands_of_picture(const cv::Mat& grey) {
    cv::Mat plane;
    grey.convertTo(plane, CV_32F);
    return bands_of(plane);
}

}  // namespace

std::optional<Numbers> measure_detail(const cv::Mat& rgb, const std::vector<cv::Point2f>& landmarks_px) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    const auto cut = cut_for(rgb.size(), landmarks_px);
    if (!cut) {
        return std::nullopt;
    }
    const cv::Mat grey = brightness_of(rgb(cut->frame), cut->scale);
    const Reader reader(*cut, grey.size(), places::face_height_px(landmarks_px) * cut->scale);
    return logarithms(reader.mean_squares(bands_of_picture(grey)));
}

std::optional<Compared> compare_frames(const cv::Mat& now, const cv::Mat& before,
                                       const std::vector<cv::Point2f>& landmarks_px) {
    ENSURE(now.empty() || (now.type() == CV_8UC3 && before.type() == CV_8UC3 && now.size() == before.size()));
    const auto cut = cut_for(now.size(), landmarks_px);
    if (!cut) {
        return std::nullopt;
    }
    const cv::Mat here = brightness_of(now(cut->frame), cut->scale);
    const cv::Mat there = brightness_of(before(cut->frame), cut->scale);
    if (cv::norm(here, there, cv::NORM_INF) == 0) {
        return std::nullopt;
    }
    Compared compared;
    compared.face_px = places::face_height_px(landmarks_px);
    const cv::Mat motion = features::faces::dense_motion(here, there);
    compared.motion_px = mean_size_of(motion);

    const Reader reader(*cut, here.size(), compared.face_px * cut->scale);
    const Bands detail_here = bands_of_picture(here), detail_there = bands_of(features::faces::moved_by(there, motion));
    Bands changed;
    for (std::size_t band = 0; band < kBands; ++band) {
        changed[band] = detail_here[band] - detail_there[band];
    }
    const Numbers changes = reader.mean_squares(changed), own = reader.mean_squares(detail_here),
                  moved = reader.mean_squares(detail_there);
    for (std::size_t place = 0; place < places::kPlaces; ++place) {
        for (std::size_t band = 0; band < kBands; ++band) {
            const float both = (own[place][band] + moved[place][band]) / 2;
            compared.change[place][band] = std::log((changes[place][band] + kFloor) / (both + kFloor));
        }
    }
    compared.detail = logarithms(own);
    const auto fine = mean_of_finest(compared.detail), residue = mean_of_finest(logarithms(changes));
    if (!fine || !residue) {
        return std::nullopt;
    }
    compared.fine_detail = *fine;
    compared.residue = *residue;
    return compared;
}

std::optional<std::array<double, kBands>> contrast_of(const Numbers& numbers) {
    std::array<double, kBands> contrast{};
    for (std::size_t band = 0; band < kBands; ++band) {
        std::array<double, places::kZones> mean{};
        std::array<std::size_t, places::kZones> count{}, all{};
        for (std::size_t place = 0; place < places::kPlaces; ++place) {
            const auto zone = static_cast<std::size_t>(places::zone_of(place));
            if (zone < places::kZones) {
                ++all[zone];
                if (std::isfinite(numbers[place][band])) {
                    mean[zone] += static_cast<double>(numbers[place][band]);
                    ++count[zone];
                }
            }
        }
        for (std::size_t zone = 0; zone < places::kZones; ++zone) {
            if (count[zone] == 0 || 2 * count[zone] < all[zone]) {
                return std::nullopt;
            }
            mean[zone] /= static_cast<double>(count[zone]);
        }
        const auto of = [&mean](places::Zone zone) { return mean[static_cast<std::size_t>(zone)]; };
        contrast[band] = of(places::Zone::kEdge) - (of(places::Zone::kInner) + of(places::Zone::kAround)) / 2;
    }
    return contrast;
}

}  // namespace bonafide::analyzers::film_swap
