#include "engine/protocol/faces.h"

#include <algorithm>
#include <cmath>

namespace bonafide::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostProblems = 50, kLongestProblem = 500;
constexpr std::size_t kLandmarkCount = 468;
constexpr double kLargestPlace = 1e7;
constexpr int kMostTracks = 1'000'000;

/// Hundredths of a pixel, thousandths of the rest: finer digits are noise and make a film's file three times as long.
double rounded(double value, double steps) {
    return std::round(value * steps) / steps;
}
double px(double value) {
    return rounded(value, 100);
}
double fine(double value) {
    return rounded(value, 1000);
}

Json as_json(const std::optional<SeenIris>& iris) {
    return iris ? Json{{"x", px(iris->x)}, {"y", px(iris->y)}, {"radius", px(iris->radius)}} : Json(nullptr);
}

Json as_json(const SeenFace& face) {
    Json json;
    json["track"] = face.track;
    json["box_px"] = {px(face.box_px[0]), px(face.box_px[1]), px(face.box_px[2]), px(face.box_px[3])};
    json["score"] = fine(face.score);
    json["presence"] = fine(face.presence);
    json["pose_deg"] = {{"yaw", rounded(face.yaw_deg, 10)},
                        {"pitch", rounded(face.pitch_deg, 10)},
                        {"roll", rounded(face.roll_deg, 10)}};
    json["right_eye_opening"] = fine(face.right_eye_opening);
    json["left_eye_opening"] = fine(face.left_eye_opening);
    json["mouth_opening"] = fine(face.mouth_opening);
    json["right_iris_px"] = as_json(face.right_iris);
    json["left_iris_px"] = as_json(face.left_iris);
    if (!face.landmarks_px.empty()) {
        Json landmarks = Json::array();
        for (const std::array<double, 3>& point : face.landmarks_px) {
            landmarks.push_back({px(point[0]), px(point[1]), px(point[2])});
        }
        json["landmarks_px"] = std::move(landmarks);
    }
    return json;
}

Json as_json(const SeenPerson& person) {
    Json json;
    json["track"] = person.track;
    json["first_s"] = fine(person.first_s);
    json["last_s"] = fine(person.last_s);
    json["frames"] = person.frames;
    json["largest_px"] = px(person.largest_px);
    if (person.numbers) {
        json["samples"] = person.samples;
        json["drift"] = person.drift ? Json(fine(*person.drift)) : Json(nullptr);
        json["numbers"] = *person.numbers;
    }
    return json;
}

/// A number of the worker's that must lie in [least, most].
double number(const Json& json, const char* name, double least, double most) {
    const double value = json.at(name).get<double>();
    if (!(value >= least && value <= most)) {
        throw std::out_of_range(std::string(name) + " is out of range");
    }
    return value;
}

int track_of(const Json& json) {
    return static_cast<int>(number(json, "track", 0, kMostTracks));
}

std::optional<SeenIris> iris_of(const Json& json) {
    if (json.is_null()) {
        return std::nullopt;
    }
    return SeenIris{number(json, "x", -kLargestPlace, kLargestPlace), number(json, "y", -kLargestPlace, kLargestPlace),
                    number(json, "radius", 0, kLargestPlace)};
}

double place(const Json& value) {
    const double at = value.get<double>();
    if (!(std::abs(at) <= kLargestPlace)) {
        throw std::out_of_range("a place is out of range");
    }
    return at;
}

SeenFace face_of(const Json& json) {
    SeenFace face;
    face.track = track_of(json);
    const Json& box = json.at("box_px");
    for (std::size_t i = 0; i < face.box_px.size(); ++i) {
        face.box_px[i] = place(box.at(i));
    }
    face.score = number(json, "score", 0, 1);
    face.presence = number(json, "presence", 0, 1);
    const Json& pose = json.at("pose_deg");
    face.yaw_deg = number(pose, "yaw", -180, 180);
    face.pitch_deg = number(pose, "pitch", -180, 180);
    face.roll_deg = number(pose, "roll", -180, 180);
    face.right_eye_opening = number(json, "right_eye_opening", 0, 1e6);
    face.left_eye_opening = number(json, "left_eye_opening", 0, 1e6);
    face.mouth_opening = number(json, "mouth_opening", 0, 1e6);
    face.right_iris = iris_of(json.at("right_iris_px"));
    face.left_iris = iris_of(json.at("left_iris_px"));
    if (json.contains("landmarks_px")) {
        for (const Json& point : json.at("landmarks_px")) {
            face.landmarks_px.push_back({place(point.at(0)), place(point.at(1)), place(point.at(2))});
        }
        if (face.landmarks_px.size() != kLandmarkCount) {
            throw std::out_of_range("a face has not 468 landmarks");
        }
    }
    return face;
}

