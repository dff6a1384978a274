#include "engine/protocol/job.h"

#include "engine/protocol/forge_json.h"

#include <nlohmann/json.hpp>

namespace bonafide {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Limits, size_bytes, pixels, duration_s, streams, time_s, memory_bytes)

}  // namespace bonafide

namespace bonafide::engine {

NLOHMANN_JSON_SERIALIZE_ENUM(Task, {{Task::kCheck, "check"},
                                    {Task::kCameraPlanes, "camera planes"},
                                    {Task::kCameraFingerprint, "camera fingerprint"},
                                    {Task::kFaces, "faces"},
                                    {Task::kVoices, "voices"},
                                    {Task::kForge, "forge"},
                                    {Task::kForgeSeal, "forge seal"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Job, task, path, sha256, limits, only, skip, parameters, prior, threads, maps,
                                   presentation, preview, localise, mask, launder, data_folder, model_folders,
                                   cache_folder, trust_anchors_pem, camera, camera_file, claimed, claimed_looks,
                                   claimed_voices, face_landmarks, face_numbers, face_drawing, forge, second, seal)

std::string to_json(const Job& job) {
    // A file name need not be valid UTF-8; JSON must be.
    return nlohmann::json(job).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Job> parse_job(std::string_view json) {
    try {
        return nlohmann::json::parse(json).get<Job>();
    } catch (const nlohmann::json::exception& exception) {
        return Error{ErrorCode::kInvalid, std::string("not a job: ") + exception.what()};
    }
}

}  // namespace bonafide::engine
