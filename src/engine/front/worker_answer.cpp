#include "engine/front/worker_answer.h"

#include "base/hash.h"
#include "engine/front/spawn.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace bonafide::engine {

Result<WorkerAnswer> ask_worker(const std::string& path, Job job, const Installation& installation) {
    const OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file.valid() || fstat(file.get(), &status) != 0) {
        return Error{ErrorCode::kIo, std::string("it cannot be opened: ") + std::strerror(errno)};
    }
    if (!S_ISREG(status.st_mode)) {
        return Error{ErrorCode::kUsage, S_ISDIR(status.st_mode) ? "it is a folder" : "it is no regular file"};
    }
    if (static_cast<std::uint64_t>(status.st_size) > job.limits.size_bytes) {
        return Error{ErrorCode::kLimit, "it is larger than the limit (--max-size)"};
    }
    const auto digest = sha256_of_fd(file.get());
    if (!digest) {
        return digest.error();
    }
    job.path = path;
    job.data_folder = installation.data_folder;
    job.model_folders = installation.model_folders;
    job.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    auto end = run_worker(installation.worker, job, file.get());
    if (!end) {
        return end.error();
    }
    if (end->kind != WorkerEnd::Kind::kDelivered) {
        return Error{ErrorCode::kInternal, end->explanation};
    }
    return WorkerAnswer{std::move(end->report_json), std::move(end->artifacts), digest->sha256};
}

}  // namespace bonafide::engine
