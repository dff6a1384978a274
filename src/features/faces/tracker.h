#pragma once

#include "features/faces/mesh.h"

#include <cstdint>

namespace bonafide::features::faces {

/// A face of one frame, with the track that it belongs to.
struct TrackedFace {
    int track = 0;  ///< from 0, in the order of first appearance; never given to another face
    Face face;      ///< as measured in this frame, not smoothed: jitter is evidence
    /// The landmarks smoothed in time (One Euro filter: Casiez, Roussel, Vogel, CHI 2012), for drawing and for cutting
    /// crops that hold still. Never for measuring jitter.
    std::vector<cv::Point2f> smoothed_px;
};

struct TrackerOptions {
    DetectorOptions detector;
    float least_presence = 0.5F;
    /// Seconds between looks for new faces while all known ones are followed; after a cut, while a face is lost and
    /// while none is known, every frame is looked at.
    double look_again_s = 0.5;
    /// Seconds between thorough looks, with tiles for small faces.
    double look_thoroughly_s = 3;
    /// A face that is gone for at most so long, and reappears near where it was, keeps its track.
    double bridged_s = 0.5;
    bool with_irises = false;
};

/// Follows every face of a film. A face is followed by its own landmarks from frame to frame, which costs one run of
/// the mesh; the detector looks at the start, at cuts, when a face is lost, and now and then. Memory does not grow with
/// the film's length.
class Tracker {
  public:
    /// Errors of infer::Session::open.
    static Result<Tracker> open(const infer::ModelStore& models, const infer::SessionOptions& session,
                                const TrackerOptions& options);

    /// The faces of the next frame (CV_8UC3, red first) at `time_s`, which rises from call to call. kInternal: a model
    /// failed.
    Result<std::vector<TrackedFace>> next(const cv::Mat& rgb, double time_s);

    int tracks() const { return next_track_; }
    std::int64_t cuts() const { return cuts_; }
    /// In how many frames so far the detector looked for faces.
    std::int64_t looks() const { return looks_; }

  private:
    struct Track {
        int number = 0;
        Face last;
        double seen_s = 0;
        bool lost = false;
        std::vector<cv::Point2f> smoothed, speed;  ///< of the filter
    };
    Tracker(Detector detector, Mesh mesh, const TrackerOptions& options)
        : detector_(std::move(detector)), mesh_(std::move(mesh)), options_(options) {}
    bool is_cut(const cv::Mat& rgb);
    Result<void> follow(const cv::Mat& rgb, double time_s);
    Result<void> look_for_new(const cv::Mat& rgb, double time_s);
    void take(Track& track, Face face, double time_s);

    Detector detector_;
    Mesh mesh_;
    TrackerOptions options_;
    std::vector<Track> tracks_;
    int next_track_ = 0;
    std::int64_t cuts_ = 0, looks_ = 0;
    std::optional<double> last_look_s_, last_thorough_look_s_;
    cv::Mat thumbnail_;
};

}  // namespace bonafide::features::faces
