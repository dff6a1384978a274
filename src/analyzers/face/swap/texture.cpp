#include "analyzers/face/swap/texture.h"

#include "base/ensure.h"
#include "features/faces/bands.h"
#include "features/faces/local_mean.h"
#include "features/faces/shrink.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

namespace bonafide::analyzers::swapped {
namespace {

using features::faces::LocalMean;

constexpr double kLeastFacePx = 8;
constexpr double kReach = 1.25;  // of the face's height, from its middle: takes in the widest ring of a turned head
// Keeps the logarithm of an empty place finite: a twentieth of a level squared is below what 8 bits can show.
constexpr double kFloor = 0.05;
constexpr double kFinest = 1.2;  // sigma of the high-pass whose correlations are measured, px
constexpr double kLeastInside = 0.4;
constexpr double kSigmasInReach = 4.2;  // OpenCV ends a Gaussian of floats at 4, rounded
constexpr int kBorder = cv::BORDER_REFLECT_101;

/// Blurs of a part of a plane, each made once; what lies around the part has its say in them.
class Blurs {
  public:
    Blurs(const cv::Mat& plane, const cv::Rect& part) : part_(plane(part)) {}

    /// Detail between two blurs; a first sigma of 0 is the plane itself.
    cv::Mat band(double fine_px, double coarse_px) { return blurred(fine_px) - blurred(coarse_px); }

  private:
    const cv::Mat& blurred(double sigma_px) {
        cv::Mat& known = made_[sigma_px];
        if (known.empty() && sigma_px > 0) {
            cv::GaussianBlur(part_, known, {}, sigma_px, sigma_px, kBorder);
        } else if (known.empty()) {
            known = part_;
        }
        return known;
    }

