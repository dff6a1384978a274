#include "engine/front/voice_listen.h"

#include "engine/front/worker_answer.h"

#include <utility>

namespace bonafide::engine {

Result<VoiceListen> listen_for_voices(const std::string& path, Job job, const Installation& installation) {
    job.task = Task::kVoices;
    auto answer = ask_worker(path, std::move(job), installation);
    if (!answer) {
        return answer.error();
    }
    const auto made = answer->artifacts.find(kVoicesArtifact);
    if (made == answer->artifacts.end()) {
        return Error{ErrorCode::kInvalid, answer->words};
    }
    auto heard = parse_heard_voices(made->second);
    if (!heard) {
        return heard.error();
    }
    return VoiceListen{std::move(*heard), answer->sha256};
}

}  // namespace bonafide::engine
