#pragma once

#include <vector>

namespace bonafide::forge {

/// How a mouth is held, whoever's it is.
struct MouthShape {
    float opening = 0;  ///< of the lips, 0: closed, 1: a loud open vowel; at most 1.2
    float width = 0;    ///< -1: rounded as for "oo", 0: at rest, 1: spread as for "ee"
    float press = 0;    ///< how surely the lips lie on each other as for "b" and "m", in [0, 1]: takes the opening away
};

/// A mouth that moves, in even steps from second 0 on.
class MouthCurve {
  public:
    static constexpr double kStep_s = 0.01;

    MouthCurve() = default;
    explicit MouthCurve(std::vector<MouthShape> shapes) : shapes_(std::move(shapes)) {}

    /// At `time_s`; at rest before the beginning and after the end. Closures are shorter than a film's frame: one that
    /// lies within half a frame of 25 Hz counts.
    MouthShape at(double time_s) const;
    double duration_s() const { return static_cast<double>(shapes_.size()) * kStep_s; }
    const std::vector<MouthShape>& shapes() const { return shapes_; }

  private:
    std::vector<MouthShape> shapes_;
};

/// `values` under a Gaussian of `sigma` steps around each: smooth without lag. Ends are held.
std::vector<float> smoothed_without_lag(const std::vector<float>& values, double sigma);

}  // namespace bonafide::forge
