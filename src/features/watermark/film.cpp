// The mark in a film: informed embedding as in pictures (embed.cpp), with a change that is carried from frame to frame.
// A constant pattern through time survives predictive coding as a still picture's details do: Kalker, Depovere,
// Haitsma, Maes, "A video watermarking system for broadcast monitoring", SPIE 3657, 1999.
#include "features/watermark/film.h"

#include "base/ensure.h"
#include "features/watermark/embedding.h"
#include "features/watermark/lattice.h"
#include "media/streams.h"
#include "media/write_media.h"

#include <algorithm>
#include <cmath>

namespace bonafide::features::watermark {
namespace {

constexpr int kPasses = 8, kPassesOfNextFrame = 2;
constexpr double kKept = 0.95;          ///< share of the last frame's change that this one starts from
constexpr double kStrengthMoves = 0.5;  ///< how fast the shares of rough places follow the picture
constexpr float kFaintest = 0.1F, kStrongest = 1.0F, kStronger = 1.35F;
/// Wanted in a picture saved by itself as H.264, coarser than what films have to survive: frames that are predicted
/// from others lose more.
constexpr double kWantedExponent = 30;
constexpr int kTriedRateFactor = 30;
/// Root of the mean square of the change, grey levels: 34 dB. What asks for more gets no more.
constexpr double kLargestChange = 5.1;
/// Frames after which a scene's amplitude is looked at again: light and motion change.
constexpr int kFramesBetweenLooks = 100;

class OneFrame final : public media::StreamSink {
  public:
    void on_frame(const media::VideoFrame& frame) override { frame.luma.convertTo(luma, CV_32F); }
    cv::Mat luma;
};

/// Luma of `rgb` after H.264, as a film of this one picture.
Result<cv::Mat> coded(const cv::Mat& rgb) {
    media::WriteOptions options;
    options.pictures = media::PictureCoding{rgb.size(), 25, kTriedRateFactor};
    auto writer = media::MediaWriter::create(options);
    if (!writer) {
        return writer.error();
    }
    if (auto added = (*writer)->add_picture(rgb, 0); !added) {
        return added.error();
    }
    const auto bytes = (*writer)->finish();
    if (!bytes) {
        return bytes.error();
    }
    const auto source = ingest::open_memory(*bytes);
    const auto reader = media::StreamReader::open(ingest::identify(*source), *source, {});
    if (!reader) {
        return reader.error();
    }
    OneFrame sink;
    media::ReadOptions wanted;
    wanted.frames = true;
    wanted.threads = 1;
    const auto read = (*reader)->read(wanted, sink);
    return read ? Result<cv::Mat>(std::move(sink.luma)) : Result<cv::Mat>(read.error());
}

}  // namespace

void FilmMarker::adapt(const cv::Mat& rgb, const cv::Mat& working) {
    amplitude_ = kFaintest;
    for (float amplitude = kFaintest; amplitude <= kStrongest; amplitude *= kStronger) {
        const cv::Mat change = change_for(working, strength_, amplitude, kPasses, {});
        if (cv::norm(change, cv::NORM_L2) > kLargestChange * std::sqrt(static_cast<double>(change.total()))) {
            return;
        }
        amplitude_ = amplitude;
        const auto luma = coded(applied(rgb, change));
        if (luma && find_as_it_is(*luma).false_alarm_exponent >= kWantedExponent) {
            return;
        }
    }
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
