#pragma once

#include <opencv2/core.hpp>

#include <optional>
#include <vector>

namespace bonafide::analyzers::clone {

/// An affine motion that takes a place of a picture to another place of it, in pixels of one level.
struct Motion {
    cv::Matx23d matrix{1, 0, 0, 0, 1, 0};

    cv::Point2d at(cv::Point2d point) const {
        return {matrix(0, 0) * point.x + matrix(0, 1) * point.y + matrix(0, 2),
                matrix(1, 0) * point.x + matrix(1, 1) * point.y + matrix(1, 2)};
    }
    double determinant() const { return matrix(0, 0) * matrix(1, 1) - matrix(0, 1) * matrix(1, 0); }
    /// Linear enlargement, 1 for a motion that keeps areas.
    double scale() const;
    /// Counter-clockwise as seen on the screen, degrees in (-180, 180]; of a mirrored motion: after mirroring left and
    /// right.
    double rotation_deg() const;
    bool mirrored() const { return determinant() < 0; }
    /// The same motion where a pixel is `factor` times as wide (both levels have their pixel centres at whole numbers).
    Motion in_pixels_of(double factor) const;
    /// Whether it is close enough to a similarity (shear, unequal scales) of a plausible scale to be a pasted copy.
    bool plausible() const;
    Motion inverse() const;
};

/// A suspected copy: where (pixels of the dense level) and which motion.
struct Hypothesis {
    Motion motion;             ///< in pixels of the finest level
    cv::Rect2d support;        ///< box of what speaks for it, pixels of the finest level
    double weight = 0;         ///< for the order in which they are checked
    bool from_points = false;  ///< key points, else the dense field
};

/// The motion that fits `from[i] -> to[i]` best in the least-squares sense, twice without the worst fifth; nothing
/// where fewer than three points or points on one line.
std::optional<Motion> fit_motion(const std::vector<cv::Point2d>& from, const std::vector<cv::Point2d>& to);

}  // namespace bonafide::analyzers::clone
