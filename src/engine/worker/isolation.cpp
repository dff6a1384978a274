// Landlock: Linux kernel documentation, userspace-api/landlock. seccomp: libseccomp's filter of system calls.
#include "engine/worker/isolation.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace bonafide::engine {
namespace {

// Rights that newer kernels know and Debian 12's headers do not name yet (kernel documentation, Landlock ABI 3 to 6).
constexpr std::uint64_t kAccessFsTruncate = 1ULL << 14;
constexpr std::uint64_t kAccessFsIoctlDevice = 1ULL << 15;
constexpr std::uint64_t kAccessNetTcp = 3;
constexpr std::uint64_t kScopeAll = 3;

struct RulesetAttributes {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};

std::uint64_t file_rights(int abi) {
    std::uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // ABI 1: execute to make_sym
    if (abi >= 2) {
        rights |= LANDLOCK_ACCESS_FS_REFER;
    }
    if (abi >= 3) {
        rights |= kAccessFsTruncate;
    }
    if (abi >= 5) {
        rights |= kAccessFsIoctlDevice;
    }
    return rights;
}

/// Returns the ABI in force, 0 where there is none.
int restrict_files(const std::vector<std::string>& readable) {
    const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return 0;
    }
    RulesetAttributes attributes{file_rights(static_cast<int>(abi)), abi >= 4 ? kAccessNetTcp : 0,
                                 abi >= 6 ? kScopeAll : 0};
    const std::size_t size = abi >= 6   ? sizeof(attributes)
                             : abi >= 4 ? 2 * sizeof(std::uint64_t)
                                        : sizeof(std::uint64_t);
    const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
    if (ruleset < 0) {
        return 0;
    }
    for (const std::string& folder : readable) {
        const int parent = open(folder.c_str(), O_PATH | O_CLOEXEC);
        if (parent < 0) {
            continue;  // a folder that is not there needs no right
        }
        landlock_path_beneath_attr rule{};
        rule.parent_fd = parent;
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
        (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(parent);
    }
    const long restricted = syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
    return restricted == 0 ? static_cast<int>(abi) : 0;
}

/// Calls that looking at a file never needs: they answer EPERM, so that a library that merely probes goes on.
constexpr std::array kForbidden = {SCMP_SYS(socket),
                                   SCMP_SYS(socketpair),
                                   SCMP_SYS(connect),
                                   SCMP_SYS(bind),
                                   SCMP_SYS(listen),
                                   SCMP_SYS(accept),
                                   SCMP_SYS(accept4),
                                   SCMP_SYS(execve),
                                   SCMP_SYS(execveat),
                                   SCMP_SYS(fork),
                                   SCMP_SYS(vfork),
                                   SCMP_SYS(ptrace),
                                   SCMP_SYS(process_vm_readv),
                                   SCMP_SYS(process_vm_writev),
                                   SCMP_SYS(pidfd_open),
                                   SCMP_SYS(pidfd_getfd),
                                   SCMP_SYS(pidfd_send_signal),
                                   SCMP_SYS(kill),
                                   SCMP_SYS(mount),
                                   SCMP_SYS(umount2),
                                   SCMP_SYS(pivot_root),
                                   SCMP_SYS(chroot),
                                   SCMP_SYS(setns),
                                   SCMP_SYS(unshare),
                                   SCMP_SYS(bpf),
                                   SCMP_SYS(perf_event_open),
                                   SCMP_SYS(userfaultfd),
                                   SCMP_SYS(io_uring_setup),
                                   SCMP_SYS(io_uring_enter),
                                   SCMP_SYS(io_uring_register),
                                   SCMP_SYS(add_key),
                                   SCMP_SYS(request_key),
                                   SCMP_SYS(keyctl),
                                   SCMP_SYS(init_module),
                                   SCMP_SYS(finit_module),
                                   SCMP_SYS(delete_module),
                                   SCMP_SYS(reboot),
                                   SCMP_SYS(kexec_load),
                                   SCMP_SYS(swapon),
                                   SCMP_SYS(swapoff),
                                   SCMP_SYS(name_to_handle_at),
                                   SCMP_SYS(open_by_handle_at),
                                   SCMP_SYS(setuid),
                                   SCMP_SYS(setgid),
                                   SCMP_SYS(setreuid),
                                   SCMP_SYS(setregid),
                                   SCMP_SYS(setresuid),
                                   SCMP_SYS(setresgid),
                                   SCMP_SYS(setgroups),
                                   SCMP_SYS(capset),
                                   SCMP_SYS(mknod),
                                   SCMP_SYS(mknodat),
                                   SCMP_SYS(link),
                                   SCMP_SYS(linkat),
                                   SCMP_SYS(symlink),
                                   SCMP_SYS(symlinkat),
                                   SCMP_SYS(rename),
                                   SCMP_SYS(renameat),
                                   SCMP_SYS(renameat2),
                                   SCMP_SYS(unlink),
                                   SCMP_SYS(unlinkat),
                                   SCMP_SYS(mkdir),
                                   SCMP_SYS(mkdirat),
                                   SCMP_SYS(rmdir),
                                   SCMP_SYS(chmod),
                                   SCMP_SYS(fchmodat),
                                   SCMP_SYS(chown),
                                   SCMP_SYS(lchown),
                                   SCMP_SYS(fchownat),
                                   SCMP_SYS(truncate),
                                   SCMP_SYS(creat),
                                   SCMP_SYS(utime),
                                   SCMP_SYS(utimes),
                                   SCMP_SYS(utimensat),
                                   SCMP_SYS(futimesat),
                                   SCMP_SYS(setxattr),
                                   SCMP_SYS(lsetxattr),
                                   SCMP_SYS(removexattr),
                                   SCMP_SYS(lremovexattr),
                                   SCMP_SYS(inotify_init),
                                   SCMP_SYS(inotify_init1),
                                   SCMP_SYS(fanotify_init),
                                   SCMP_SYS(settimeofday),
                                   SCMP_SYS(clock_settime),
                                   SCMP_SYS(personality),
                                   SCMP_SYS(quotactl),
                                   SCMP_SYS(acct)};

bool forbid(scmp_filter_ctx filter, int call, unsigned argument, std::uint64_t mask, std::uint64_t value) {
    const scmp_arg_cmp comparison{argument, SCMP_CMP_MASKED_EQ, mask, value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &comparison) == 0;
}

bool restrict_calls() {
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) {
        return false;
    }
    bool complete = true;
    for (const int call : kForbidden) {
        complete &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) == 0;
    }
    // Opening for writing, by any of the two calls that take flags; openat2 and clone3 hide theirs behind a pointer, so
    // they do not exist here (libraries fall back to the older calls).
    for (const auto& [call, argument] : {std::pair{SCMP_SYS(open), 1U}, std::pair{SCMP_SYS(openat), 2U}}) {
        complete &= forbid(filter, call, argument, O_ACCMODE, O_WRONLY);
        complete &= forbid(filter, call, argument, O_ACCMODE, O_RDWR);
        complete &= forbid(filter, call, argument, O_CREAT, O_CREAT);
        complete &= forbid(filter, call, argument, O_TRUNC, O_TRUNC);
    }
    complete &= forbid(filter, SCMP_SYS(clone), 0, CLONE_THREAD, 0);  // a new thread is fine, a new process is not
    complete &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) == 0;
    complete &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
    const bool loaded = seccomp_load(filter) == 0;
    seccomp_release(filter);
    return loaded && complete;
}

