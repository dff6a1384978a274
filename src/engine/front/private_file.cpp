#include "engine/front/private_file.h"

#include "engine/front/spawn.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& what) {
    return {ErrorCode::kIo, what + ": " + std::strerror(errno)};
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(count);
    }
    return true;
}

/// Overwrites the open file, which no longer has a name. Best effort: the new content is safe by now.
void wipe(int fd) {
    struct stat status {};
    if (fd < 0 || fstat(fd, &status) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        return;
    }
    const std::vector<std::uint8_t> zeros(static_cast<std::size_t>(std::max<off_t>(0, status.st_size)));
    (void)write_all(fd, zeros);
    (void)fsync(fd);
}

}  // namespace

Result<std::optional<std::vector<std::uint8_t>>> read_private_file(const std::string& path, std::uint64_t most_bytes) {
    const OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.valid() && errno == ENOENT) {
        return std::optional<std::vector<std::uint8_t>>();
    }
    struct stat status {};
    if (!file.valid() || fstat(file.get(), &status) != 0) {
        return io_error("cannot read " + path);
    }
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) > most_bytes) {
        return Error{ErrorCode::kLimit, path + " is no regular file, or too large"};
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return io_error("cannot read " + path);
        }
        done += static_cast<std::size_t>(count);
    }
    return std::optional(std::move(bytes));
}

Result<void> write_private_file(const std::string& path, std::span<const std::uint8_t> bytes) {
    const fs::path folder = fs::path(path).parent_path();
    std::error_code error;
    if (!folder.empty() && fs::create_directories(folder, error)) {
        fs::permissions(folder, fs::perms::owner_all, error);
    }
    std::string pattern = path + ".XXXXXX";
    const OwnedFd file(mkostemp(pattern.data(), O_CLOEXEC));  // mode 0600
    if (!file.valid()) {
        return io_error("cannot write beside " + path);
    }
    const OwnedFd before(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW));
    if (!write_all(file.get(), bytes) || fsync(file.get()) != 0 || rename(pattern.c_str(), path.c_str()) != 0) {
        Error problem = io_error("cannot write " + path);
        (void)unlink(pattern.c_str());
        return problem;
    }
    wipe(before.get());
    return {};
}

}  // namespace bonafide::engine
