// The mark in a film: informed embedding as in pictures (embed.cpp), with a change that is carried from frame to frame.
// A constant pattern through time survives predictive coding as a still picture's details do: Kalker, Depovere,
// Haitsma, Maes, "A video watermarking system for broadcast monitoring", SPIE 3657, 1999.
#include "features/watermark/film.h"

#include "base/ensure.h"
#include "features/watermark/embedding.h"
#include "features/watermark/lattice.h"

#include <algorithm>
#include <cmath>

namespace bonafide::features::watermark {
namespace {

constexpr int kPasses = 8, kPassesOfNextFrame = 2;
constexpr double kKept = 0.95;          ///< share of the last frame's change that this one starts from
constexpr double kStrengthMoves = 0.5;  ///< how fast the shares of rough places follow the picture
constexpr float kFaintest = 0.05F, kStrongest = 0.8F, kStronger = 1.3F;
/// Wanted after half size and JPEG 60 at the start of a scene; what H.264 takes away beyond that is left as margin.
constexpr double kWantedExponent = 15;
/// Frames after which a scene's amplitude is looked at again: light and motion change.
constexpr int kFramesBetweenLooks = 100;

}  // namespace

void FilmMarker::adapt(const cv::Mat& rgb, const cv::Mat& working) {
    for (amplitude_ = kFaintest; amplitude_ < kStrongest; amplitude_ *= kStronger) {
        const cv::Mat change = change_for(working, strength_, amplitude_, kPasses, {});
        const auto passed_on = laundered(applied(rgb, change));
        if (passed_on && find_as_it_is(luma_of(*passed_on)).false_alarm_exponent >= kWantedExponent) {
            return;
        }
    }
    amplitude_ = kStrongest;
}

cv::Mat FilmMarker::next(const cv::Mat& rgb, bool new_scene) {
    ENSURE(rgb.type() == CV_8UC3 && std::max(rgb.cols, rgb.rows) >= 2 * kSmallestSidePx);
    const cv::Mat working = working_size(luma_of(rgb), kWorkingPx);
    ENSURE(change_.empty() || change_.size() == working.size());
    const bool anew = new_scene || change_.empty();
    const cv::Mat strength = strength_of(working), strength_before = strength_;
    strength_ = anew ? strength : cv::Mat((1 - kStrengthMoves) * strength_ + kStrengthMoves * strength);
    if (!anew) {
        // What something rough carried does not stay behind on the smooth background when it moves away.
        change_ = change_.mul(cv::min(kKept * strength_ / strength_before, kKept));
    }
    if (anew || until_adapting_ == 0) {
        adapt(rgb, working);
        until_adapting_ = kFramesBetweenLooks;
    }
    --until_adapting_;
    change_ = anew ? change_for(working, strength_, amplitude_, kPasses, {})
                   : change_for(working, strength_, amplitude_, kPassesOfNextFrame, change_);
    const double length = cv::norm(change_, cv::NORM_L2);
    squares_ += length * length / static_cast<double>(change_.total());
    ++frames_;
    return applied(rgb, change_);
}

double FilmMarker::psnr_db() const {
    return frames_ > 0 && squares_ > 0 ? 10 * std::log10(255 * 255 * static_cast<double>(frames_) / squares_) : 0;
}

}  // namespace bonafide::features::watermark
