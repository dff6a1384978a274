#include "engine/front/camera_enrolment.h"

#include "base/hash.h"
#include "engine/front/spawn.h"
#include "engine/front/worker_process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

namespace bonafide::engine {

CameraEnrolment::CameraEnrolment(Job job, Installation installation)
    : job_(std::move(job)), installation_(std::move(installation)) {
    job_.data_folder = installation_.data_folder;
    job_.model_folders = installation_.model_folders;
    job_.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Result<std::vector<std::uint8_t>> CameraEnrolment::ask_worker(Task task, int input_fd) const {
    Job job = job_;
    job.task = task;
    auto end = run_worker(installation_.worker, job, input_fd);
    if (!end) {
        return end.error();
    }
    if (end->kind != WorkerEnd::Kind::kDelivered) {
        return Error{ErrorCode::kInternal, end->explanation};
    }
    const auto made = end->artifacts.find(kCameraArtifact);
    if (made == end->artifacts.end()) {
        return Error{ErrorCode::kInvalid, end->report_json};
    }
    return std::move(made->second);
}

Result<void> CameraEnrolment::add(const std::string& path) {
    const OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file.valid() || fstat(file.get(), &status) != 0) {
        return Error{ErrorCode::kIo, std::string("it cannot be opened: ") + std::strerror(errno)};
    }
    if (!S_ISREG(status.st_mode)) {
        return Error{ErrorCode::kUsage, "it is no regular file"};
    }
    if (static_cast<std::uint64_t>(status.st_size) > job_.limits.size_bytes) {
        return Error{ErrorCode::kLimit, "it is larger than the limit (--max-size)"};
    }
    const auto digest = sha256_of_fd(file.get());
    if (!digest) {
        return digest.error();
    }
    if (seen_.contains(digest->sha256)) {
        return Error{ErrorCode::kUsage, "it is the same file as one before"};
    }
    const auto bytes = ask_worker(Task::kCameraPlanes, file.get());
    if (!bytes) {
        return bytes.error();
    }
    const auto planes = parse_camera_planes(*bytes);
    if (!planes) {
        return planes.error();
    }
    if (sums_.pictures > 0 && (planes->width_px != sums_.width_px || planes->height_px != sums_.height_px)) {
        return Error{ErrorCode::kInvalid,
                     "its size, " + std::to_string(planes->width_px) + " x " + std::to_string(planes->height_px) +
                         " px, is not that of the first picture, " + std::to_string(sums_.width_px) + " x " +
                         std::to_string(sums_.height_px) + " px"};
    }
    engine::add(*planes, sums_);
    seen_.insert(digest->sha256);
    return {};
}

Result<std::vector<std::uint8_t>> CameraEnrolment::finish() {
    if (sums_.pictures < kFewestPictures) {
        return Error{ErrorCode::kUsage, "only " + std::to_string(sums_.pictures) + " usable pictures; at least " +
                                            std::to_string(kFewestPictures) +
                                            " of one size are needed, and 20 or more are better"};
    }
    const std::vector<std::uint8_t> bytes = to_bytes(sums_);
    const OwnedFd file(memfd_create("camera sums", MFD_CLOEXEC));
    std::size_t done = 0;
    while (file.valid() && done < bytes.size()) {
        const ssize_t count = write(file.get(), bytes.data() + done, bytes.size() - done);
        if (count <= 0 && errno != EINTR) {
            break;
        }
        done += static_cast<std::size_t>(std::max<ssize_t>(0, count));
    }
    if (done < bytes.size()) {
        return Error{ErrorCode::kIo, std::string("cannot hand over the sums: ") + std::strerror(errno)};
    }
    auto made = ask_worker(Task::kCameraFingerprint, file.get());
    if (!made) {
        return made;
    }
    // What goes into the gallery is what a later run can read.
    if (const auto sound = parse_camera_file(*made); !sound) {
        return sound.error();
    }
    return made;
}

}  // namespace bonafide::engine
