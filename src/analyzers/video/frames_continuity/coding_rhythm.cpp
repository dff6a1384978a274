// Key-frame rhythm and traces of an earlier compression in the sizes of P pictures.
//
// Wang and Farid, "Exposing digital forgeries in video by detecting double MPEG compression" (ACM MM&Sec 2006): after
// frames were re-grouped, the prediction error of P pictures rises at a period. Stamm, Lin and Liu, "Temporal forensics
// and anti-forensics for motion compensated video" (IEEE TIFS 2012): a short median removes the scene's own changes
// first. Vazquez-Padin et al., "Detection of video double encoding with GOP size estimation" (WIFS 2012): the footprint
// stands at multiples of the first group's length. Deviations: a P picture's coded size stands for its prediction
// error, since macroblock types are not at hand; phase averages instead of a Fourier transform, so that missing B
// pictures do not matter. Limits: needs about eight groups of the first compression; adaptive quantisation and
// scene-dependent key frames weaken it; nearly all shared media were compressed twice, so it is no sign of tampering.
#include "analyzers/video/frames_continuity/coding_rhythm.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::analyzers::video {
namespace {

constexpr std::size_t kMostIntervals = 512;
constexpr std::size_t kMostKept = 256;
constexpr std::size_t kStretch = 2048;
constexpr std::size_t kLeastPictures = 32;
constexpr int kLeastPeriod = 4;
constexpr int kMostPeriod = 250;
constexpr std::size_t kLeastRepeats = 5;
constexpr float kMostOutlier = 1.0F;

/// By how much each size exceeds the median of itself and its neighbours, relative to it.
std::vector<float> outliers_of(const std::vector<float>& sizes) {
    std::vector<float> outliers(sizes.size(), 0.0F);
    for (std::size_t i = 2; i + 2 < sizes.size(); ++i) {
        std::array<float, 5> near{};
        std::copy_n(sizes.begin() + static_cast<std::ptrdiff_t>(i - 2), near.size(), near.begin());
        std::nth_element(near.begin(), near.begin() + 2, near.end());
        outliers[i] = std::clamp((sizes[i] - near[2]) / std::max(near[2], 1.0F), 0.0F, kMostOutlier);
    }
    return outliers;
}

}  // namespace

CodingRhythm::Period find_period(const std::vector<std::int64_t>& frames, const std::vector<float>& outliers,
                                 std::int64_t own_interval) {
    CodingRhythm::Period best;
    const auto count = static_cast<double>(outliers.size());
    double sum = 0;
    double squares = 0;
    for (const float value : outliers) {
        sum += value;
        squares += static_cast<double>(value) * value;
    }
    const double mean = outliers.empty() ? 0 : sum / count;
    const double deviation = outliers.empty() ? 0 : std::sqrt(std::max(0.0, squares / count - mean * mean));
    if (outliers.size() < kLeastPictures || deviation < 1e-4) {
        return best;
    }
    std::vector<double> sums;
    std::vector<std::size_t> members;
    for (int period = kLeastPeriod; period <= kMostPeriod; ++period) {
        if (own_interval > 0 && (period % own_interval == 0 || own_interval % period == 0)) {
            continue;  // the stream's own key frames
        }
        sums.assign(static_cast<std::size_t>(period), 0.0);
        members.assign(static_cast<std::size_t>(period), 0);
        for (std::size_t i = 0; i < outliers.size(); ++i) {
            const auto phase = static_cast<std::size_t>(frames[i] % period);
            sums[phase] += outliers[i];
            ++members[phase];
        }
        for (std::size_t phase = 0; phase < sums.size(); ++phase) {
            if (members[phase] < kLeastRepeats) {
                continue;
            }
            const auto repeats = static_cast<double>(members[phase]);
            const double score = (sums[phase] / repeats - mean) / (deviation / std::sqrt(repeats));
            // A multiple of the true period does nearly as well: it has to do better.
            if (score > best.score * (best.frames > 0 && period % best.frames == 0 ? 1.1 : 1.0)) {
                best = {period, score};
            }
        }
    }
    return best;
}

void CodingRhythm::add(media::PictureType type, bool key, int coded_bytes, double time_s, bool starts_scene) {
    if (key) {
        if (last_key_ >= 0) {
            const std::int64_t interval = frame_ - last_key_;
            if (intervals_.size() < kMostIntervals || intervals_.contains(interval)) {
                ++intervals_[interval];
                if (!starts_scene) {
                    ++quiet_intervals_[interval];
                }
            }
            if (!starts_scene && quiet_keys_.size() < kMostKept) {
                quiet_keys_.push_back({interval, time_s});
            }
        }
        last_key_ = frame_;
    }
    constexpr std::int64_t kAfterKey = 2;  // the first pictures after a key frame are coded better than the rest
    if (type == media::PictureType::kP && !starts_scene && coded_bytes > 0 && frame_ - last_key_ > kAfterKey) {
        sizes_.push_back({frame_, static_cast<float>(coded_bytes)});
        if (sizes_.size() >= kStretch) {
            close_stretch();
            sizes_.clear();
        }
    }
    ++frame_;
}

void CodingRhythm::close_stretch() {
    if (const Period period = residual_period(); period.score > strongest_.score) {
        strongest_ = period;
    }
}

std::int64_t CodingRhythm::usual_key_interval() const {
    std::int64_t total = 0;
    std::pair<std::int64_t, std::int64_t> most{0, 0};
    for (const auto& [interval, count] : intervals_) {
        total += count;
        if (count > most.second) {
            most = {interval, count};
        }
    }
    constexpr std::int64_t kLeastCount = 3;
    return most.second >= kLeastCount && 2 * most.second > total ? most.first : 0;
}

std::int64_t CodingRhythm::irregular_key_frames() const {
    const std::int64_t usual = usual_key_interval();
    std::int64_t count = 0;
    for (const auto& [interval, often] : quiet_intervals_) {
        count += interval < usual ? often : 0;
    }
    return count;
}

std::vector<double> CodingRhythm::irregular_times_s() const {
    const std::int64_t usual = usual_key_interval();
    std::vector<double> times_s;
    for (const EarlyKey& key : quiet_keys_) {
        if (key.interval < usual) {
            times_s.push_back(key.time_s);
        }
    }
    return times_s;
}

CodingRhythm::Period CodingRhythm::residual_period() const {
    std::vector<std::int64_t> frames;
    std::vector<float> sizes;
    for (const Size& size : sizes_) {
        frames.push_back(size.frame);
        sizes.push_back(size.bytes);
    }
    const Period period = find_period(frames, outliers_of(sizes), usual_key_interval());
    return period.score > strongest_.score ? period : strongest_;
}

}  // namespace bonafide::analyzers::video
