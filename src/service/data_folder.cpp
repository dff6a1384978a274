#include "service/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bonafide::service {

namespace fs = std::filesystem;

Error disk_error(const std::string& doing) {
    const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return {full ? ErrorCode::kLimit : ErrorCode::kIo, "cannot " + doing + ": " + std::strerror(errno)};
}

Result<void> write_all(int fd, const void* data, std::size_t size) {
    const auto* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t count = ::write(fd, bytes, size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return disk_error("write");
        }
        bytes += count;
        size -= static_cast<std::size_t>(count);
    }
    return {};
}

Result<void> write_new_file(const fs::path& path, const void* data, std::size_t size) {
    const engine::OwnedFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) {
        return disk_error("make " + path.string());
    }
    if (auto written = write_all(file.get(), data, size); !written) {
        return written;
    }
    return fsync(file.get()) == 0 ? Result<void>() : disk_error("synchronise " + path.string());
}

Result<void> synchronise_folder(const fs::path& path) {
    const engine::OwnedFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid() || fsync(folder.get()) != 0) {
        return disk_error("synchronise " + path.string());
    }
    return {};
}

namespace {

/// What lies in `folder` and was not changed for `age`.
std::vector<fs::path> unchanged_in(const fs::path& folder, std::chrono::seconds age) {
    std::vector<fs::path> found;
    std::error_code error;
    const auto newest = fs::file_time_type::clock::now() - age;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const auto changed = fs::last_write_time(entry.path(), error);
        if (age.count() == 0 || (!error && changed < newest)) {
            found.push_back(entry.path());
        }
    }
    return found;
}

}  // namespace

Result<DataFolder> DataFolder::open(const fs::path& path) {
    std::error_code error;
    const fs::path root = fs::absolute(path, error);
    fs::create_directories(root, error);
    for (const fs::path& folder : {root, root / "incoming", root / "checks"}) {
        if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
            return disk_error("make the folder " + folder.string());
        }
    }
    if (chmod(root.c_str(), 0700) != 0) {
        return disk_error("keep others out of " + root.string());
    }
    return DataFolder(root);
}

Result<void> DataFolder::lock(Use use) {
    const fs::path path = root_ / "lock";
    lock_ = engine::OwnedFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_.valid()) {
        return disk_error("make " + path.string());
    }
    if (flock(lock_.get(), (use == Use::kAlone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? Error{ErrorCode::kUsage, "another server uses " + root_.string()}
                                    : disk_error("lock " + path.string());
    }
    return {};
}

Result<void> DataFolder::place(const std::string& id) const {
    if (mkdir(folder(id).c_str(), 0700) != 0) {
        return disk_error("make a check's folder");
    }
    if (::rename(incoming(id).c_str(), media(id).c_str()) != 0) {
        return disk_error("keep an upload");
    }
    if (auto kept = synchronise_folder(folder(id)); !kept) {
        return kept;
    }
    return synchronise_folder(root_ / "checks");
}

void DataFolder::forget_upload(const std::string& id) const {
    (void)::unlink(incoming(id).c_str());
}

void DataFolder::remove_media(const std::string& id) const {
    (void)::unlink(media(id).c_str());
}

void DataFolder::remove_results_of(const std::string& id, const std::string& lease) const {
    std::error_code error;
    fs::remove_all(results_of(id, lease), error);
}

void DataFolder::remove(const std::string& id) const {
    std::error_code error;
    fs::remove_all(folder(id), error);
}

void DataFolder::sweep_uploads(std::chrono::seconds age) const {
    for (const fs::path& path : unchanged_in(root_ / "incoming", age)) {
        std::error_code error;
        fs::remove_all(path, error);
    }
}

std::vector<std::string> DataFolder::checks(std::chrono::seconds age) const {
    std::vector<std::string> ids;
    for (const fs::path& path : unchanged_in(root_ / "checks", age)) {
        ids.push_back(path.filename().string());
    }
    return ids;
}

std::uint64_t DataFolder::free_bytes() const {
    struct statvfs status {};
    return statvfs(root_.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize : 0;
}

}  // namespace bonafide::service
