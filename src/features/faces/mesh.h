#pragma once

#include "features/faces/detector.h"

#include <optional>
#include <vector>

namespace bonafide::features::faces {

inline constexpr std::size_t kLandmarks = 468;

/// Places on the mesh that others name, by their number in the canonical face model of MediaPipe. Left and right are
/// the person's own.
namespace landmark {
inline constexpr std::size_t kRightEyeOuter = 33, kRightEyeInner = 133, kLeftEyeInner = 362, kLeftEyeOuter = 263;
inline constexpr std::size_t kForehead = 10, kChin = 152, kNoseTip = 1;
inline constexpr std::size_t kMouthRight = 78, kMouthLeft = 308, kUpperLip = 13, kLowerLip = 14;  ///< inner lips
inline constexpr std::size_t kCheekRight = 234, kCheekLeft = 454;
}  // namespace landmark

/// A square of the picture, turned so that the eyes are level in it.
struct UprightSquare {
    cv::Point2f centre_px;
    float side_px = 0;
    float angle_rad = 0;  ///< of the line through the eyes, clockwise in the picture

    /// Around a detection, 1.5 times as wide as its box; around landmarks likewise.
    static UprightSquare around(const Detection& detection);
    static UprightSquare around(const std::vector<cv::Point3f>& landmarks_px);
    /// 2 x 3 matrix from the picture to a square of `size_px` px, for cv::warpAffine.
    cv::Matx23f to_square(int size_px) const;
};

/// Direction of a head in degrees: 0, 0, 0 looks into the camera. Measured on the mesh itself, so that a wide-angle
/// portrait or another face shape shifts it by a few degrees.
struct HeadPose {
    float yaw_deg = 0;    ///< positive: turned to the person's own left
    float pitch_deg = 0;  ///< positive: raised
    float roll_deg = 0;   ///< positive: the picture shows the head leaning clockwise
};

/// One eye's iris.
struct Iris {
    cv::Point2f centre_px;
    float radius_px = 0;
};

/// A face measured in full, in pixels of the picture.
struct Face {
    Detection detection;
    std::vector<cv::Point3f>
        landmarks_px;    ///< kLandmarks of them; depth z in the same unit, negative towards the camera
    float presence = 0;  ///< the model's own confidence that the crop holds a face, in [0, 1]
    HeadPose pose;
    /// Distance of the lids over the distance of the corners; about 0.3 open, below 0.15 closed.
    float right_eye_opening = 0, left_eye_opening = 0;
    /// Distance of the inner lips over the height of the face from forehead to chin.
    float mouth_opening = 0;
    std::optional<Iris> right_iris, left_iris;

    cv::Point2f point(std::size_t landmark) const { return {landmarks_px[landmark].x, landmarks_px[landmark].y}; }
    /// All of them, without their depth.
    std::vector<cv::Point2f> points() const;
    /// Smallest upright box around the landmarks.
    cv::Rect2f box_px() const;
};

/// Measures 468 landmarks of a face: Kartynnik, Ablavatski, Grishchenko, Grundmann, "Real-time facial surface geometry
/// from monocular video on mobile GPUs", CVPR workshops 2019; and the irises: Ablavatski et al., "Real-time pupil
/// tracking from monocular video for digital puppetry", 2020.
class Mesh {
  public:
    /// Errors of infer::Session::open.
    static Result<Mesh> open(const infer::ModelStore& models, const infer::SessionOptions& options);

    /// The face inside `square` of `rgb` (CV_8UC3, red first); nothing where the model sees none with at least
    /// `least_presence`. `with_irises` costs two more runs. kInternal: the model failed.
    Result<std::optional<Face>> measure(const cv::Mat& rgb, const UprightSquare& square, float least_presence,
                                        bool with_irises);

  private:
    Mesh(infer::Session mesh, infer::Session iris) : mesh_(std::move(mesh)), iris_(std::move(iris)) {}
    Result<std::optional<Iris>> iris_of(const cv::Mat& rgb, cv::Point2f inner, cv::Point2f outer, bool mirrored);
    infer::Session mesh_, iris_;
};

/// Pose from the mesh's own depth; `landmarks_px` holds kLandmarks points.
HeadPose head_pose(const std::vector<cv::Point3f>& landmarks_px);

}  // namespace bonafide::features::faces
