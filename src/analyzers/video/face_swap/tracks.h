#pragma once

#include "analyzers/video/face_swap/change.h"
#include "features/faces/tracker.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace bonafide::analyzers::film_swap {

struct FaceLimits {
    double least_face_px = 0;     ///< forehead to chin
    double most_turn_deg = 0;     ///< yaw or pitch
    double least_residue = -100;  ///< moments at which less changed (Compared::residue) are repeated pictures
};

/// One look at a face: two frames after one another, and its detail about a tenth of a second earlier.
struct Moment {
    double time_s = 0;
    Compared compared;
    Numbers flicker{};  ///< by how much the logarithm of the detail differs from the earlier one, either way
};

/// Medians over moments, so that a few bad ones have no say; NaN where fewer than half of them can speak.
struct Medians {
    Numbers change{};
    Numbers flicker{};  ///< natural logarithm of it
};

/// One appearance of a face in a film.
struct FaceRecord {
    int track = 0;
    double first_s = 0, last_s = 0;
    std::int64_t frames = 0;      ///< in which it was seen
    double largest_px = 0;        ///< of all frames
    std::int64_t turned = 0;      ///< frames in which it was large enough but turned away
    std::int64_t still = 0;       ///< moments at which nothing had changed
    std::int64_t apart = 0;       ///< frames too long after the one before
    std::vector<Moment> moments;  ///< in the order of time, evenly spread over the appearance

    /// Of moments[from, to).
    Medians medians(std::size_t from, std::size_t to) const;
    /// Median of a number over all moments; 0 without any.
    double median(double Compared::*number) const;
};

/// Gathers the faces of a film in bounded memory: at most kMostMoments a track, ever wider apart, and at most
/// kMostTracks tracks; of more, those that were seen in the fewest frames go.
class FaceRecords {
  public:
    static constexpr std::size_t kMostMoments = 48, kMostTracks = 100;
    static constexpr double kFirstSpacing_s = 0.09;
    /// The earlier look at the detail lies so long before a moment.
    static constexpr double kLeastLag_s = 0.09, kMostLag_s = 0.17;
    static constexpr double kGone_s = 5;  ///< unseen for so long, a track will not come back
    /// Frames further apart are not compared: the film lacks some between them.
    static constexpr double kFarthest_s = 0.12;

    explicit FaceRecords(const FaceLimits& limits) : limits_(limits) {}
    /// Takes in the faces of a frame (CV_8UC3, red first), in the order of time. Keeps `rgb`, not a copy of it, until
    /// the next.
    void add(const cv::Mat& rgb, const std::vector<features::faces::TrackedFace>& faces, double time_s);
    /// In the order of the track numbers. The collector is empty afterwards.
    std::vector<FaceRecord> finish();

  private:
    struct Open {
        FaceRecord record;
        double spacing_s = kFirstSpacing_s;
        double next_s = 0;  ///< no moment before
        std::optional<Numbers> earlier;
        double earlier_s = 0;
    };
    void take(Open& open, const cv::Mat& rgb, const features::faces::Face& face, double time_s);
    void close_those_gone(double time_s);
    void close(FaceRecord record);

    FaceLimits limits_;
    cv::Mat before_;
    double before_s_ = 0;
    std::set<int> seen_before_;
    std::map<int, Open> open_;
    std::vector<FaceRecord> closed_;
};

}  // namespace bonafide::analyzers::film_swap