    cv::Mat part_;
    std::map<double, cv::Mat> made_;
};

struct Band {
    Channel channel;
    double fine = 0, coarse = 0;  ///< sigmas, px
};
constexpr Band kLumaBands[] = {
    {Channel::kLuma0, 0, 0.8}, {Channel::kLuma1, 0.8, 1.6}, {Channel::kLuma2, 1.6, 3.2}, {Channel::kLuma3, 3.2, 6.4}};
constexpr Band kChromaBands[] = {{Channel::kChroma0, 0, 1.2}, {Channel::kChroma1, 1.2, 2.4}};
constexpr Band kFaceBands[] = {{Channel::kFace0, 0, 0.8}, {Channel::kFace1, 0.8, 1.6}, {Channel::kFace2, 1.6, 3.2}};
constexpr double kFaceUnits = 96;  // the height of a face in which the bands of kFaceBands are given

struct Neighbour {
    Channel channel;
    int x = 0, y = 0;
};
constexpr Neighbour kNeighbours[] = {{Channel::kAcross, 1, 0}, {Channel::kDown, 0, 1}, {Channel::kDiagonal, 1, 1}};

cv::Mat log_of_square(const LocalMean& local, const cv::Mat& plane, int step_px = 1) {
    const cv::Mat square = plane.mul(plane);
    cv::Mat result = (step_px == 1 ? local.of(square) : local.of_thinned(square, step_px)) + kFloor;
    cv::log(result, result);
    return result;
}

/// One plane a wanted channel, the others empty.
std::array<cv::Mat, kChannels> planes_of(const cv::Mat& rgb, const LocalMean& local, double face_px,
                                         const Channels& channels) {
    const auto wanted = [&](Channel channel) { return channels[static_cast<std::size_t>(channel)]; };
    const double unit_px = face_px / kFaceUnits;
    // What lies beyond the reach of the widest blur need not be known.
    const int reach_px = cvCeil(kSigmasInReach * std::max(kLumaBands[3].coarse, kFaceBands[2].coarse * unit_px));
    const cv::Rect around = cv::Rect(local.part().tl() - cv::Point(reach_px, reach_px),
                                     local.part().size() + cv::Size(2 * reach_px, 2 * reach_px)) &
                            cv::Rect({}, rgb.size());
    const cv::Rect part = local.part() - around.tl();
    cv::Mat bytes;
    cv::cvtColor(rgb(around), bytes, cv::COLOR_RGB2YCrCb);
    const auto floats = [&bytes](int channel) {
        cv::Mat one, plane_of_floats;
        cv::extractChannel(bytes, one, channel);
        one.convertTo(plane_of_floats, CV_32F);
        return plane_of_floats;
    };
    const bool with_colour = wanted(Channel::kChroma0) || wanted(Channel::kChroma1);
    const cv::Mat brightness = floats(0);
    Blurs luma(brightness, part), red(with_colour ? floats(1) : brightness, part),
        blue(with_colour ? floats(2) : brightness, part);
    std::array<cv::Mat, kChannels> planes;
    const auto plane = [&](Channel channel) -> cv::Mat& { return planes[static_cast<std::size_t>(channel)]; };
    const bool is_large = local.step_px() >= features::faces::kCoarsestStepPx;
    const auto thinned = is_large ? features::faces::thinned_bands(brightness, part) : features::faces::Bands();
    for (std::size_t i = 0; i < std::size(kLumaBands); ++i) {
        const Band& band = kLumaBands[i];
        if (wanted(band.channel) && is_large) {
            const cv::Mat detail = thinned[i].fine - thinned[i].coarse;
            plane(band.channel) = log_of_square(local, detail, thinned[i].step_px);
        } else if (wanted(band.channel)) {
            plane(band.channel) = log_of_square(local, luma.band(band.fine, band.coarse));
        }
    }
    for (const Band& band : kChromaBands) {
        if (wanted(band.channel)) {
            const cv::Mat red_band = red.band(band.fine, band.coarse), blue_band = blue.band(band.fine, band.coarse);
            const cv::Mat both = local.of(red_band.mul(red_band) + blue_band.mul(blue_band)) + kFloor;
            cv::log(both, plane(band.channel));
        }
    }
    for (const Band& band : kFaceBands) {
        if (wanted(band.channel)) {
            plane(band.channel) = log_of_square(local, luma.band(band.fine * unit_px, band.coarse * unit_px));
        }
    }
    // With the neighbours of the last row and column, mirrored where the picture ends.
    const cv::Rect with_neighbours = cv::Rect(part.tl(), part.size() + cv::Size(1, 1)) & cv::Rect({}, around.size());
    const cv::Mat widened = Blurs(brightness, with_neighbours).band(0, kFinest);
    const cv::Mat finest = widened(cv::Rect({}, part.size()));
    const cv::Mat energy = local.of(finest.mul(finest)) + 2 * kFloor;
    cv::Mat padded;
    cv::copyMakeBorder(widened, padded, 0, 1, 0, 1, kBorder);
    for (const Neighbour& neighbour : kNeighbours) {
        if (wanted(neighbour.channel)) {
            const cv::Mat shifted = padded(cv::Rect({neighbour.x, neighbour.y}, part.size()));
            plane(neighbour.channel) = local.of(finest.mul(shifted)) / energy;
        }
    }
    if (wanted(Channel::kEvenness)) {
        const cv::Mat size = local.of(cv::abs(finest));
        const cv::Mat evenness = (size.mul(size) + kFloor) / energy;
        cv::log(evenness, plane(Channel::kEvenness));
    }
    return planes;
}

}  // namespace

std::string_view name_of_channel(std::size_t channel) {
    constexpr std::array<std::string_view, kChannels> kNames = {"luma_0",   "luma_1", "luma_2", "luma_3",   "chroma_0",
                                                                "chroma_1", "across", "down",   "diagonal", "evenness",
                                                                "face_0",   "face_1", "face_2"};
    ENSURE(channel < kChannels);
    return kNames[channel];
}

std::optional<Texture> measure_texture(const cv::Mat& rgb, std::vector<cv::Point2f> landmarks_px,
                                       const Channels& channels) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    double height = face_height_px(landmarks_px);
    if (!(height >= kLeastFacePx) || rgb.empty()) {
        return std::nullopt;
    }
    const cv::Point2f middle = middle_of(landmarks_px);
    const int reach = cvCeil(kReach * height) + 8;
    const cv::Rect frame = cv::Rect(cvFloor(middle.x) - reach, cvFloor(middle.y) - reach, 2 * reach, 2 * reach) &
                           cv::Rect({0, 0}, rgb.size());
    if (frame.width < kLeastFacePx || frame.height < kLeastFacePx) {
        return std::nullopt;
    }
    cv::Mat picture = rgb(frame);
    const double scale = std::min(1.0, kLargestFacePx / height);
    if (scale < 1) {
        picture = features::faces::shrunk(picture, scale);
        height *= scale;
    }
    for (cv::Point2f& point : landmarks_px) {
        point = (point - cv::Point2f(frame.tl())) * scale;
    }
    const cv::Rect2f inside(2, 2, static_cast<float>(picture.cols) - 4, static_cast<float>(picture.rows) - 4);
    const auto points = points_of(landmarks_px);
    std::vector<cv::Point2f> points_inside;
    for (const auto& place : points) {
        std::copy_if(place.begin(), place.end(), std::back_inserter(points_inside),
                     [&inside](const cv::Point2f& point) { return inside.contains(point); });
    }
    const LocalMean local(picture.size(), height, points_inside);
    const std::array<cv::Mat, kChannels> planes = planes_of(picture, local, height, channels);

    Texture texture;
    for (std::size_t place = 0; place < kPlaces; ++place) {
        texture[place].fill(0);
        std::size_t seen = 0;
        for (const cv::Point2f& point : points[place]) {
            if (inside.contains(point)) {
                ++seen;
                const cv::Point cell = local.cell_of(point);
                for (std::size_t channel = 0; channel < kChannels; ++channel) {
                    texture[place][channel] += channels[channel] ? planes[channel].at<float>(cell) : 0;
                }
            }
        }
        const bool enough = static_cast<double>(seen) >= kLeastInside * static_cast<double>(points[place].size());
        for (std::size_t channel = 0; channel < kChannels; ++channel) {
            float& value = texture[place][channel];
            value = enough && channels[channel] ? value / static_cast<float>(seen)
                                                : std::numeric_limits<float>::quiet_NaN();
        }
    }
    return texture;
}

}  // namespace bonafide::analyzers::swapped
