#include "engine/front/face_look.h"

#include "engine/front/worker_answer.h"

#include <utility>

namespace bonafide::engine {

Result<FaceLook> look_for_faces(const std::string& path, Job job, const Installation& installation) {
    job.task = Task::kFaces;
    auto answer = ask_worker(path, job, installation);
    if (!answer) {
        return answer.error();
    }
    const auto made = answer->artifacts.find(kFacesArtifact);
    if (made == answer->artifacts.end()) {
        return Error{ErrorCode::kInvalid, answer->words};
    }
    auto faces = parse_seen_faces(made->second);
    if (!faces) {
        return faces.error();
    }
    FaceLook look{std::move(*faces), answer->sha256, {}};
    if (const auto drawn = answer->artifacts.find(kDrawnArtifact); drawn != answer->artifacts.end()) {
        look.drawing = std::move(drawn->second);
    }
    if (look.drawing.empty() && !job.face_drawing.empty()) {
        return Error{ErrorCode::kInternal, "the analysis process drew nothing"};
    }
    return look;
}

}  // namespace bonafide::engine
