#pragma once

#include "base/result.h"
#include "features/faces/recognition.h"
#include "features/faces/tracker.h"
#include "infer/model_store.h"

#include <opencv2/core.hpp>

#include <map>
#include <optional>
#include <vector>

namespace bonafide::forge {

/// Who in a film is changed.
struct WhoIsMeant {
    bool everybody = false;
    /// The first face to lie over this place, px of the frames; nothing: the largest of the first frame with any.
    std::optional<cv::Point2f> at;
    double least_px = 64;  ///< no smaller face, from forehead to chin
};

/// The faces of a film that are to be changed, frame by frame, holding still enough to draw on them. Somebody who was
/// chosen is followed by their track; after a cut, and when they come back after a longer absence, they are known again
/// by their looks (features/faces/recognition.h). Until it is clear who somebody is, they are left as they are.
class FilmFaces {
  public:
    /// Errors of infer::Session::open.
    static Result<FilmFaces> open(const infer::ModelStore& models, int threads, const WhoIsMeant& who);

    /// Of the next frame. kInternal: a model failed.
    Result<std::vector<features::faces::Face>> next(const cv::Mat& rgb, double time_s);

    /// Whether a new scene began with the last frame.
    bool cut() const { return cut_; }
    /// In how many frames there was somebody to change.
    std::int64_t frames_changed() const { return frames_changed_; }

  private:
    struct Followed {
        bool meant = false;           ///< until it is clear that it is them, they are left as they are
        features::faces::Face drawn;  ///< steadied
        double seen_s = 0;
        double next_look_s = 0;  ///< when recognition is tried again
    };
    FilmFaces(features::faces::Tracker tracker, std::optional<features::faces::Recogniser> recogniser,
              const WhoIsMeant& who)
        : tracker_(std::move(tracker)), recogniser_(std::move(recogniser)), who_(who) {}
    void choose_first(const std::vector<features::faces::TrackedFace>& found);
    Result<void> decide(const cv::Mat& rgb, const features::faces::TrackedFace& found, Followed& followed,
                        double time_s);
    static features::faces::Face steadied(const features::faces::TrackedFace& found, const Followed* before,
                                          double time_s);

    features::faces::Tracker tracker_;
    std::optional<features::faces::Recogniser> recogniser_;
    WhoIsMeant who_;
    std::map<int, Followed> followed_;
    std::optional<int> chosen_;  ///< track in which the person was chosen
    std::vector<evidence::FaceNumbers> looks_;
    double next_own_look_s_ = 0;
    std::int64_t cuts_ = 0, frames_changed_ = 0;
    bool cut_ = false;
};

}  // namespace bonafide::forge
