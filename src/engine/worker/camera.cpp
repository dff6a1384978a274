#include "engine/worker/camera.h"

#include "features/media.h"
#include "features/sensor_match.h"
#include "features/sensor_residual.h"
#include "media/image_orientation.h"

#include <algorithm>
#include <cmath>

namespace bonafide::engine {
namespace {

/// The least share of a picture's pixels that must be neither saturated nor dark.
constexpr double kLeastResponding = 0.3;
constexpr float kStepsEachWay = 32767;

}  // namespace

Result<CameraPlanes> camera_planes(const ingest::ByteSource& source, const Limits& limits) {
    const auto media = features::Media::open(ingest::identify(source), source, limits);
    if (!media) {
        return media.error();
    }
    if ((*media)->image() == nullptr) {
        return Error{ErrorCode::kUnsupported, "it is no still picture"};
    }
    const media::Image& image = *(*media)->image();
    if (image.decoded_fraction < 1 || !image.damage.empty()) {
        return Error{ErrorCode::kTruncated, "it is damaged or incomplete"};
    }
    const cv::Mat luma = media::upright((*media)->luma(), media::inverse_of(image.orientation));
    if (std::min(luma.cols, luma.rows) < features::kSmallestSensorSidePx || luma.total() > kMostCameraPixels) {
        return Error{ErrorCode::kLimit, "it is too small or too large"};
    }
    const features::WeightedResidual weighted = features::weighted_residual(luma);
    CameraPlanes planes{static_cast<std::uint32_t>(luma.cols), static_cast<std::uint32_t>(luma.rows), {}, {}};
    planes.residual.resize(luma.total());
    planes.intensity.resize(luma.total());
    std::size_t at = 0, responding = 0;
    for (int y = 0; y < luma.rows; ++y) {
        const auto* residual = weighted.residual.ptr<float>(y);
        const auto* intensity = weighted.intensity.ptr<float>(y);
        for (int x = 0; x < luma.cols; ++x, ++at) {
            const float steps = std::clamp(residual[x] / kResidualStep, -kStepsEachWay, kStepsEachWay);
            planes.residual[at] = static_cast<std::int16_t>(std::lround(steps));
            planes.intensity[at] = static_cast<std::uint8_t>(std::lround(std::clamp(intensity[x], 0.0F, 255.0F)));
            responding += intensity[x] > 0 ? 1 : 0;
        }
    }
    if (static_cast<double>(responding) < kLeastResponding * static_cast<double>(luma.total())) {
        return Error{ErrorCode::kInvalid, "it is nearly all black or overexposed"};
    }
    return planes;
}

Result<std::vector<std::uint8_t>> camera_fingerprint(const ingest::ByteSource& source) {
    CameraFile file;
    features::SensorFingerprint made;
    {
        const auto bytes = source.read_all(kMostCameraPixels * 4 * sizeof(float) + 64);
        if (!bytes) {
            return bytes.error();
        }
        auto sums = parse_camera_sums(*bytes);
        if (!sums) {
            return sums.error();
        }
        const cv::Size size(static_cast<int>(sums->width_px), static_cast<int>(sums->height_px));
        const auto plane = [&](int index) { return cv::Mat(size, CV_32FC1, sums->planes[index].data()); };
        made = features::estimate_fingerprint({plane(0), plane(1)}, {plane(2), plane(3)},
                                              static_cast<int>(sums->pictures));
        file.width_px = sums->width_px;
        file.height_px = sums->height_px;
        file.pictures = sums->pictures;
    }
    double least = 0, most = 0;
    cv::minMaxLoc(made.pattern, &least, &most);
    const double reach = std::max(-least, most);
    if (!(reach > 0)) {
        return Error{ErrorCode::kInvalid, "the pictures hold no pattern at all"};
    }
    file.step = static_cast<float>(reach / kStepsEachWay);
    file.agreement = static_cast<float>(made.agreement);
    file.pattern.reserve(made.pattern.total());
    for (auto value = made.pattern.begin<float>(); value != made.pattern.end<float>(); ++value) {
        file.pattern.push_back(
            static_cast<std::int16_t>(std::lround(std::clamp(*value / file.step, -kStepsEachWay, kStepsEachWay))));
    }
    return to_bytes(file);
}

Result<features::SensorFingerprint> read_camera(std::span<const std::uint8_t> bytes, const std::string& name) {
    const auto file = parse_camera_file(bytes);
    if (!file) {
        return file.error();
    }
    features::SensorFingerprint fingerprint{name, file->sha256, {}, static_cast<int>(file->pictures), file->agreement};
    fingerprint.pattern.create(static_cast<int>(file->height_px), static_cast<int>(file->width_px), CV_32FC1);
    std::transform(file->pattern.begin(), file->pattern.end(), fingerprint.pattern.ptr<float>(),
                   [&](std::int16_t steps) { return file->step * static_cast<float>(steps); });
    return fingerprint;
}

}  // namespace bonafide::engine
