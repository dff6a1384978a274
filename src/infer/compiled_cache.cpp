#include "infer/compiled_cache.h"

#include "base/hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

namespace bonafide::infer {
namespace {

constexpr std::string_view kMark = "bonafide.compiled/1 ";
constexpr std::size_t kHeaderBytes = kMark.size() + 64 + 1;
constexpr std::size_t kLargestFileBytes = std::size_t{1} << 30;

std::string header_of(std::string_view compiled) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(compiled.data());
    return std::string(kMark) + sha256_hex(std::span(bytes, compiled.size())) + "\n";
}

/// Only files that this user or the administrator alone may write are believed: a compiled model is as good as code.
bool is_ours(const struct stat& status) {
    return S_ISREG(status.st_mode) && (status.st_uid == geteuid() || status.st_uid == 0) &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<std::string> read_whole(int fd, std::size_t size) {
    std::string text(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = ::read(fd, text.data() + done, size - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        done += static_cast<std::size_t>(count);
    }
    return text;
}

bool write_whole(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

std::optional<std::string> CompiledCache::load(const std::string& key) const {
    if (folder_.empty()) return std::nullopt;
    const int fd = ::open(path_of(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    struct stat status {};
    std::optional<std::string> text;
    if (fstat(fd, &status) == 0 && is_ours(status) && status.st_size > static_cast<off_t>(kHeaderBytes) &&
        status.st_size <= static_cast<off_t>(kLargestFileBytes)) {
        text = read_whole(fd, static_cast<std::size_t>(status.st_size));
    }
    ::close(fd);
    if (!text) return std::nullopt;
    const std::string_view compiled = std::string_view(*text).substr(kHeaderBytes);
    if (std::string_view(*text).substr(0, kHeaderBytes) != header_of(compiled)) return std::nullopt;
    return std::string(compiled);
}

Result<void> CompiledCache::save(const std::string& key, const std::string& compiled) const {
    if (folder_.empty()) return {};
    const auto failed = [&](const std::string& why) {
        return Error{ErrorCode::kIo, "cannot keep a compiled model in " + folder_ + ": " + why};
    };
    std::error_code code;
    if (std::filesystem::create_directories(folder_, code)) {
        std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, code);
    }
    if (code) return failed(code.message());
    std::string temporary = folder_ + "/" + key + ".XXXXXX";
    const int fd = mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return failed(std::strerror(errno));
    bool written = write_whole(fd, header_of(compiled)) && write_whole(fd, compiled) && fsync(fd) == 0;
    written = ::close(fd) == 0 && written;
    if (!written || std::rename(temporary.c_str(), path_of(key).c_str()) != 0) {
        const std::string why = std::strerror(errno);
        ::unlink(temporary.c_str());
        return failed(why);
    }
    return {};
}

}  // namespace bonafide::infer
