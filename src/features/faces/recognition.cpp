#include "features/faces/recognition.h"

#include "base/ensure.h"
#include "features/faces/crop.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::features::faces {
namespace {

/// A point of the mesh and where dlib's mean face has it, in shares of the face's own side.
struct Anchor {
    std::size_t landmark;
    cv::Point2f place;
};
constexpr std::size_t kNoseBase = 2;
const std::array kMeanFace = {Anchor{landmark::kLeftEyeOuter, {0.85956746F, 0.21349815F}},
                              Anchor{landmark::kLeftEyeInner, {0.64606048F, 0.22896744F}},
                              Anchor{landmark::kRightEyeOuter, {0.12057506F, 0.21372745F}},
                              Anchor{landmark::kRightEyeInner, {0.33408506F, 0.22906424F}},
                              Anchor{kNoseBase, {0.49011231F, 0.62779753F}}};
constexpr float kPadding = 0.25F;

}  // namespace

cv::Matx23f chip_transform(const Face& face) {
    // Points as complex numbers: the similarity z -> a z + b of least squares has a closed form.
    cv::Point2d from_mean, to_mean;
    std::array<cv::Point2d, kMeanFace.size()> from, to;
    for (std::size_t i = 0; i < kMeanFace.size(); ++i) {
        from[i] = face.point(kMeanFace[i].landmark);
        to[i] = (cv::Point2d(kMeanFace[i].place) + cv::Point2d(kPadding, kPadding)) * (kChipPx / (1 + 2 * kPadding));
        from_mean += from[i] / static_cast<double>(kMeanFace.size());
        to_mean += to[i] / static_cast<double>(kMeanFace.size());
    }
    double along = 0, across = 0, spread = 0;
    for (std::size_t i = 0; i < kMeanFace.size(); ++i) {
        const cv::Point2d p = from[i] - from_mean, q = to[i] - to_mean;
        along += p.dot(q);
        across += p.cross(q);
        spread += p.dot(p);
    }
    spread = std::max(spread, 1e-9);
    const double cosine = along / spread, sine = across / spread;
    return {static_cast<float>(cosine),
            static_cast<float>(-sine),
            static_cast<float>(to_mean.x - cosine * from_mean.x + sine * from_mean.y),
            static_cast<float>(sine),
            static_cast<float>(cosine),
            static_cast<float>(to_mean.y - sine * from_mean.x - cosine * from_mean.y)};
}

bool is_recognisable(const Face& face) {
    const cv::Point2f height = face.point(landmark::kChin) - face.point(landmark::kForehead);
    return cv::norm(height) >= kLeastRecognisedPx && std::abs(face.pose.yaw_deg) <= kMostTurnedDeg &&
           std::abs(face.pose.pitch_deg) <= kMostTurnedDeg;
}

Result<Recogniser> Recogniser::open(const infer::ModelStore& models, const infer::SessionOptions& options) {
    auto session = infer::Session::open(models, "face.recognition", options);
    if (!session) {
        return session.error();
    }
    return Recogniser(std::move(*session));
}

Result<evidence::FaceNumbers> Recogniser::numbers_of(const cv::Mat& rgb, const Face& face) {
    ENSURE(!rgb.empty() && rgb.type() == CV_8UC3 && face.landmarks_px.size() == kLandmarks);
    cv::Mat chip;
    cut_square(rgb, chip_transform(face), kChipPx).convertTo(chip, CV_32F);
    constexpr auto kSide = static_cast<std::size_t>(kChipPx);
    infer::Tensor input{{1, 3, kSide, kSide}, std::vector<float>(3 * kSide * kSide)};
    for (int channel = 0; channel < 3; ++channel) {
        cv::Mat plane(kChipPx, kChipPx, CV_32FC1,
                      input.values.data() + static_cast<std::size_t>(channel) * kSide * kSide);
        cv::extractChannel(chip, plane, channel);
    }
    auto answers = session_.run(std::span(&input, 1));
    if (!answers) {
        return answers.error();
    }
    const std::vector<float>& values = answers->at(0).values;
    ENSURE(values.size() == evidence::kFaceNumbers);
    evidence::FaceNumbers numbers{};
    std::copy(values.begin(), values.end(), numbers.begin());
    return numbers;
}

evidence::FaceNumbers Appearance::mean() const {
    ENSURE(!samples.empty());
    evidence::FaceNumbers mean{};
    for (const evidence::FaceNumbers& sample : samples) {
        for (std::size_t i = 0; i < mean.size(); ++i) {
            mean[i] += sample[i] / static_cast<float>(samples.size());
        }
    }
    return mean;
}

std::optional<double> Appearance::drift() const {
    if (samples.size() < 2) {
        return std::nullopt;
    }
    double largest = 0;
    for (std::size_t a = 0; a < samples.size(); ++a) {
        for (std::size_t b = a + 1; b < samples.size(); ++b) {
            largest = std::max(largest, evidence::face_distance(samples[a], samples[b]));
        }
    }
    return largest;
}

Result<void> AppearanceCollector::add(Recogniser* recogniser, const cv::Mat& rgb, int track, const Face& face,
                                      double time_s) {
    const auto [place, is_new] = kept_.try_emplace(track);
    Kept& kept = place->second;
    Appearance& appearance = kept.appearance;
    if (is_new) {
        appearance.track = track;
        appearance.first_s = time_s;
    }
    appearance.last_s = time_s;
    ++appearance.frames;
    appearance.largest_px = std::max(appearance.largest_px, face.box_px().height);
    const bool due = appearance.sample_s.empty() || time_s - appearance.sample_s.back() >= kept.spacing_s;
    if (recogniser == nullptr || !due || !is_recognisable(face)) {
        return {};
    }
    auto numbers = recogniser->numbers_of(rgb, face);
    if (!numbers) {
        return numbers.error();
    }
    if (appearance.samples.size() == kMostSamples) {
        // Every second one goes, and from here on they are twice as far apart.
        for (std::size_t i = 1; 2 * i < kMostSamples; ++i) {
            appearance.samples[i] = appearance.samples[2 * i];
            appearance.sample_s[i] = appearance.sample_s[2 * i];
        }
        appearance.samples.resize(kMostSamples / 2);
        appearance.sample_s.resize(kMostSamples / 2);
        kept.spacing_s *= 2;
    }
    appearance.samples.push_back(*numbers);
    appearance.sample_s.push_back(time_s);
    return {};
}

std::vector<Appearance> AppearanceCollector::appearances() const {
    std::vector<Appearance> all;
    for (const auto& [track, kept] : kept_) {
        all.push_back(kept.appearance);
    }
    return all;
}

}  // namespace bonafide::features::faces
