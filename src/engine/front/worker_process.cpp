#include "engine/front/worker_process.h"

#include "engine/front/spawn.h"
#include "engine/protocol/frame.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

namespace bonafide::engine {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTickMs = 20;  ///< how often memory and time are looked at
constexpr std::size_t kMostLastWords = 16 * 1024;
constexpr std::uint64_t kMostSentBytes = 2ULL << 30;      ///< maps of the largest picture, and some
constexpr int kUsageExit = 64, kNoInstallationExit = 78;  ///< as apps/worker answers (sysexits.h)

std::string in_mib(std::uint64_t bytes) {
    return std::to_string(bytes >> 20) + " MiB";
}

/// Resident memory of `process`, bytes; 0 where it cannot be read (the process is gone).
std::uint64_t resident_bytes(pid_t process) {
    std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
    std::uint64_t size = 0, resident = 0;
    statm >> size >> resident;
    return statm ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

/// Reads what is there; false at the end.
bool drain(int fd, std::vector<std::uint8_t>& bytes) {
    std::array<std::uint8_t, 1 << 16> buffer{};
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count > 0) {
        bytes.assign(buffer.begin(), buffer.begin() + count);
        return true;
    }
    bytes.clear();
    return count < 0 && (errno == EINTR || errno == EAGAIN);
}

/// Watches one worker from its start to its end.
class Watch {
  public:
    Watch(pid_t process, const Limits& limits, OwnedFd output, OwnedFd errors, const std::atomic<bool>* asked_to_stop)
        : process_(process),
          limits_(limits),
          asked_to_stop_(asked_to_stop),
          output_(std::move(output)),
          errors_(std::move(errors)),
          parser_(kMostSentBytes),
          deadline_(Clock::now() +
                    std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.time_s))) {}

    WorkerEnd run() {
        int status = 0;
        while (waitpid(process_, &status, WNOHANG) == 0) {
            listen(output_.valid() || errors_.valid() ? kTickMs : 1);  // pipes closed: the end is a moment away
            if (asked_to_stop_ != nullptr && *asked_to_stop_) {
                stop(WorkerEnd::Kind::kStopped, "was stopped before it had come to an end");
            } else if (Clock::now() > deadline_) {
                stop(WorkerEnd::Kind::kTimedOut, "took longer than the limit of " +
                                                     std::to_string(static_cast<long long>(limits_.time_s)) +
                                                     " s (--timeout)");
            } else if (resident_bytes(process_) > limits_.memory_bytes) {
                stop(WorkerEnd::Kind::kOutOfMemory,
                     "needed more memory than the limit of " + in_mib(limits_.memory_bytes) + " (--max-memory)");
            }
        }
        while (output_.valid() || errors_.valid()) {
            if (!listen(0)) {
                break;  // somebody else holds the pipe open; all that was written has been read
            }
        }
        if (!stopped_) {
            judge(status);
        }
        return std::move(end_);
    }

  private:
    /// Takes in what the worker has written, waiting up to `wait_ms`; false where nothing came.
    bool listen(int wait_ms) {
        std::array<pollfd, 2> files{pollfd{output_.get(), POLLIN, 0},
                                    pollfd{errors_.get(), POLLIN, 0}};  // poll skips negative descriptors
        if (poll(files.data(), files.size(), wait_ms) <= 0) {
            return false;
        }
        std::vector<std::uint8_t> bytes;
        if (files[0].revents != 0) {
            if (!drain(output_.get(), bytes)) {
                output_.reset();
            }
            take(bytes);
        }
        if (files[1].revents != 0) {
            if (!drain(errors_.get(), bytes)) {
                errors_.reset();
            }
            const std::size_t room = kMostLastWords - std::min(kMostLastWords, end_.last_words.size());
            end_.last_words.append(bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
        }
        return true;
    }

    void take(const std::vector<std::uint8_t>& bytes) {
        if (stopped_ || bytes.empty()) {
            return;
        }
        auto frames = parser_.feed(bytes);
        if (!frames) {
            stop(WorkerEnd::Kind::kProtocol, frames.error().message);
            return;
        }
        for (Frame& frame : *frames) {
            if (frame.type == Frame::Type::kReport) {
                end_.report_json.assign(frame.payload.begin(), frame.payload.end());
            } else if (frame.type == Frame::Type::kArtifact) {
                end_.artifacts[frame.name] = std::move(frame.payload);
            }
        }
    }

    void stop(WorkerEnd::Kind kind, const std::string& explanation) {
        if (!stopped_) {
            stopped_ = true;
            end_.kind = kind;
            end_.explanation = explanation;
            kill(process_, SIGKILL);
        }
    }

    void judge(int status) {
        if (WIFSIGNALED(status)) {
            const int signal = WTERMSIG(status);
            end_.kind = signal == SIGXCPU ? WorkerEnd::Kind::kTimedOut : WorkerEnd::Kind::kCrashed;
            end_.explanation = std::string("the analysis process was stopped by signal ") + std::to_string(signal) +
                               " (" + strsignal(signal) + ")";
            return;
        }
        const int code = WEXITSTATUS(status);
        if (code == 0 && !end_.report_json.empty()) {
            end_.kind = WorkerEnd::Kind::kDelivered;
            return;
        }
        end_.kind = code == kUsageExit            ? WorkerEnd::Kind::kUsage
                    : code == kNoInstallationExit ? WorkerEnd::Kind::kNoInstallation
                                                  : WorkerEnd::Kind::kBroken;
        const std::string words = end_.last_words.substr(0, end_.last_words.find('\n'));
        end_.explanation =
            words.empty() ? "the analysis process ended with code " + std::to_string(code) + " and no report" : words;
    }

    pid_t process_;
    Limits limits_;
    const std::atomic<bool>* asked_to_stop_;
    OwnedFd output_, errors_;
    FrameParser parser_;
    Clock::time_point deadline_;
    WorkerEnd end_;
    bool stopped_ = false;
};

}  // namespace

