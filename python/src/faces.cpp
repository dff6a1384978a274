// bonafide.faces: the program's own detection, landmarks, crops and recognition.
#include "errors.h"
#include "face_checks.h"
#include "features/faces/crop.h"
#include "features/faces/tracker.h"
#include "models.h"
#include "module.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

namespace bonafide::python {
namespace {

namespace faces = features::faces;
using faces::Face;

constexpr float kLeastPresence = 0.5F;
constexpr float kSmallestFacePx = 8, kLargestFacePx = 4096;
constexpr int kSmallestCropPx = 8, kLargestCropPx = 4096;

using Box = std::tuple<float, float, float, float>;

Box as_tuple(const cv::Rect2f& box) {
    return {box.x, box.y, box.width, box.height};
}

std::optional<std::tuple<float, float, float>> as_tuple(const std::optional<faces::Iris>& iris) {
    return iris ? std::optional(std::tuple(iris->centre_px.x, iris->centre_px.y, iris->radius_px)) : std::nullopt;
}

faces::DetectorOptions detector_options(float least_score, float smallest_face_px) {
    if (!(least_score >= 0 && least_score <= 1)) {
        refuse(ErrorCode::kUsage, "least_score must lie between 0 and 1");
    }
    if (!(smallest_face_px >= kSmallestFacePx && smallest_face_px <= kLargestFacePx)) {
        refuse(ErrorCode::kUsage, "smallest_face_px must lie between 8 and 4096");
    }
    faces::DetectorOptions options;
    options.least_score = least_score;
    options.smallest_face_px = smallest_face_px;
    return options;
}

std::vector<Face> detect(nb::handle rgb, float least_score, float smallest_face_px, bool irises) {
    const Lent given = picture(rgb, "rgb");
    const faces::DetectorOptions options = detector_options(least_score, smallest_face_px);
    const nb::gil_scoped_release unlocked;
    return lookers().use([&](Looker& looker) {
        return value_or_throw(
            faces::faces_in(looker.detector, looker.mesh, given.matrix, options, kLeastPresence, irises));
    });
}

cv::Matx23f crop_matrix(const Face& face, int size_px, float scale) {
    if (size_px < kSmallestCropPx || size_px > kLargestCropPx) {
        refuse(ErrorCode::kUsage, "size_px must lie between 8 and 4096");
    }
    if (!(scale >= 0.1F && scale <= 10)) {
        refuse(ErrorCode::kUsage, "scale must lie between 0.1 and 10");
    }
    faces::UprightSquare square = faces::UprightSquare::around(face.landmarks_px);
    square.side_px *= scale;
    return square.to_square(size_px);
}

nb::object crop(nb::handle rgb, const Face& face, int size_px, float scale) {
    const Lent given = picture(rgb, "rgb");
    const cv::Matx23f matrix = crop_matrix(face, size_px, scale);
    cv::Mat square;
    {
        const nb::gil_scoped_release unlocked;
        square = faces::cut_square(given.matrix, matrix, size_px);
    }
    return to_array(std::move(square));
}

nb::object crop_matrix_array(const Face& face, int size_px, float scale) {
    const cv::Matx23f matrix = crop_matrix(face, size_px, scale);
    return to_array(std::vector<float>(matrix.val, matrix.val + 6), {2, 3});
}

nb::object embed(nb::handle rgb, const Face& face) {
    const Lent given = picture(rgb, "rgb");
    require_face_in(given.matrix, face, faces::kLeastRecognisedPx, "face");
    if (!faces::is_recognisable(face)) {
        refuse(ErrorCode::kUsage, "the face is too small or turned too far for telling who it is");
    }
    evidence::FaceNumbers numbers{};
    {
        const nb::gil_scoped_release unlocked;
        numbers = recognisers().use(
            [&](faces::Recogniser& recogniser) { return value_or_throw(recogniser.numbers_of(given.matrix, face)); });
    }
    return to_array(std::vector<float>(numbers.begin(), numbers.end()), {numbers.size()});
}

evidence::FaceNumbers numbers_in(nb::handle given, const char* name) {
    nb::ndarray<nb::ro> holder;
    const std::span<const float> values = row(given, name, holder);
    evidence::FaceNumbers numbers{};
    if (values.size() != numbers.size()) {
        throw nb::type_error((std::string(name) + " must hold 128 numbers, as embed() gives them").c_str());
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            refuse(ErrorCode::kUsage, std::string(name) + " holds numbers that are not finite");
        }
        numbers[i] = values[i];
    }
    return numbers;
}

std::pair<double, double> compare(nb::handle first, nb::handle second) {
    const double distance = evidence::face_distance(numbers_in(first, "first"), numbers_in(second, "second"));
    return {distance, evidence::same_face_llr(distance)};
}

/// A tracker that threads may share: frames are taken one by one.
class SharedTracker {
  public:
    SharedTracker(float least_score, float smallest_face_px, bool irises) {
        faces::TrackerOptions options;
        options.detector = detector_options(least_score, smallest_face_px);
        options.least_presence = kLeastPresence;
        options.with_irises = irises;
        const nb::gil_scoped_release unlocked;
        tracker_.emplace(value_or_throw(faces::Tracker::open(models(), {}, options)));
    }