void set_limit(int resource, rlim_t value) {
    const rlimit limit{value, value};
    (void)setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

}  // namespace

Isolation isolate(const Limits& limits, const std::vector<std::string>& readable) {
    Isolation isolation;
    // The front kills a worker that outgrows its resident limit or its time; these stop it earlier and even where
    // nobody watches.
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_NOFILE, 256);
    set_limit(RLIMIT_CPU, static_cast<rlim_t>(limits.time_s * 64) + 1);
#ifndef BONAFIDE_SANITIZED  // the sanitizers' shadow memory is larger than any sane limit
    rlimit data{static_cast<rlim_t>(limits.memory_bytes), static_cast<rlim_t>(limits.memory_bytes)};
    isolation.memory_limit = setrlimit(RLIMIT_DATA, &data) == 0;
#endif
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        isolation.lacking.emplace_back("this kernel cannot bar new privileges");
    }
    isolation.landlock_abi = restrict_files(readable);
    if (isolation.landlock_abi == 0) {
        isolation.lacking.emplace_back(
            "this kernel offers no Landlock: files could be opened for reading during the analysis");
    }
    isolation.seccomp = restrict_calls();
    if (!isolation.seccomp) {
        isolation.lacking.emplace_back(
            "this kernel offers no seccomp filter: network and new processes were not barred");
    }
    return isolation;
}

}  // namespace bonafide::engine
