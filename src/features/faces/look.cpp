#include "features/faces/look.h"

#include "base/ensure.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::features::faces {
namespace {

constexpr float kSameFaceOverlap = 0.3F;
constexpr double kSixteenToEightBits = 1 / 257.0;
/// Turned views are three more chances for a false alarm, so they have to be surer.
constexpr float kLeastScoreTurned = 0.75F;
/// The detector and the mesh find lying faces too, and upside-down ones even as upright ones with wrong landmarks, but
/// with lower scores
/// (.70 to .85 of drawn faces and photographs, .90 held upright). Only what is below needs the turned views.
constexpr float kSureScore = 0.85F, kMostRollDeg = 45;

struct Turn {
    cv::RotateFlags flag;
    cv::RotateFlags back;
};
constexpr std::array kTurns = {Turn{cv::ROTATE_90_CLOCKWISE, cv::ROTATE_90_COUNTERCLOCKWISE},
                               Turn{cv::ROTATE_90_COUNTERCLOCKWISE, cv::ROTATE_90_CLOCKWISE},
                               Turn{cv::ROTATE_180, cv::ROTATE_180}};

/// Where a point of a picture of `size` lies after the picture was turned.
cv::Point2f turned(cv::Point2f point, cv::RotateFlags turn, cv::Size size) {
    const auto right = static_cast<float>(size.width), bottom = static_cast<float>(size.height);
    switch (turn) {
        case cv::ROTATE_90_CLOCKWISE:
            return {bottom - point.y, point.x};
        case cv::ROTATE_90_COUNTERCLOCKWISE:
            return {point.y, right - point.x};
        default:
            return {right - point.x, bottom - point.y};
    }
}

void turn_back(Face& face, cv::RotateFlags back, cv::Size size) {
    const auto place = [&](cv::Point2f& point) { point = turned(point, back, size); };
    cv::Point2f corner = face.detection.box_px.tl(), far_corner = face.detection.box_px.br();
    place(corner);
    place(far_corner);
    face.detection.box_px = cv::Rect2f(cv::Point2f(std::min(corner.x, far_corner.x), std::min(corner.y, far_corner.y)),
                                       cv::Point2f(std::max(corner.x, far_corner.x), std::max(corner.y, far_corner.y)));
    std::for_each(face.detection.keypoints_px.begin(), face.detection.keypoints_px.end(), place);
    for (cv::Point3f& landmark : face.landmarks_px) {
        const cv::Point2f moved = turned({landmark.x, landmark.y}, back, size);
        landmark = {moved.x, moved.y, landmark.z};
    }
    for (std::optional<Iris>* iris : {&face.right_iris, &face.left_iris}) {
        if (*iris) {
            place((*iris)->centre_px);
        }
    }
    face.pose = head_pose(face.landmarks_px);
}

float overlap_over_union(const cv::Rect2f& a, const cv::Rect2f& b) {
    const float both = (a & b).area();
    const float either = a.area() + b.area() - both;
    return either > 0 ? both / either : 0;
}

Result<std::vector<Face>> upright_faces(Detector& detector, Mesh& mesh, const cv::Mat& rgb,
                                        const DetectorOptions& options, float least_presence, bool with_irises) {
    const auto detections = detector.detect(rgb, options);
    if (!detections) {
        return detections.error();
    }
    std::vector<Face> faces;
    for (const Detection& detection : *detections) {
        auto face = mesh.measure(rgb, UprightSquare::around(detection), least_presence, with_irises);
        if (!face) {
            return face.error();
        }
        if (!*face) {
            continue;
        }
        // Two detections of one face lead the mesh to the same landmarks.
        const cv::Rect2f box = (*face)->box_px();
        const bool known = std::any_of(faces.begin(), faces.end(), [&](const Face& other) {
            return overlap_over_union(other.box_px(), box) > kSameFaceOverlap;
        });
        if (!known) {
            (*face)->detection = detection;
            faces.push_back(std::move(**face));
        }
    }
    return faces;
}

bool surely_upright(const std::vector<Face>& faces) {
    return std::any_of(faces.begin(), faces.end(), [](const Face& face) {
        return face.detection.score >= kSureScore && std::abs(face.pose.roll_deg) <= kMostRollDeg;
    });
}

}  // namespace

cv::Mat as_8_bit(const cv::Mat& picture) {
    if (picture.depth() == CV_8U) {
        return picture;
    }
    ENSURE(picture.depth() == CV_16U);
    cv::Mat converted;
    picture.convertTo(converted, CV_8U, kSixteenToEightBits);
    return converted;
}

Result<std::vector<Face>> faces_in(Detector& detector, Mesh& mesh, const cv::Mat& rgb, const DetectorOptions& options,
                                   float least_presence, bool with_irises) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    auto faces = upright_faces(detector, mesh, rgb, options, least_presence, with_irises);
    if (!faces || rgb.empty() || surely_upright(*faces)) {
        return faces;
    }
    DetectorOptions surer = options;
    surer.least_score = std::max(options.least_score, kLeastScoreTurned);
    for (const Turn& turn : kTurns) {
        cv::Mat view;
        cv::rotate(rgb, view, turn.flag);
        auto found = upright_faces(detector, mesh, view, surer, least_presence, with_irises);
        if (!found) {
            return found;
        }
        // Of several ways to hold the picture the one is right in which its best face is surest.
        const bool better =
            !found->empty() && (faces->empty() || found->front().detection.score > faces->front().detection.score);
        if (better) {
            for (Face& face : *found) {
                turn_back(face, turn.back, view.size());
            }
            faces = std::move(found);
        }
    }
    return faces;
}

}  // namespace bonafide::features::faces