    std::vector<std::pair<int, Face>> next(nb::handle rgb, double time_s) {
        const Lent given = picture(rgb, "rgb");
        const nb::gil_scoped_release unlocked;
        const std::lock_guard lock(mutex_);
        if (!std::isfinite(time_s) || (last_s_ && time_s <= *last_s_)) {
            refuse(ErrorCode::kUsage, "time_s must rise from frame to frame");
        }
        last_s_ = time_s;
        auto found = value_or_throw(tracker_->next(given.matrix, time_s));
        std::vector<std::pair<int, Face>> numbered;
        numbered.reserve(found.size());
        for (faces::TrackedFace& tracked : found) {
            numbered.emplace_back(tracked.track, std::move(tracked.face));
        }
        return numbered;
    }

  private:
    std::mutex mutex_;
    std::optional<faces::Tracker> tracker_;
    std::optional<double> last_s_;
};

void add_face(nb::module_& module) {
    nb::class_<Face>(module, "Face",
                     "One face of one picture, measured; made by detect() and Tracker.next(). Places are in pixels of\n"
                     "the picture, left and right are the person's own. Cannot be changed.")
        .def_prop_ro(
            "box_px", [](const Face& face) { return as_tuple(face.box_px()); },
            "x, y, width, height of the smallest upright box around the landmarks; may leave the picture.")
        .def_prop_ro(
            "detected_px", [](const Face& face) { return as_tuple(face.detection.box_px); },
            "x, y, width, height of the detector's box, from above the eyebrows to the chin.")
        .def_prop_ro(
            "score", [](const Face& face) { return face.detection.score; },
            "The detector's own confidence, 0 to 1; no probability.")
        .def_ro("presence", &Face::presence, "The mesh's own confidence that this is a face, 0 to 1.")
        .def_prop_ro(
            "landmarks_px",
            [](nb::handle_t<Face> self) {
                const auto& face = nb::cast<const Face&>(self);
                return nb::cast(nb::ndarray<nb::numpy, const float>(&face.landmarks_px.front().x,
                                                                    {face.landmarks_px.size(), 3}, self));
            },
            nb::sig("def landmarks_px(self) -> numpy.typing.NDArray[numpy.float32]"),
            "float32 (468, 3): x, y, and depth z in the same unit, negative towards the camera; numbered as in\n"
            "MediaPipe's canonical face. A read-only view, not a copy.")
        .def_prop_ro(
            "yaw_deg", [](const Face& face) { return face.pose.yaw_deg; }, "Positive: turned to the person's own left.")
        .def_prop_ro(
            "pitch_deg", [](const Face& face) { return face.pose.pitch_deg; }, "Positive: raised.")
        .def_prop_ro(
            "roll_deg", [](const Face& face) { return face.pose.roll_deg; }, "Positive: leaning clockwise.")
        .def_ro("right_eye_opening", &Face::right_eye_opening,
                "Distance of the lids over that of the corners; about 0.3 open, below 0.15 closed.")
        .def_ro("left_eye_opening", &Face::left_eye_opening, "The same of the left eye.")
        .def_ro("mouth_opening", &Face::mouth_opening,
                "Distance of the inner lips over the height of the face from forehead to chin.")
        .def_prop_ro(
            "right_iris_px", [](const Face& face) { return as_tuple(face.right_iris); },
            "x, y, radius; None where it was not looked for.")
        .def_prop_ro(
            "left_iris_px", [](const Face& face) { return as_tuple(face.left_iris); }, "The same of the left eye.")
        .def_prop_ro("is_recognisable", &faces::is_recognisable,
                     "Whether it is large enough and looks into the camera enough for embed().")
        .def("__repr__", [](const Face& face) {
            const cv::Rect2f box = face.box_px();
            char words[120];
            std::snprintf(words, sizeof words, "<Face %.0f x %.0f px at (%.0f, %.0f), score %.2f>",
                          static_cast<double>(box.width), static_cast<double>(box.height), static_cast<double>(box.x),
                          static_cast<double>(box.y), static_cast<double>(face.detection.score));
            return std::string(words);
        });
}

}  // namespace

