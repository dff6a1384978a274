#include "engine/front/forge.h"

#include "engine/front/spawn.h"
#include "engine/front/worker_process.h"
#include "forge/identity/consent.h"
#include "forge/identity/signing_identity.h"

#include <fcntl.h>
#include <sys/mman.h>
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

Result<OwnedFd> in_memory(const std::vector<std::uint8_t>& bytes) {
    OwnedFd file(memfd_create("forged", MFD_CLOEXEC));
    std::size_t done = 0;
    while (file.valid() && done < bytes.size()) {
        const ssize_t count = write(file.get(), bytes.data() + done, bytes.size() - done);
        if (count <= 0 && errno != EINTR) {
            break;
        }
        done += static_cast<std::size_t>(std::max<ssize_t>(0, count));
    }
    if (!file.valid() || done < bytes.size()) {
        return Error{ErrorCode::kIo, std::string("cannot hand over the picture: ") + std::strerror(errno)};
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

}  // namespace

Result<ForgedFile> forge_file(const std::string& path, const std::string& second_path, Job job,
                              const Installation& installation, const std::string& key_folder) {
    const auto identity = forge::signing_identity(key_folder);
    if (!identity) {
        return identity.error();
    }
    const std::string consent_kind(forge::consent_kind_of(job.forge.kind, job.forge.voice));
    if (!consent_kind.empty()) {
        const auto key = forge::ConsentKey::open(key_folder);
        if (!key) {
            return key.error();
        }
        job.forge.consent_signer = key->public_key();
        // The worker refuses as well; here it costs no decoding.
        const auto allowed = forge::check_consent(
            job.forge.consent, {consent_kind, job.forge.person, forge::today(), job.forge.consent_signer});
        if (!allowed) {
            return allowed.error();
        }
    }
    // A face of nobody is made of no picture.
    const auto picture = path.empty() ? in_memory({}) : open_picture(path, job.limits);
    if (!picture) {
        return picture.error();
    }
    Result<OwnedFd> second = OwnedFd();
    if (!second_path.empty()) {
        second = open_picture(second_path, job.limits);
        if (!second) {
            return second.error();
        }
    }
    job.task = Task::kForge;
    job.path = path;
    job.second = second_path;
    job.data_folder = installation.data_folder;
    job.model_folders = installation.model_folders;
    job.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const auto forged = ask_worker(job, installation, picture->get(), second->get());
    if (!forged) {
        return forged.error();
    }
    const auto unsealed = in_memory(forged->bytes);
    if (!unsealed) {
        return unsealed.error();
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
    return ask_worker(seal, installation, unsealed->get());
}

}  // namespace bonafide::engine
