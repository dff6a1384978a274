#include "engine/front/check.h"

#include "base/hash.h"
#include "base/version.h"
#include "engine/front/spawn.h"
#include "engine/front/worker_process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>

namespace bonafide::engine {
namespace {

/// The part of a report that the front knows by itself and does not take from the worker.
void stamp(report::Report& report, const std::string& path, const Job& job, const FileDigest& digest) {
    report.tool_version = kVersion;
    report.tool_revision = kRevision;
    report.prior = job.prior;
    report.input.path = path;
    report.input.sha256 = digest.sha256;
    report.input.size_bytes = digest.size_bytes;
    report.case_record = job.case_record;
}

void note_time(Job& job) {
    if (job.case_record && job.case_record->examined_at.empty()) {
        const std::time_t now = std::time(nullptr);
        std::tm utc{};
        char text[32];
        gmtime_r(&now, &utc);
        (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
        job.case_record->examined_at = text;
    }
}

OwnedFd open_for_reading(const std::string& path) {
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    return OwnedFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

void fail(report::Report& report, const std::string& why) {
    report.verdict = report::Verdict::kFailed;
    report.llr.reset();
    report.probability.reset();
    report.failure = why;
    report.summary = "The file could not be analysed: " + why + ". This says nothing about whether it is genuine.";
    if (report.h1.empty()) {
        report.h1 = "The file was manipulated or generated.";
        report.h0 = "The file is as it was recorded.";
    }
}

Result<Checked> from_worker(WorkerEnd end, const std::string& path, const Job& job, const FileDigest& digest) {
    Checked checked;
    checked.last_words = std::move(end.last_words);
    checked.worker_died = end.kind == WorkerEnd::Kind::kCrashed;
    checked.stopped = end.kind == WorkerEnd::Kind::kStopped;
    if (end.kind == WorkerEnd::Kind::kUsage) {
        return Error{ErrorCode::kUsage, end.explanation};
    }
    if (end.kind == WorkerEnd::Kind::kNoInstallation) {
        return Error{ErrorCode::kInternal, end.explanation};
    }
    if (end.kind == WorkerEnd::Kind::kDelivered) {
        auto report = report::read_report(end.report_json);
        if (report) {
            checked.report = std::move(*report);
            checked.artifacts = std::move(end.artifacts);
        } else {
            fail(checked.report,
                 "the analysis process sent a report that does not hold together (" + report.error().message + ")");
        }
    } else {
        fail(checked.report, end.explanation);
    }
    stamp(checked.report, path, job, digest);
    return checked;
}

}  // namespace

Checked failed_check(const std::string& shown_path, const Job& asked, const std::string& why) {
    Checked checked;
    Job job = asked;
    note_time(job);
    checked.report.input.media_type = "application/octet-stream";
    checked.report.input.kind = "unknown";
    stamp(checked.report, shown_path, job, {});
    fail(checked.report, why);
    return checked;
}

Result<Checked> check_fd(int fd, const std::string& shown_path, Job job, const Installation& installation,
                         const std::atomic<bool>* stop) {
    note_time(job);
    struct stat status {};
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return failed_check(shown_path, job, S_ISDIR(status.st_mode) ? "it is a folder" : "it is no regular file");
    }
    if (static_cast<std::uint64_t>(status.st_size) > job.limits.size_bytes) {
        return failed_check(
            shown_path, job,
            "it is larger than the limit of " + std::to_string(job.limits.size_bytes) + " bytes (--max-size)");
    }
    const auto before = sha256_of_fd(fd);
    if (!before) {
        return failed_check(shown_path, job, before.error().message);
    }
    job.path = shown_path;
    job.sha256 = before->sha256;
    job.data_folder = installation.data_folder;
    job.model_folders = installation.model_folders;
    if (job.threads <= 0) {
        job.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    }
    OwnedFd mask;
    if (!job.mask.empty()) {
        mask = open_for_reading(job.mask);
        if (!mask.valid()) {
            return failed_check(shown_path, job, "its mask cannot be opened: " + std::string(std::strerror(errno)));
        }
    }
    auto end = run_worker(installation.worker, job, fd, mask.get(), stop);
    if (!end) {
        return Error{ErrorCode::kInternal, end.error().message};
    }
    auto checked = from_worker(std::move(*end), shown_path, job, *before);
    if (!checked) {
        return checked;
    }
    report::Input& input = checked->report.input;
    if (input.media_type.empty()) {
        input.media_type = "application/octet-stream";
        input.kind = "unknown";
    }
    const auto after = sha256_of_fd(fd);
    input.sha256_after = after ? after->sha256 : "";
    if (input.sha256_after != input.sha256) {
        fail(checked->report, "the file changed while it was being analysed");
    }
    return checked;
}

Result<Checked> check_file(const std::string& path, Job job, const Installation& installation) {
    const OwnedFd file = open_for_reading(path);
    if (!file.valid()) {
        return failed_check(path, job, std::string("it cannot be opened: ") + std::strerror(errno));
    }
    return check_fd(file.get(), path, std::move(job), installation);
}

}  // namespace bonafide::engine
