#include "analyzers/video/face_swap/change.h"

#include "base/ensure.h"
#include "base/lanes.h"
#include "features/faces/bands.h"
#include "features/faces/dense_motion.h"
#include "features/faces/local_mean.h"
#include "features/faces/shrink.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

namespace bonafide::analyzers::film_swap {
namespace {

constexpr double kLeastFacePx = 16;
constexpr double kReach = 1.25;  // of the face's height, from its middle: takes in the widest ring of a turned head
constexpr int kMarginPx = 8;
// Keeps logarithms finite: a twentieth of a level squared is below what 8 bits can show.
constexpr float kFloor = 0.05F;
constexpr double kLeastInside = 0.4;

using features::faces::Band;
using features::faces::Bands;

cv::Mat brightness_of(const cv::Mat& rgb, double scale) {
    cv::Mat grey;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    return scale >= 1 ? grey : features::faces::shrunk(grey, scale);
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

/// Sums of squares of one row, column by column.
struct Squares {
    explicit Squares(int width)
        : one(static_cast<std::size_t>(width)), other(static_cast<std::size_t>(width)), change(one.size()) {}
    std::vector<float> one, other, change;
};

/// Adds the squares of a row of a band of one picture, of another, and of what lies between them.
BONAFIDE_ALSO_FOR_AVX2
void add_squares(const float* fine_one, const float* coarse_one, const float* fine_other, const float* coarse_other,
                 int width, float* one, float* other, float* change) {
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const EightFloats a = eight_at(fine_one + x) - eight_at(coarse_one + x),
                          b = eight_at(fine_other + x) - eight_at(coarse_other + x), c = a - b;
        eight_at(one + x) += a * a;
        eight_at(other + x) += b * b;
        eight_at(change + x) += c * c;
    }
    for (; x < width; ++x) {
        const float a = fine_one[x] - coarse_one[x], b = fine_other[x] - coarse_other[x], c = a - b;
        one[x] += a * a;
        other[x] += b * b;
        change[x] += c * c;
    }
}

/// Mean squares of the bands of two pictures, and of what lies between them.
struct MeanSquares {
    Numbers one{}, other{}, change{};
};

/// Local mean squares of bands, read at the places of a face.
class Reader {
  public:
    Reader(const Cut& cut, const cv::Size& size, double face_px)
        : cut_(cut),
          picture_({}, size),
          inside_(2, 2, static_cast<float>(size.width) - 4, static_cast<float>(size.height) - 4),
          local_(size, face_px, points_inside()) {}

    /// The part of the picture that is looked at.
    const cv::Rect& part() const { return local_.part(); }
    /// The blurs look beyond it.
    cv::Rect around() const {
        return cv::Rect(
                   part().tl() - cv::Point(features::faces::kBandsReachPx, features::faces::kBandsReachPx),
                   part().size() + cv::Size(2 * features::faces::kBandsReachPx, 2 * features::faces::kBandsReachPx)) &
               picture_;
    }

    bool is_large() const { return local_.step_px() >= features::faces::kCoarsestStepPx; }

    Bands bands(const cv::Mat& plane, const cv::Rect& looked_at) const {
        return is_large() ? features::faces::thinned_bands(plane, looked_at) : features::faces::bands(plane, looked_at);
    }

    /// NaN where too few points of a place lie inside.
    Numbers mean_squares(const Bands& bands) const { return mean_squares(bands, bands).one; }

    MeanSquares mean_squares(const Bands& one, const Bands& other) const {
        MeanSquares result;
        for (std::size_t band = 0; band < kBands; ++band) {
            cv::Mat means[3];
            if (one[band].step_px > 1) {
                average_thinned(one[band], other[band], means);
            } else {
                average(one[band], other[band], means);
            }
            read(means[0], band, result.one);
            read(means[1], band, result.other);
            read(means[2], band, result.change);
        }
        return result;
    }

  private:
    std::vector<cv::Point2f> points_inside() const {
        std::vector<cv::Point2f> inside;
        for (const auto& points : cut_.points) {
            std::copy_if(points.begin(), points.end(), std::back_inserter(inside),
                         [this](const cv::Point2f& point) { return inside_.contains(point); });
        }
        return inside;
    }

