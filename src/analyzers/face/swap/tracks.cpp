#include "analyzers/face/swap/tracks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace bonafide::analyzers::swapped {
namespace {

/// Of the finite values; NaN where fewer than half are.
float median_of(std::vector<float>& values, std::size_t samples) {
    std::erase_if(values, [](float value) { return !std::isfinite(value); });
    if (values.empty() || values.size() * 2 < samples) {
        return std::numeric_limits<float>::quiet_NaN();
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

Texture median_of(const std::vector<Texture>& samples) {
    Texture median{};
    std::vector<float> values;
    for (std::size_t place = 0; place < kPlaces; ++place) {
        for (std::size_t channel = 0; channel < kChannels; ++channel) {
            values.clear();
            for (const Texture& sample : samples) {
                values.push_back(sample[place][channel]);
            }
            median[place][channel] = median_of(values, samples.size());
        }
    }
    return median;
}

}  // namespace

Unfit unfit_of(const features::faces::Face& face, const FaceLimits& limits) {
    if (face_height_px(face.points()) < limits.least_face_px) {
        return Unfit::kSmall;
    }
    const double turn = std::max(std::abs(face.pose.yaw_deg), std::abs(face.pose.pitch_deg));
    return turn > limits.most_turn_deg ? Unfit::kTurned : Unfit::kNone;
}

void FaceRecords::add(const cv::Mat& rgb, int track, const features::faces::Face& face, double time_s) {
    for (auto each = open_.begin(); each != open_.end();) {
        if (each->first != track && time_s - each->second.record.last_s > kGone_s) {
            close(each->second);
            each = open_.erase(each);
        } else {
            ++each;
        }
    }
    const auto [found, is_new] = open_.try_emplace(track);
    Open& open = found->second;
    FaceRecord& record = open.record;
    if (is_new) {
        record.track = track;
        record.first_s = time_s;
    }
    record.last_s = time_s;
    ++record.frames;
    const std::vector<cv::Point2f> landmarks = face.points();
    const double height_px = face_height_px(landmarks);
    record.largest_px = std::max(record.largest_px, height_px);
    const Unfit unfit = unfit_of(face, limits_);
    record.turned += unfit == Unfit::kTurned ? 1 : 0;
    if (unfit != Unfit::kNone || (!open.sample_s.empty() && time_s - open.sample_s.back() < open.spacing_s)) {
        return;
    }
    const auto texture = measure_texture(rgb, landmarks, channels_);
    if (!texture) {
        return;
    }
    open.samples.push_back(*texture);
    open.sample_s.push_back(time_s);
    open.heights_px.push_back(height_px);
    if (open.samples.size() == kMostSamples) {  // every other one goes, and new ones come half as often
        for (std::size_t kept = 0; 2 * kept < open.samples.size(); ++kept) {
            open.samples[kept] = open.samples[2 * kept];
            open.sample_s[kept] = open.sample_s[2 * kept];
            open.heights_px[kept] = open.heights_px[2 * kept];
        }
        open.samples.resize(kMostSamples / 2);
        open.sample_s.resize(kMostSamples / 2);
        open.heights_px.resize(kMostSamples / 2);
        open.spacing_s *= 2;
    }
}

void FaceRecords::close(Open& open) {
    FaceRecord& record = open.record;
    record.measured = open.samples.size();
    if (record.measured > 0) {
        record.face_px =
            std::accumulate(open.heights_px.begin(), open.heights_px.end(), 0.0) / static_cast<double>(record.measured);
        record.texture = median_of(open.samples);
    }
    closed_.push_back(record);
    if (closed_.size() > kMostTracks) {
        closed_.erase(std::min_element(closed_.begin(), closed_.end(),
                                       [](const auto& a, const auto& b) { return a.frames < b.frames; }));
    }
}

std::vector<FaceRecord> FaceRecords::finish() {
    for (auto& [track, open] : open_) {
        close(open);
    }
    open_.clear();
    std::vector<FaceRecord> all = std::move(closed_);
    closed_.clear();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.track < b.track; });
    return all;
}

}  // namespace bonafide::analyzers::swapped
