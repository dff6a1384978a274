#include "engine/front/camera_gallery.h"

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

constexpr const char* kEnding = ".fingerprint";
constexpr std::size_t kLongestName = 64;

Error io_error(const std::string& what) {
    return {ErrorCode::kIo, what + ": " + std::strerror(errno)};
}

bool plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Result<void> CameraGallery::check_name(const std::string& name) {
    const bool fits =
        !name.empty() && name.size() <= kLongestName && plain(name.front()) &&
        std::all_of(name.begin(), name.end(), [](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
    if (!fits) {
        return Error{ErrorCode::kUsage,
                     "a camera's name is made of 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter "
                     "or digit"};
    }
    return {};
}

std::string CameraGallery::path_of(const std::string& name) const {
    ENSURE(check_name(name).ok());
    return folder_ + "/" + name + kEnding;
}

bool CameraGallery::holds(const std::string& name) const {
    std::error_code error;
    return fs::is_regular_file(path_of(name), error);
}

Result<std::vector<std::string>> CameraGallery::names() const {
    std::vector<std::string> names;
    std::error_code error;
    if (!fs::exists(folder_, error)) {
        return names;
    }
    fs::directory_iterator walk(folder_, error);
    for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
        const fs::path& path = walk->path();
        const std::string name = path.stem().string();
        if (path.extension() == kEnding && check_name(name).ok()) {
            names.push_back(name);
        }
    }
    if (error) {
        return Error{ErrorCode::kIo, "cannot read the gallery " + folder_ + ": " + error.message()};
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<CameraFile> CameraGallery::read(const std::string& name) const {
    const OwnedFd file(open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file.valid() || fstat(file.get(), &status) != 0) {
        return io_error("cannot read " + path_of(name));
    }
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) > kMostCameraFileBytes) {
        return Error{ErrorCode::kInvalid, "this is no camera fingerprint"};
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return io_error("cannot read " + path_of(name));
        }
        done += static_cast<std::size_t>(count);
    }
    return parse_camera_file(bytes);
}

Result<void> CameraGallery::write(const std::string& name, std::span<const std::uint8_t> bytes) const {
    std::error_code error;
    if (fs::create_directories(folder_, error)) {
        fs::permissions(folder_, fs::perms::owner_all, error);
    }
    std::string pattern = folder_ + "/.enroll-XXXXXX";
    const OwnedFd file(mkostemp(pattern.data(), O_CLOEXEC));  // mode 0600
    if (!file.valid()) {
        return io_error("cannot write into the gallery " + folder_);
    }
    const auto give_up = [&] {
        Error problem = io_error("cannot write the fingerprint into " + folder_);
        (void)unlink(pattern.c_str());
        return problem;
    };
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = ::write(file.get(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return give_up();
        }
        done += static_cast<std::size_t>(count);
    }
    if (fsync(file.get()) != 0 || rename(pattern.c_str(), path_of(name).c_str()) != 0) {
        return give_up();
    }
    return {};
}

Result<void> CameraGallery::remove(const std::string& name) const {
    if (unlink(path_of(name).c_str()) != 0) {
        return errno == ENOENT ? Error{ErrorCode::kUsage, "no camera is named '" + name + "' in the gallery " + folder_}
                               : io_error("cannot delete " + path_of(name));
    }
    return {};
}

}  // namespace bonafide::engine
