#include "commands.h"
#include "engine/front/scan.h"
#include "output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

namespace bonafide::cli {
namespace {

void complain(const std::string& message) {
    std::fprintf(stderr, "bonafide: %s\n", message.c_str());
}

/// Standard input as a file without a name that the worker can seek in; refused as soon as it outgrows the limit.
Result<engine::OwnedFd> spool_standard_input(std::uint64_t most_bytes) {
    const char* given = std::getenv("TMPDIR");
    engine::OwnedFd file(open(given != nullptr ? given : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file.valid()) {
        return Error{ErrorCode::kIo,
                     std::string("cannot keep standard input in a temporary file: ") + std::strerror(errno)};
    }
    std::array<char, 1 << 16> buffer{};
    std::uint64_t size = 0;
    for (;;) {
        const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return Error{ErrorCode::kIo, std::string("cannot read standard input: ") + std::strerror(errno)};
        }
        if (count == 0) {
            return file;
        }
        size += static_cast<std::uint64_t>(count);
        if (size > most_bytes) {
            return Error{ErrorCode::kLimit,
                         "it is larger than the limit of " + std::to_string(most_bytes) + " bytes (--max-size)"};
        }
        for (ssize_t done = 0; done < count;) {
            const ssize_t put = write(file.get(), buffer.data() + done, static_cast<std::size_t>(count - done));
            if (put < 0) {
                return Error{ErrorCode::kIo, std::string("cannot keep standard input: ") + std::strerror(errno)};
            }
            done += put;
        }
    }
}

/// Tells a terminal how far a scan is; its length is not known beforehand.
class Progress {
  public:
    explicit Progress(bool shown) : shown_(shown) {}
    void advance(const std::string& path) {
        ++done_;
        if (shown_) {
            const std::string name = std::filesystem::path(path).filename().string();
            std::fprintf(stderr, "\r\033[K%zu checked, last: %.60s", done_, printable(name).c_str());
        }
    }
    void clear() const {
        if (shown_ && done_ > 0) {
            std::fputs("\r\033[K", stderr);
        }
    }

  private:
    static std::string printable(std::string name) {
        std::replace_if(
            name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
        return name;
    }
    bool shown_;
    std::size_t done_ = 0;
};

bool is_single(const CheckRequest& request) {
    std::error_code error;
    return request.paths.size() == 1 && !std::filesystem::is_directory(request.paths.front(), error);
}

int check_standard_input(const CheckRequest& request, const engine::Installation& installation, Output& output) {
    const auto file = spool_standard_input(request.job.limits.size_bytes);
    auto checked = file ? engine::check_fd(file->get(), "-", request.job, installation)
                        : Result<engine::Checked>(engine::failed_check("-", request.job, file.error().message));
    if (!checked) {
        complain(checked.error().message);
        return kFailed;
    }
    if (auto written = output.write({"-", ""}, *checked); !written) {
        complain(written.error().message);
        return kFailed;
    }
    return exit_code_of(checked->report.verdict);
}

int check_files(const CheckRequest& request, const engine::Installation& installation, Output& output) {
    ExitCode code = output.earlier_exit_code();
    Progress progress(request.progress && !request.quiet && !is_single(request));
    engine::InputWalk walk(request.paths);
    engine::Job job = request.job;
    const int processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const int jobs = is_single(request) ? 1 : request.jobs > 0 ? request.jobs : processors;
    job.threads = std::max(1, processors / jobs);
    const auto scanned = engine::scan(
        walk, job, jobs, installation, [&](const engine::InputItem& item) { return !output.reported(item.path); },
        [&](const engine::InputItem& item, const engine::Checked& checked) {
            progress.clear();
            if (auto written = output.write(item, checked); !written) {
                complain(written.error().message);
                code = kFailed;
                return false;
            }
            if (request.verbose && !checked.last_words.empty()) {
                std::fprintf(stderr, "%s\n", checked.last_words.c_str());
            }
            code = graver(code, exit_code_of(checked.report.verdict));
            progress.advance(item.path);
            return true;
        });
    progress.clear();
    if (!scanned) {
        complain(scanned.error().message);
        return kFailed;
    }
    return code;
}

}  // namespace

int run_check(const CheckRequest& request, const engine::Installation& installation) {
    const bool standard_input = std::find(request.paths.begin(), request.paths.end(), "-") != request.paths.end();
    if (standard_input && request.paths.size() > 1) {
        complain("`-` (standard input) cannot be combined with files");
        return kFailed;
    }
    auto output = Output::open(request, is_single(request), installation);
    if (!output) {
        complain(output.error().message);
        return kFailed;
    }
    const int code = standard_input ? check_standard_input(request, installation, *output)
                                    : check_files(request, installation, *output);
    if (auto finished = output->finish(); !finished) {
        complain(finished.error().message);
        return kFailed;
    }
    return code;
}

}  // namespace bonafide::cli