    /// Local means: of the squares of the one, the other, and of what lies between them.
    void average(const Band& one, const Band& other, cv::Mat (&means)[3]) const {
        const cv::Size grid = local_.cells();
        for (cv::Mat& each : means) {
            each.create(grid, CV_32F);
        }
        const int width = one.fine.cols;
        for (int cell_y = 0; cell_y < grid.height; ++cell_y) {
            Squares squares(width);
            const cv::Rect rows = local_.pixels_of({0, cell_y});
            for (int y = rows.y; y < rows.br().y; ++y) {
                add_squares(one.fine.ptr<float>(y), one.coarse.ptr<float>(y), other.fine.ptr<float>(y),
                            other.coarse.ptr<float>(y), width, squares.one.data(), squares.other.data(),
                            squares.change.data());
            }
            for (int cell_x = 0; cell_x < grid.width; ++cell_x) {
                const cv::Rect pixels = local_.pixels_of({cell_x, cell_y});
                const auto mean = [&pixels](const std::vector<float>& sums) {
                    return std::accumulate(sums.begin() + pixels.x, sums.begin() + pixels.br().x, 0.0F) /
                           static_cast<float>(pixels.area());
                };
                means[0].at<float>(cell_y, cell_x) = mean(squares.one);
                means[1].at<float>(cell_y, cell_x) = mean(squares.other);
                means[2].at<float>(cell_y, cell_x) = mean(squares.change);
            }
        }
        for (cv::Mat& each : means) {
            each = local_.of_cells(each);
        }
    }

    void average_thinned(const Band& one, const Band& other, cv::Mat (&means)[3]) const {
        const cv::Mat detail = one.fine - one.coarse, other_detail = other.fine - other.coarse,
                      change = detail - other_detail;
        const cv::Mat* details[] = {&detail, &other_detail, &change};
        for (std::size_t i = 0; i < std::size(details); ++i) {
            means[i] = local_.of_thinned(details[i]->mul(*details[i]), one.step_px);
        }
    }

    void read(const cv::Mat& means, std::size_t band, Numbers& numbers) const {
        for (std::size_t place = 0; place < places::kPlaces; ++place) {
            std::size_t seen = 0;
            float sum = 0;
            for (const cv::Point2f& point : cut_.points[place]) {
                if (inside_.contains(point)) {
                    ++seen;
                    sum += means.at<float>(local_.cell_of(point));
                }
            }
            const bool enough =
                static_cast<double>(seen) >= kLeastInside * static_cast<double>(cut_.points[place].size());
            numbers[place][band] = enough ? sum / static_cast<float>(seen) : std::numeric_limits<float>::quiet_NaN();
        }
    }

    const Cut& cut_;
    cv::Rect picture_;
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

cv::Mat as_floats(const cv::Mat& grey) {
    cv::Mat plane;
    grey.convertTo(plane, CV_32F);
    return plane;
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
    const cv::Rect around = reader.around();
    return logarithms(reader.mean_squares(reader.bands(as_floats(grey(around)), reader.part() - around.tl())));
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
    const Reader reader(*cut, here.size(), compared.face_px * cut->scale);
    using features::faces::MotionGrid;
    const cv::Mat motion = features::faces::dense_motion(
        here, there, reader.is_large() ? MotionGrid::kEverySecondPixel : MotionGrid::kEveryPixel);
    compared.motion_px = mean_size_of(motion);

    const cv::Rect around = reader.around(), part = reader.part() - around.tl();
    const cv::Mat moved = features::faces::moved_by(there, motion, around);
    const auto [own, other, changes] =
        reader.mean_squares(reader.bands(as_floats(here(around)), part), reader.bands(moved, part));
    for (std::size_t place = 0; place < places::kPlaces; ++place) {
        for (std::size_t band = 0; band < kBands; ++band) {
            const float both = (own[place][band] + other[place][band]) / 2;
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
