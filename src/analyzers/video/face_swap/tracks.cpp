#include "analyzers/video/face_swap/tracks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::analyzers::film_swap {
namespace {

using features::faces::TrackedFace;

// Keeps the logarithm finite where nothing flickers.
constexpr float kLeastFlicker = 0.01F;

Numbers difference(const Numbers& one, const Numbers& other) {
    Numbers result{};
    for (std::size_t place = 0; place < places::kPlaces; ++place) {
        for (std::size_t band = 0; band < kBands; ++band) {
            result[place][band] = std::abs(one[place][band] - other[place][band]);
        }
    }
    return result;
}

template <class Number>
Number middle_of(std::vector<Number>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

Medians FaceRecord::medians(std::size_t from, std::size_t to) const {
    Medians medians;
    std::vector<float> values;
    const auto median = [&](const auto& number_of) {
        values.clear();
        for (std::size_t i = from; i < to; ++i) {
            const float value = number_of(moments[i]);
            if (std::isfinite(value)) {
                values.push_back(value);
            }
        }
        return values.empty() || 2 * values.size() < to - from ? std::numeric_limits<float>::quiet_NaN()
                                                               : middle_of(values);
    };
    for (std::size_t place = 0; place < places::kPlaces; ++place) {
        for (std::size_t band = 0; band < kBands; ++band) {
            medians.change[place][band] = median([&](const Moment& one) { return one.compared.change[place][band]; });
            medians.flicker[place][band] =
                std::log(median([&](const Moment& one) { return one.flicker[place][band]; }) + kLeastFlicker);
        }
    }
    return medians;
}

double FaceRecord::median(double Compared::*number) const {
    std::vector<double> values;
    for (const Moment& moment : moments) {
        values.push_back(moment.compared.*number);
    }
    return values.empty() ? 0 : middle_of(values);
}

void FaceRecords::take(Open& open, const cv::Mat& rgb, const features::faces::Face& face, double time_s) {
    FaceRecord& record = open.record;
    const std::vector<cv::Point2f> landmarks = face.points();
    const double face_px = places::face_height_px(landmarks);
    record.last_s = time_s;
    ++record.frames;
    record.largest_px = std::max(record.largest_px, face_px);
    if (face_px < limits_.least_face_px) {
        return;
    }
    if (std::max(std::abs(face.pose.yaw_deg), std::abs(face.pose.pitch_deg)) > limits_.most_turn_deg) {
        ++record.turned;
        return;
    }
    if (open.earlier && time_s - open.earlier_s > kMostLag_s) {
        open.earlier.reset();
    }
    if (!open.earlier) {
        if (time_s >= open.next_s - kLeastLag_s) {
            open.earlier = measure_detail(rgb, landmarks);
            open.earlier_s = time_s;
        }
        return;
    }
    if (time_s - open.earlier_s < kLeastLag_s) {
        return;
    }
    if (!seen_before_.contains(record.track) || before_.size() != rgb.size()) {
        return;
    }
    if (time_s - before_s_ > kFarthest_s || time_s <= before_s_) {
        ++record.apart;
        return;
    }
    const auto compared = compare_frames(rgb, before_, landmarks);
    const Numbers earlier = *open.earlier;
    open.earlier.reset();
    if (!compared || compared->residue < limits_.least_residue) {
        ++record.still;
        return;
    }
    record.moments.push_back({time_s, *compared, difference(compared->detail, earlier)});
    open.next_s = time_s + open.spacing_s;
    if (open.spacing_s <= kFirstSpacing_s) {  // this look is the next moment's earlier one
        open.earlier = compared->detail;
        open.earlier_s = time_s;
    }
    if (record.moments.size() == kMostMoments) {  // every other one goes, and new ones come half as often
        for (std::size_t kept = 0; 2 * kept < kMostMoments; ++kept) {
            record.moments[kept] = record.moments[2 * kept];
        }
        record.moments.resize(kMostMoments / 2);
        open.spacing_s *= 2;
    }
}

void FaceRecords::add(const cv::Mat& rgb, const std::vector<TrackedFace>& faces, double time_s) {
    close_those_gone(time_s);
    std::set<int> seen;
    for (const TrackedFace& tracked : faces) {
        const auto [found, is_new] = open_.try_emplace(tracked.track);
        if (is_new) {
            found->second.record.track = tracked.track;
            found->second.record.first_s = time_s;
        }
        take(found->second, rgb, tracked.face, time_s);
        seen.insert(tracked.track);
    }
    before_ = rgb;
    before_s_ = time_s;
    seen_before_ = std::move(seen);
}

void FaceRecords::close_those_gone(double time_s) {
    for (auto each = open_.begin(); each != open_.end();) {
        if (time_s - each->second.record.last_s > kGone_s) {
            close(std::move(each->second.record));
            each = open_.erase(each);
        } else {
            ++each;
        }
    }
}

void FaceRecords::close(FaceRecord record) {
    closed_.push_back(std::move(record));
    if (closed_.size() > kMostTracks) {
        closed_.erase(std::min_element(closed_.begin(), closed_.end(),
                                       [](const auto& a, const auto& b) { return a.frames < b.frames; }));
    }
}

std::vector<FaceRecord> FaceRecords::finish() {
    for (auto& [track, open] : open_) {
        close(std::move(open.record));
    }
    open_.clear();
    before_.release();
    seen_before_.clear();
    std::vector<FaceRecord> all = std::move(closed_);
    closed_.clear();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.track < b.track; });
    return all;
}

}  // namespace bonafide::analyzers::film_swap
