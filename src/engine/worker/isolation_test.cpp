#include "engine/worker/isolation.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

namespace bonafide::engine {
namespace {

/// Runs `action` in an isolated child and returns its answer (0 to 255); -1 where it died.
int isolated(const std::vector<std::string>& readable, const std::function<int(const Isolation&)>& action) {
    const pid_t child = fork();
    if (child == 0) {
        const Isolation isolation = isolate(Limits{}, readable);
        _exit(action(isolation));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool kernel_has_landlock() {
    return isolated({}, [](const Isolation& isolation) { return isolation.landlock_abi > 0 ? 1 : 0; }) == 1;
}

TEST(Isolation, SeccompIsInForceHere) {
    EXPECT_EQ(isolated({}, [](const Isolation& isolation) { return isolation.seccomp ? 1 : 0; }), 1);
}

TEST(Isolation, NoNetwork) {
    EXPECT_EQ(isolated({}, [](const Isolation&) { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0; }), EPERM);
    EXPECT_EQ(isolated({}, [](const Isolation&) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0; }), EPERM);
}

TEST(Isolation, NoNewProcessAndNoOtherProgram) {
    EXPECT_EQ(isolated({}, [](const Isolation&) { return fork() < 0 ? errno : 0; }), EPERM);
    EXPECT_EQ(isolated({},
                       [](const Isolation&) {
                           char name[] = "/bin/true";
                           char* argv[] = {name, nullptr};
                           execve(name, argv, nullptr);
                           return errno;
                       }),
              EPERM);
}

TEST(Isolation, ThreadsAreAllowed) {
    EXPECT_EQ(isolated({},
                       [](const Isolation&) {
                           int answer = 0;
                           std::thread([&] { answer = 7; }).join();
                           return answer;
                       }),
              7);
}

TEST(Isolation, NothingIsOpenedForWriting) {
    for (const int flags : {O_WRONLY | O_CREAT, O_RDWR, O_WRONLY | O_TRUNC, O_RDONLY | O_CREAT}) {
        EXPECT_EQ(isolated({"/tmp"},
                           [flags](const Isolation&) {
                               return open("/tmp/bonafide-isolation-test", flags, 0600) < 0 ? errno : 0;
                           }),
                  EPERM)
            << flags;
    }
    EXPECT_EQ(
        isolated({"/tmp"}, [](const Isolation&) { return unlink("/tmp/bonafide-isolation-test") < 0 ? errno : 0; }),
        EPERM);
}

TEST(Isolation, OnlyTheNamedFoldersAreReadable) {
    if (!kernel_has_landlock()) {
        GTEST_SKIP() << "NOTICE: this kernel has no Landlock; reports made here say so";
    }
    EXPECT_EQ(isolated({}, [](const Isolation&) { return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0; }), EACCES);
    EXPECT_EQ(isolated({"/etc"}, [](const Isolation&) { return open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 0; }), 1);
}

TEST(Isolation, OtherProcessesAreOutOfReach) {
    EXPECT_EQ(isolated({}, [](const Isolation&) { return kill(getppid(), 0) < 0 ? errno : 0; }), EPERM);
}

}  // namespace
}  // namespace bonafide::engine