Result<WorkerEnd> run_worker(const std::string& worker, const Job& job, int input_fd, int mask_fd,
                             const std::atomic<bool>* stop) {
    const std::string words = to_json(job);
    auto task = file_in_memory("job", {reinterpret_cast<const std::uint8_t*>(words.data()), words.size()});
    auto output = Pipe::make();
    auto errors = Pipe::make();
    const OwnedFd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!task || !output || !errors || !nowhere.valid()) {
        return Error{ErrorCode::kIo, "cannot prepare an analysis process (too many open files?)"};
    }
    std::vector<std::pair<int, int>> descriptors = {{task->get(), STDIN_FILENO},
                                                    {nowhere.get(), STDOUT_FILENO},
                                                    {errors->writer.get(), STDERR_FILENO},
                                                    {input_fd, kInputFd},
                                                    {output->writer.get(), kOutputFd}};
    if (mask_fd >= 0) {
        descriptors.emplace_back(mask_fd, kMaskFd);
    }
    const auto process = spawn(worker, {}, descriptors);
    output->writer.reset();
    errors->writer.reset();
    if (!process) {
        return process.error();
    }
    return Watch(*process, job.limits, std::move(output->reader), std::move(errors->reader), stop).run();
}

Result<std::string> describe_analyzers(const std::string& worker) {
    auto output = Pipe::make();
    if (!output) {
        return output.error();
    }
    const auto process = spawn(worker, {"--describe"}, {{output->writer.get(), STDOUT_FILENO}});
    output->writer.reset();
    if (!process) {
        return process.error();
    }
    std::string text;
    std::vector<std::uint8_t> bytes;
    while (drain(output->reader.get(), bytes)) {
        text.append(bytes.begin(), bytes.end());
    }
    int status = 0;
    (void)waitpid(*process, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return Error{ErrorCode::kInternal, worker + " could not describe its analyzers"};
    }
    return text;
}

}  // namespace bonafide::engine