void add_faces(nb::module_& module) {
    const faces::DetectorOptions defaults;
    add_face(module);
    module.def("detect", &detect, nb::arg("rgb"), nb::kw_only(), nb::arg("least_score") = defaults.least_score,
               nb::arg("smallest_face_px") = defaults.smallest_face_px, nb::arg("irises") = true,
               nb::sig("def detect(rgb: numpy.typing.NDArray[numpy.uint8], *, least_score: float = 0.5, "
                       "smallest_face_px: float = 32.0, irises: bool = True) -> list[Face]"),
               R"(Every face of a picture, surest first; an empty list where there is none.

rgb: uint8 (height, width, 3), red first, C-contiguous; read in place, never copied.
least_score: the detector's least confidence, 0 to 1.
smallest_face_px: side of the smallest face that is looked for, 8 to 4096; half of it takes four times as long.
irises: measure them as well, which costs two more runs of a network a face.

Where no face is surely upright, the picture is looked at turned by quarters too. TypeError: another type, shape or
order; UsageError: an empty picture or a value out of range; LimitError: more than 200 million pixels.)");
    module.def(
        "crop", &crop, nb::arg("rgb"), nb::arg("face"), nb::kw_only(), nb::arg("size_px") = 256,
        nb::arg("scale") = 1.0F,
        nb::sig("def crop(rgb: numpy.typing.NDArray[numpy.uint8], face: Face, *, size_px: int = 256, "
                "scale: float = 1.0) -> numpy.typing.NDArray[numpy.uint8]"),
        R"(The face cut out upright, the eyes level: uint8 (size_px, size_px, 3). What lies outside the picture is black.

size_px: 8 to 4096. scale: side of the square in multiples of the landmark network's own, which is 1.5 times as
wide as the face; 0.1 to 10. Errors as of detect().)");
    module.def("crop_matrix", &crop_matrix_array, nb::arg("face"), nb::kw_only(), nb::arg("size_px") = 256,
               nb::arg("scale") = 1.0F,
               nb::sig("def crop_matrix(face: Face, *, size_px: int = 256, scale: float = 1.0) -> "
                       "numpy.typing.NDArray[numpy.float32]"),
               "float32 (2, 3): where crop() of the same arguments puts a point (x, y, 1) of the picture.");
    module.def("embed", &embed, nb::arg("rgb"), nb::arg("face"),
               nb::sig("def embed(rgb: numpy.typing.NDArray[numpy.uint8], face: Face) -> "
                       "numpy.typing.NDArray[numpy.float32]"),
               R"(What tells people apart: float32 (128,); faces of one person lie near each other.

UsageError where the face is not is_recognisable, or does not lie in the picture. Other errors as of detect().)");
    module.def("compare", &compare, nb::arg("first"), nb::arg("second"),
               nb::sig("def compare(first: numpy.typing.NDArray[numpy.float32], second: "
                       "numpy.typing.NDArray[numpy.float32]) -> tuple[float, float]"),
               R"(Of two results of embed(): their distance, and the likelihood ratio.

The ratio (log10, -2 to 2) says how much likelier the distance is between two faces of one person than between two
people drawn at random. TypeError: not 128 numbers; UsageError: numbers that are not finite.)");
    nb::class_<SharedTracker>(module, "Tracker",
                              "Follows every face of a film. Threads may share one; their frames are taken one by one.")
        .def(nb::init<float, float, bool>(), nb::kw_only(), nb::arg("least_score") = defaults.least_score,
             nb::arg("smallest_face_px") = defaults.smallest_face_px, nb::arg("irises") = false,
             "The arguments are those of detect().")
        .def("next", &SharedTracker::next, nb::arg("rgb"), nb::arg("time_s"),
             nb::sig("def next(self, rgb: numpy.typing.NDArray[numpy.uint8], time_s: float) -> "
                     "list[tuple[int, Face]]"),
             R"(The faces of the next frame, each with the number of its track, from 0; never given to another face.

time_s: seconds, rising from frame to frame (UsageError otherwise). Faces are as measured in this frame, not
smoothed. Other errors as of detect().)");
}

}  // namespace bonafide::python
