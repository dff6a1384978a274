#include "engine/front/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bonafide::engine {
namespace {

/// Above every number a child's descriptor is given, so that moving one into place never overwrites another.
constexpr int kHighFd = 64;

}  // namespace

void OwnedFd::reset() {
    if (fd_ >= 0) {
        close(fd_);
        fd_ = -1;
    }
}

Result<Pipe> Pipe::make() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return Error{ErrorCode::kIo, std::string("cannot make a pipe: ") + std::strerror(errno)};
    }
    Pipe result;
    result.reader = OwnedFd(ends[0]);
    result.writer = OwnedFd(ends[1]);
    return result;
}

Result<OwnedFd> file_in_memory(const char* what, std::span<const std::uint8_t> bytes) {
    OwnedFd file(memfd_create(what, MFD_CLOEXEC));
    std::size_t done = 0;
    while (file.valid() && done < bytes.size()) {
        const ssize_t count = write(file.get(), bytes.data() + done, bytes.size() - done);
        if (count <= 0 && errno != EINTR) {
            break;
        }
        done += static_cast<std::size_t>(std::max<ssize_t>(0, count));
    }
    if (!file.valid() || done < bytes.size() || lseek(file.get(), 0, SEEK_SET) != 0) {
        return Error{ErrorCode::kIo, std::string("cannot hand over the ") + what + ": " + std::strerror(errno)};
    }
    return file;
}

Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& arguments,
                    const std::vector<std::pair<int, int>>& descriptors) {
    posix_spawn_file_actions_t actions;
    ENSURE(posix_spawn_file_actions_init(&actions) == 0);
    std::vector<OwnedFd> moved;
    int highest = STDERR_FILENO;
    for (const auto& [here, there] : descriptors) {
        moved.emplace_back(fcntl(here, F_DUPFD_CLOEXEC, kHighFd));
        (void)posix_spawn_file_actions_adddup2(&actions, moved.back().get(), there);
        highest = std::max(highest, there);
    }
    // A connection or a database that somebody forgot to mark close-on-exec must not reach the process that parses
    // untrusted bytes.
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, highest + 1);
    std::vector<char*> argv;
    std::string name = program;
    argv.push_back(name.data());
    std::vector<std::string> copies = arguments;
    for (std::string& argument : copies) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    // Nothing of the caller's environment reaches the process that parses untrusted bytes. One malloc arena a core
    // keeps its memory small; large pages spare the kernel time with planes of pixels, and so do planes that are not
    // given back to it before the next one is made: frames of films come by the thousand.
    std::string locale = "LC_ALL=C.UTF-8", arenas = "MALLOC_ARENA_MAX=4",
                pages =
                    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:"
                    "glibc.malloc.trim_threshold=67108864";
#ifdef BONAFIDE_SANITIZED
    std::string sanitizers =
        "TBB_ENABLE_SANITIZERS=1";  // oneTBB otherwise loads a helper in a way the address sanitizer refuses
    char* environment[] = {locale.data(), arenas.data(), pages.data(), sanitizers.data(), nullptr};
#else
    char* environment[] = {locale.data(), arenas.data(), pages.data(), nullptr};
#endif

    posix_spawnattr_t attributes;
    ENSURE(posix_spawnattr_init(&attributes) == 0);
    sigset_t none;
    sigemptyset(&none);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    pid_t child = -1;
    const int failed = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        return Error{ErrorCode::kIo, "cannot start " + program + ": " + std::strerror(failed)};
    }
    return child;
}

}  // namespace bonafide::engine
