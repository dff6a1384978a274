#include "engine/front/forge.h"

#include "engine/front/spawn.h"
#include "engine/front/worker_process.h"
#include "forge/identity/consent.h"
#include "forge/identity/signing_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

namespace bonafide::engine {
namespace {

Result<OwnedFd> open_picture(const std::string& path, const Limits& limits) {
    OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file.valid() || fstat(file.get(), &status) != 0) {
        return Error{ErrorCode::kIo, path + " cannot be opened: " + std::strerror(errno)};
    }
    if (!S_ISREG(status.st_mode)) {
        return Error{ErrorCode::kUsage, path + " is no regular file"};
    }
    if (static_cast<std::uint64_t>(status.st_size) > limits.size_bytes) {
        return Error{ErrorCode::kLimit, path + " is larger than the limit (--max-size)"};
    }
    return file;
}

/// One task of one worker: the artifact, and what was said about it.
Result<ForgedFile> ask_worker(const Job& job, const Installation& installation, int input_fd, int second_fd = -1) {
    auto end = run_worker(installation.worker, job, input_fd, second_fd);
    if (!end) {
        return end.error();
    }
    if (end->kind != WorkerEnd::Kind::kDelivered) {
        return Error{ErrorCode::kInternal, end->explanation};
    }
    const auto bytes = end->artifacts.find(kForgeArtifact);
    if (bytes == end->artifacts.end()) {
        return Error{ErrorCode::kInvalid, end->report_json};
    }
    auto made = parse_made(end->report_json);
    if (!made) {
        return made.error();
    }
    return ForgedFile{std::move(bytes->second), std::move(*made)};
}

/// Says in `order` who signs here, and refuses what no record allows. The worker refuses as well; here it costs no
/// decoding.
Result<void> allow(forge::Order& order, const std::string& key_folder) {
    const std::string kind(forge::consent_kind_of(order.kind, order.voice));
    if (kind.empty()) {
        return {};
    }
    const auto key = forge::ConsentKey::open(key_folder);
    if (!key) {
        return key.error();
    }
    order.consent_signer = key->public_key();
    const auto allowed =
        forge::check_consent(order.consent, {kind, order.person, forge::today(), order.consent_signer});
    return allowed ? Result<void>() : Result<void>(allowed.error());
}

/// What `job.forge` orders, made but not sealed.
Result<ForgedFile> unsealed(const ForgeSources& sources, Job job, const Installation& installation,
                            const std::string& key_folder);

/// The sentence of a video, in the voice of its sample.
Result<ForgedFile> spoken_for_video(const ForgeSources& sources, const Job& video, const Installation& installation,
                                    const std::string& key_folder) {
    Job job = video;
    job.forge.kind = "voice";
    job.forge.voice = "mimic";
    job.forge.format = "wav";
    return unsealed({"", sources.second, sources.sentence}, std::move(job), installation, key_folder);
}

Result<ForgedFile> unsealed(const ForgeSources& sources, Job job, const Installation& installation,
                            const std::string& key_folder) {
    if (auto allowed = allow(job.forge, key_folder); !allowed) {
        return allowed.error();
    }
    // A face of nobody is made of no picture.
    auto first = sources.path.empty() ? file_in_memory("picture", {}) : open_picture(sources.path, job.limits);
    Result<OwnedFd> second = OwnedFd();
    if (first && !sources.second.empty()) {
        second = open_picture(sources.second, job.limits);
    }
    job.path = sources.path;
    job.second = sources.second;
    std::string about_sound;
    if (first && second && sources.sentence) {
        if (job.forge.kind == "video") {
            const auto voice = spoken_for_video(sources, job, installation, key_folder);
            second = voice ? file_in_memory("voice", voice->bytes) : Result<OwnedFd>(voice.error());
            about_sound = voice ? voice->made.description : "";
        } else {
            const auto sound = said(*sources.sentence, job.limits);
            first = sound ? file_in_memory("sentence", *sound) : Result<OwnedFd>(sound.error());
        }
    }
    if (!first || !second) {
        return first ? second.error() : first.error();
    }
    auto forged = ask_worker(job, installation, first->get(), second->get());
    if (forged && !about_sound.empty()) {
        forged->made.description += "; what is heard: " + about_sound;
    }
    return forged;
}

}  // namespace

Result<ForgedFile> forge_file(const ForgeSources& sources, Job job, const Installation& installation,
                              const std::string& key_folder) {
    const auto identity = forge::signing_identity(key_folder);
    if (!identity) {
        return identity.error();
    }
    job.task = Task::kForge;
    job.data_folder = installation.data_folder;
    job.model_folders = installation.model_folders;
    job.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const auto forged = unsealed(sources, job, installation, key_folder);
    if (!forged) {
        return forged.error();
    }
    const auto file = file_in_memory("forged", forged->bytes);
    if (!file) {
        return file.error();
    }
    Job seal;
    seal.task = Task::kForgeSeal;
    seal.limits = job.limits;
    seal.data_folder = job.data_folder;
    seal.model_folders = job.model_folders;
    // What kind of forgery it was is known here; the worker is asked only for what it saw and measured.
    seal.seal = {forged->made, identity->key_pem, identity->certificates_pem};
    seal.seal.made.kind = job.forge.kind;
    seal.seal.made.fake = forged->made.fake || job.forge.kind != "launder";
    return ask_worker(seal, installation, file->get());
}

}  // namespace bonafide::engine
