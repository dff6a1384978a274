#pragma once

#include "base/result.h"
#include "evidence/same_face.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// Names under which a worker sends what it saw, and the picture or film that it drew it on.
inline constexpr const char* kFacesArtifact = "faces";
inline constexpr const char* kDrawnArtifact = "drawn";
/// No film's faces are told one by one beyond so many: two hours of one face, or three minutes with its landmarks. The
/// people of the film are complete whatever its length.
inline constexpr std::size_t kMostSeenFaces = 200'000;
inline constexpr std::size_t kMostSeenFacesWithLandmarks = 5'000;

/// One iris, px.
struct SeenIris {
    double x = 0, y = 0, radius = 0;
};

/// One face of one picture or frame. Places in pixels of the upright picture; left and right are the person's own.
struct SeenFace {
    int track = 0;                   ///< of a film; of a picture, the face's number
    std::array<double, 4> box_px{};  ///< x, y, width, height around the landmarks; may leave the picture
    double score = 0, presence = 0;  ///< confidence of the detector and of the mesh, in [0, 1]
    double yaw_deg = 0, pitch_deg = 0, roll_deg = 0;
    double right_eye_opening = 0, left_eye_opening = 0, mouth_opening = 0;
    std::optional<SeenIris> right_iris, left_iris;
    /// x, y, and z in the same unit; 468 of them, or none where they were not asked for.
    std::vector<std::array<double, 3>> landmarks_px;
};

struct SeenFrame {
    std::int64_t index = 0;
    double time_s = 0;
    std::vector<SeenFace> faces;
};

/// One face of a picture, or one track of a film, as a person.
struct SeenPerson {
    int track = 0;
    double first_s = 0, last_s = 0;
    std::int64_t frames = 0;
    double largest_px = 0;        ///< height of its largest box
    std::int64_t samples = 0;     ///< moments at which its identity was looked at; 0: never recognisable
    std::optional<double> drift;  ///< largest distance between two of them
    std::optional<evidence::FaceNumbers> numbers;  ///< their mean; only where it was asked for
};

/// All faces of one input.
struct SeenFaces {
    std::string kind;  ///< "image" or "video"
    std::int64_t width_px = 0, height_px = 0;
    std::int64_t frames = 1, cuts = 0;
    std::vector<SeenFrame> seen;        ///< a picture is one frame; frames without a face are left out
    std::vector<SeenPerson> people;     ///< in the order of their tracks
    std::vector<std::string> problems;  ///< what went wrong on the way, in words
};

/// As `bonafide faces detect --format json` shows it; numbers rounded to what they mean.
nlohmann::ordered_json to_json(const SeenFaces& faces);
/// kInvalid where `bytes` are not what to_json() makes, or hold numbers out of range: they come from a process that has
/// looked at a foreign file.
Result<SeenFaces> parse_seen_faces(std::span<const std::uint8_t> bytes);

}  // namespace bonafide::engine
