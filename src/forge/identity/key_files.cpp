#include "forge/identity/key_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace bonafide::forge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 64 * 1024;

Error io_error(const std::string& what, const std::string& path) {
    return {ErrorCode::kIo, what + " " + path + ": " + std::strerror(errno)};
}

/// A descriptor that closes itself.
struct File {
    int fd;
    ~File() {
        if (fd >= 0) {
            close(fd);
        }
    }
};

}  // namespace

Result<std::string> read_private(const std::string& path) {
    const File file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)};
    struct stat status {};
    if (file.fd < 0 || fstat(file.fd, &status) != 0) {
        return io_error("cannot read", path);
    }
    if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Error{ErrorCode::kUsage,
                     path + " holds a private key, but others may read it; `chmod 600` it, or delete it for a new one"};
    }
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while ((count = read(file.fd, buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
        if (text.size() > kMostBytes) {
            return Error{ErrorCode::kLimit, path + " is larger than any key"};
        }
    }
    return count < 0 ? Result<std::string>(io_error("cannot read", path)) : Result<std::string>(std::move(text));
}

Result<std::string> keep_private(const std::string& path, const std::string& text) {
    std::error_code error;
    const fs::path folder = fs::path(path).parent_path();
    fs::create_directories(folder, error);
    std::string draft = path + ".XXXXXX";
    const File file{mkostemp(draft.data(), O_CLOEXEC)};  // of mode 0600
    if (file.fd < 0) {
        return io_error("cannot write", path);
    }
    const bool written = write(file.fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         fsync(file.fd) == 0 && fchmod(file.fd, S_IRUSR | S_IWUSR) == 0;
    // link() does not replace: of two processes that make a key at once, the second takes the first one's.
    const bool placed = written && link(draft.c_str(), path.c_str()) == 0;
    const bool beaten = written && !placed && errno == EEXIST;
    const Error failure = io_error("cannot write", path);
    (void)unlink(draft.c_str());
    if (beaten) {
        return read_private(path);
    }
    return placed ? Result<std::string>(text) : Result<std::string>(failure);
}

}  // namespace bonafide::forge
