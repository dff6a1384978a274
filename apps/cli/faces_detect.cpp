// `bonafide faces detect`: where faces are, and how they look into the world.
#include "faces_command.h"
#include "terminal.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What the name of the file to draw into asks for: the worker's word for it, or nothing.
std::optional<std::string> drawing_format(const std::string& path) {
    std::string ending = std::filesystem::path(path).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
    if (ending == ".png" || ending == ".webm") {
        return ending.substr(1);
    }
    return ending == ".jpg" || ending == ".jpeg" ? std::optional<std::string>("jpeg") : std::nullopt;
}

void print_face(const engine::SeenFace& face) {
    std::printf(
        "  face %d: %.0f x %.0f px at (%.0f, %.0f); turned %.0f, raised %.0f, leaning %.0f degrees; eyes open "
        "%.2f and %.2f, mouth %.2f; confidence %.2f\n",
        face.track, face.box_px[2], face.box_px[3], face.box_px[0], face.box_px[1], face.yaw_deg, face.pitch_deg,
        face.roll_deg, face.right_eye_opening, face.left_eye_opening, face.mouth_opening, face.score);
}

void print(const std::string& path, const engine::SeenFaces& faces) {
    const bool film = faces.kind == "video";
    std::printf("%s: %s, %lld x %lld px, ", printable(path).c_str(), film ? "film" : "picture",
                static_cast<long long>(faces.width_px), static_cast<long long>(faces.height_px));
    if (film) {
        std::printf("%lld frames, %lld %s, ", static_cast<long long>(faces.frames), static_cast<long long>(faces.cuts),
                    faces.cuts == 1 ? "cut" : "cuts");
    }
    const std::size_t count = faces.people.size();
    if (count == 0) {
        std::printf("no face\n");
    } else {
        std::printf("%zu %s%s\n", count, film ? "track" : "face", count == 1 ? "" : "s");
    }
    if (film) {
        for (const engine::SeenPerson& person : faces.people) {
            std::printf("  track %d: %.2f to %.2f s, in %lld frames, up to %.0f px high\n", person.track,
                        person.first_s, person.last_s, static_cast<long long>(person.frames), person.largest_px);
        }
    } else if (!faces.seen.empty()) {
        std::for_each(faces.seen.front().faces.begin(), faces.seen.front().faces.end(), print_face);
    }
    for (const std::string& problem : faces.problems) {
        std::printf("  note: %s\n", printable(problem).c_str());
    }
}

}  // namespace

int detect_faces(const FacesRequest& request, const engine::Installation& installation) {
    engine::Job job = faces_job(request);
    job.face_landmarks = request.landmarks;
    if (!request.drawing.empty()) {
        const auto format = drawing_format(request.drawing);
        if (!format) {
            return complain("--draw takes a file ending in .png, .jpg or, for a film, .webm");
        }
        job.face_drawing = *format;
    }
    const auto look = engine::look_for_faces(request.file, job, installation);
    if (!look) {
        return complain(printable(request.file) + ": " + printable(look.error().message));
    }
    if (!request.drawing.empty()) {
        std::ofstream stream(request.drawing, std::ios::binary);
        stream.write(reinterpret_cast<const char*>(look->drawing.data()),
                     static_cast<std::streamsize>(look->drawing.size()));
        if (!stream.flush()) {
            return complain("cannot write " + printable(request.drawing));
        }
    }
    if (request.json) {
        Json json = {{"path", request.file}, {"sha256", look->sha256}};
        json.update(engine::to_json(look->faces));
        print_json(json);
    } else {
        print(request.file, look->faces);
    }
    return look->faces.people.empty() ? kInconclusive : kClean;
}

}  // namespace bonafide::cli
