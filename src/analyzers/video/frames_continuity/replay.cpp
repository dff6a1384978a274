// Repeated stretches: Wang and Farid, "Exposing digital forgeries in video by detecting duplication" (ACM MM&Sec 2007).
// Deviations: 8 x 6 block means instead of correlation matrices of sub-sequences; a match must be sharp in time (the
// frames four before and after the match are clearly less alike), so that still or slow scenes never match. Limits:
// 1,024 frames back; a copy that was scaled, mirrored or played at another speed is not found; films that loop by
// design are found as well.
#include "analyzers/video/frames_continuity/replay.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::video {
namespace {

constexpr float kMostDistance = 0.4F;          // grey levels between a frame and its copy after another compression
constexpr float kMostDistanceInMotion = 1.0F;  // where the match is so much sharper in time
constexpr float kMuchSharper = 4.0F;
constexpr int kMostMisses = 2;            // in a row: single pictures are coded badly
constexpr float kSharpness = 3.0F;        // times less alike four frames before and after
constexpr float kLeastNeighbour = 0.45F;  // grey levels
constexpr std::size_t kLeastLag = 12;     // frames: nearer ones are alike in any film
constexpr std::size_t kNeighbour = 4;

}  // namespace

ReplayFinder::Moment ReplayFinder::describe(const FrameNote& note) {
    constexpr std::size_t kAcross = SmallPicture::kColumns / kColumns;
    constexpr std::size_t kDown = SmallPicture::kRows / kRows;
    Moment moment;
    moment.time_s = note.time_s;
    for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t column = 0; column < kColumns; ++column) {
            float sum = 0;
            for (std::size_t y = 0; y < kDown; ++y) {
                for (std::size_t x = 0; x < kAcross; ++x) {
                    sum += note.picture.means[(row * kDown + y) * SmallPicture::kColumns + column * kAcross + x];
                }
            }
            moment.means[row * kColumns + column] =
                static_cast<std::int16_t>(std::lround(sum * 16 / (kAcross * kDown)));
        }
    }
    return moment;
}

float ReplayFinder::distance(const Moment& a, const Moment& b) {
    int sum = 0;
    for (std::size_t i = 0; i < kValues; ++i) {
        sum += std::abs(a.means[i] - b.means[i]);
    }
    return static_cast<float>(sum) / (16.0F * kValues);
}

void ReplayFinder::add(const FrameNote& note) {
    const Moment moment = describe(note);
    const std::size_t reach = std::min(seen_, kHistoryFrames - 1);
    distances_.assign(reach + 1, 0.0F);
    for (std::size_t lag = 1; lag <= reach; ++lag) {
        distances_[lag] = distance(moment, back(lag));
    }
    for (std::size_t lag = kLeastLag; lag + kNeighbour <= reach; ++lag) {
        const float near = std::min(distances_[lag - kNeighbour], distances_[lag + kNeighbour]);
        const float own = distances_[lag];
        Run& run = runs_[lag];
        const float most = std::clamp(near / kMuchSharper, kMostDistance, kMostDistanceInMotion);
        if (own > most || near < kLeastNeighbour || near < kSharpness * own) {
            if (run.frames > 0 && ++run.missed > kMostMisses) {
                end(run);
            }
            continue;
        }
        if (run.frames == 0) {
            run.start_s = note.time_s;
            run.source_start_s = back(lag).time_s;
            run.first_frame = note.index;
        }
        ++run.frames;
        run.missed = 0;
        run.end_s = note.time_s;
        run.distance_sum += own;
        run.neighbour_sum += near;
    }
    history_[seen_ % kHistoryFrames] = moment;
    ++seen_;
}

void ReplayFinder::finish() {
    for (Run& run : runs_) {
        end(run);
    }
}

void ReplayFinder::end(Run& run) {
    const Run ended = run;
    run = {};
    // A stretch that loops many times matches at every multiple of its length: it is reported once.
    if (ended.frames < kLeastFrames || ended.start_s < reported_until_s_) {
        return;
    }
    constexpr float kLeastDistance = 0.06F;
    const double strength =
        ended.neighbour_sum / std::max(ended.distance_sum, kLeastDistance * static_cast<float>(ended.frames));
    if (strength >= least_strength_) {
        replayed.add({EventKind::kReplayed, ended.start_s, ended.end_s, ended.first_frame, ended.frames, strength,
                      ended.source_start_s});
        reported_until_s_ = ended.end_s;
    }
}

}  // namespace bonafide::analyzers::video
