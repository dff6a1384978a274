#pragma once

#include "forge/mouth/head.h"
#include "forge/mouth/shape.h"

#include <opencv2/core.hpp>

#include <optional>
#include <vector>

namespace bonafide::forge {

/// A person's own teeth, as a picture showed them.
struct Teeth {
    cv::Mat rgb;         ///< CV_8UC3, cut out
    cv::Mat share;       ///< CV_32FC1: how surely each pixel is a tooth
    cv::Matx23f places;  ///< from head units x, y to pixels of the cut
};

/// What is known of the mouth that is to speak.
struct MouthOwner {
    HeadPoints neutral;          ///< at rest, lips closed
    float seam = 0;              ///< y of the closed lips' middle
    float half_width = 0;        ///< from the middle of the mouth to a corner
    std::optional<Teeth> teeth;  ///< nothing where they were never seen
};

/// Looks at somebody in one picture or many, in memory that does not grow, and says how their mouth is at rest.
class MouthStudy {
  public:
    void add(const cv::Mat& rgb, const features::faces::Face& face);
    bool empty() const { return kept_.empty(); }
    /// Of what was seen; add() must have been called.
    MouthOwner owner() const;

  private:
    struct Kept {
        float opening = 0;
        HeadPoints points;
    };
    HeadPoints reference_;
    std::vector<Kept> kept_;  ///< the most closed ones
    std::optional<Teeth> teeth_;
    double teeth_seen_ = 0;
};

/// Distance of the inner lips in units of the head.
float opening_of(const HeadPoints& points);

/// `points` with the lips laid onto each other: the jaw comes up by most of the way, the upper lip down by the rest.
HeadPoints closed(HeadPoints points);

/// `owner` holding the mouth like `shape`.
HeadPoints holding(const MouthOwner& owner, const MouthShape& shape);

/// How far a place of the head goes with the jaw, in [0, 1].
float goes_with_jaw(const MouthOwner& owner, const cv::Point3f& place);

/// How far the jaw is dropped for `shape`, in units of the head.
float jaw_drop(const MouthShape& shape);

}  // namespace bonafide::forge