SeenPerson person_of(const Json& json) {
    SeenPerson person;
    person.track = track_of(json);
    person.first_s = number(json, "first_s", -1e9, 1e9);
    person.last_s = number(json, "last_s", -1e9, 1e9);
    person.frames = static_cast<std::int64_t>(number(json, "frames", 1, 1e12));
    person.largest_px = number(json, "largest_px", 0, kLargestPlace);
    if (json.contains("numbers")) {
        person.samples = static_cast<std::int64_t>(number(json, "samples", 1, 1e6));
        if (!json.at("drift").is_null()) {
            person.drift = number(json, "drift", 0, 100);
        }
        const auto numbers = json.at("numbers").get<std::vector<float>>();
        if (numbers.size() != evidence::kFaceNumbers ||
            !std::all_of(numbers.begin(), numbers.end(), [](float value) { return std::abs(value) <= 100; })) {
            throw std::out_of_range("the numbers of a face are out of range");
        }
        person.numbers.emplace();
        std::copy(numbers.begin(), numbers.end(), person.numbers->begin());
    }
    return person;
}

SeenFaces faces_of(const Json& json) {
    SeenFaces faces;
    faces.kind = json.at("kind").get<std::string>();
    if (faces.kind != "image" && faces.kind != "video") {
        throw std::out_of_range("neither image nor video");
    }
    faces.width_px = static_cast<std::int64_t>(number(json, "width_px", 1, kLargestPlace));
    faces.height_px = static_cast<std::int64_t>(number(json, "height_px", 1, kLargestPlace));
    faces.frames = static_cast<std::int64_t>(number(json, "frames", 0, 1e12));
    faces.cuts = static_cast<std::int64_t>(number(json, "cuts", 0, 1e12));
    for (const Json& person : json.at("people")) {
        faces.people.push_back(person_of(person));
    }
    for (const Json& frame : json.at("seen")) {
        SeenFrame seen;
        seen.index = static_cast<std::int64_t>(number(frame, "frame", 0, 1e12));
        seen.time_s = number(frame, "time_s", -1e9, 1e9);
        for (const Json& face : frame.at("faces")) {
            seen.faces.push_back(face_of(face));
        }
        faces.seen.push_back(std::move(seen));
    }
    // A loop over a text would run once over the text itself.
    for (const Json& problem : json.at("problems").get_ref<const Json::array_t&>()) {
        if (faces.problems.size() < kMostProblems) {
            faces.problems.push_back(problem.get<std::string>().substr(0, kLongestProblem));
        }
    }
    return faces;
}

}  // namespace

Json to_json(const SeenFaces& faces) {
    Json json;
    json["kind"] = faces.kind;
    json["width_px"] = faces.width_px;
    json["height_px"] = faces.height_px;
    json["frames"] = faces.frames;
    json["cuts"] = faces.cuts;
    json["people"] = Json::array();
    for (const SeenPerson& person : faces.people) {
        json["people"].push_back(as_json(person));
    }
    json["seen"] = Json::array();
    for (const SeenFrame& frame : faces.seen) {
        Json list = Json::array();
        for (const SeenFace& face : frame.faces) {
            list.push_back(as_json(face));
        }
        json["seen"].push_back({{"frame", frame.index}, {"time_s", fine(frame.time_s)}, {"faces", std::move(list)}});
    }
    json["problems"] = faces.problems;
    return json;
}

Result<SeenFaces> parse_seen_faces(std::span<const std::uint8_t> bytes) {
    try {
        return faces_of(Json::parse(bytes.begin(), bytes.end()));
    } catch (const std::exception& exception) {
        return Error{ErrorCode::kInvalid,
                     std::string("the analysis process sent faces that do not hold together: ") + exception.what()};
    }
}

}  // namespace bonafide::engine
