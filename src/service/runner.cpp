#include "service/runner.h"

#include "service/case_file.h"
#include "service/results.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

namespace bonafide::service {
namespace {

using Clock = std::chrono::steady_clock;

/// How often the queue is looked at although nobody said that something waits: for attempts that are due again.
constexpr std::chrono::milliseconds kLook{500};
/// How long a check whose results found no room on the disk waits, milliseconds.
constexpr std::int64_t kNoSpaceWaitMs = 15'000;
/// How long a stop waits for analyses that were told to end.
constexpr std::chrono::seconds kLastWait{10};
/// Tries to get a check, half a second apart, for each line about their failure.
constexpr int kTriesALine = 60;
/// Tries to record the end of a check, a second apart, where the database is there but does not take it.
constexpr int kRecordTries = 10;

/// The step of niceness (nice(2)) by which analyses stand back.
constexpr int kStandBack = 5;

/// Lets this thread, and the workers that it starts, leave the processors to requests: Linux keeps a niceness a thread.
void stand_back() {
    (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kStandBack);
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::int64_t wait_after(int attempts) {
    return std::min(kLongestWaitMs, std::int64_t{1000} << std::clamp(attempts - 1, 0, 20));
}

Runner::Runner(Place place)
    : place_(std::move(place)),
      leases_({place_.options, place_.folder, place_.store, place_.hub, place_.log,
               [this](const std::string& id) { cancel(id); }, [this] { notify(); }, place_.ended}) {}

Runner::~Runner() {
    stop(0);
}

void Runner::start() {
    if (place_.shared) {
        leases_.start();
    }
    const int jobs = place_.options.jobs > 0 ? place_.options.jobs
                                             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int job = 0; job < jobs; ++job) {
        threads_.emplace_back([this] {
            stand_back();
            run();
        });
    }
}

void Runner::notify() {
    const std::lock_guard lock(mutex_);
    work_waits_ = true;
    news_.notify_one();
}

void Runner::cancel(const std::string& id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = stops_.find(id); found != stops_.end()) {
        found->second = true;
    }
}

void Runner::stop(int drain_s) {
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        news_.notify_all();
        const auto idle = [this] { return busy_ == 0; };
        if (!news_.wait_for(lock, std::chrono::seconds(drain_s), idle)) {
            for (auto& [id, stop] : stops_) {
                stop = true;
            }
            (void)news_.wait_for(lock, kLastWait, idle);
        }
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
    leases_.stop();
}

void Runner::wait_for_work() {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, kLook, [this] { return work_waits_ || stopping_; });
    work_waits_ = false;
}

bool Runner::is_stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void Runner::run() {
    for (int failures = 0;;) {
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                return;
            }
            ++busy_;
        }
        const auto claim = place_.store.claim();
        if (claim && *claim) {
            leases_.hold(**claim);
            try {
                work(**claim);
            } catch (const std::exception& exception) {
                settle(**claim, exception.what(), false);
            }
            leases_.let_go(**claim);
        }
        {
            const std::lock_guard lock(mutex_);
            --busy_;
            if (claim && *claim) {
                stops_.erase((*claim)->id);
            }
            news_.notify_all();
        }
        // A database that is away for long must not fill the log.
        if (!claim && failures++ % kTriesALine == 0) {
            place_.log.error("queue.failed", {{"error", claim.error().message}});
        }
        failures = claim ? 0 : failures;
        if (!claim || !*claim) {
            wait_for_work();
        }
    }
}

void Runner::work(const Claim& claim) {
    std::atomic<bool>* stop = nullptr;
    {
        const std::lock_guard lock(mutex_);
        stop = &stops_[claim.id];
    }
    place_.hub.changed(claim.id);
    const Clock::time_point start = Clock::now();
    const auto checked = analyse(claim, *stop);
    const char* end = "done";
    if (checked && checked->stopped) {
        // Deleted, or the service stops: then the next start takes it up again.
        const auto released = place_.store.release(claim);
        if (released && !*released) {
            forget(claim);
        }
        end = "stopped";
    } else if (!checked || checked->worker_died) {
        settle(claim, checked ? *checked->report.failure : checked.error().message, false);
        end = "died";
    } else {
        finish(claim, *checked);
    }
    const double seconds = seconds_since(start);
    place_.metrics.count_check(end, seconds);
    place_.log.info("check.ended",
                    {{"check", claim.id}, {"attempt", claim.attempts}, {"end", end}, {"seconds", seconds}});
    place_.hub.changed(claim.id);
}

int Runner::share_of_processors() {
    const std::lock_guard lock(mutex_);
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency() / std::max<std::size_t>(1, stops_.size())));
}

Result<engine::Checked> Runner::analyse(const Claim& claim, const std::atomic<bool>& stop) {
    const engine::OwnedFd media(
        ::open(place_.folder.media(claim.id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!media.valid()) {
        return disk_error("open an upload");
    }
    auto case_record = read_case(place_.folder, claim.id);
    if (!case_record) {
        return case_record.error();
    }
    engine::Job job;
    job.limits = place_.options.limits;
    job.cache_folder = place_.options.cache_folder;
    job.threads = share_of_processors();
    // The document carries its date, even where nobody names the case.
    job.case_record = std::move(*case_record);
    // Both show the media itself.
    job.presentation = job.preview = !place_.options.no_media;
    // Maps come with what is shown, no larger than that: drawn as large as the picture they would hold nothing more,
    // and take longer than many an analyzer.
    job.maps = !job.presentation;
    return engine::check_fd(media.get(), claim.file_name, job, place_.installation, &stop);
}

void Runner::finish(const Claim& claim, const engine::Checked& checked) {
    const auto outcome = write_results(place_.folder, claim, checked, place_.documents.notes(), place_.key);
    if (!outcome) {
        settle(claim, outcome.error().message, outcome.error().code == ErrorCode::kLimit);
        return;
    }
    const Result<bool> finished = record(claim, *outcome);
    if (!finished) {
        settle(claim, finished.error().message, finished.error().code == ErrorCode::kLimit);
        return;
    }
    if (!*finished) {
        forget(claim);
        return;
    }
    if (place_.options.no_media) {
        place_.folder.remove_media(claim.id);
    }
    place_.ended();
}

Result<bool> Runner::record(const Claim& claim, const Outcome& outcome) {
    // A database that is locked for a moment, or away for longer, must not cost the analysis.
    for (int attempt = 1;; ++attempt) {
        auto finished = place_.store.finish(claim, outcome, [&] { return publish_results(place_.folder, claim); });
        const bool worth_more =
            !finished && (attempt < kRecordTries || (is_unreachable(finished.error()) && !is_stopping()));
        if (!worth_more) {
            return finished;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(wait_after(1)));
    }
}

void Runner::forget(const Claim& claim) {
    place_.folder.remove_results_of(claim.id, claim.lease);
    // Deleted; or finished, or taken up by another server: then all that is left is theirs. So it is where an error hid
    // that this very attempt was recorded.
    const auto exists = place_.store.exists(claim.id);
    if (exists && !*exists) {
        place_.folder.remove(claim.id);
    }
}

void Runner::settle(const Claim& claim, const std::string& why, bool out_of_space) {
    place_.log.warning("check.attempt_failed", {{"check", claim.id}, {"attempt", claim.attempts}, {"error", why}});
    const bool again = out_of_space || claim.attempts < place_.options.max_attempts;
    // A full disk says nothing about the file: that attempt does not count.
    const auto settled =
        out_of_space ? place_.store.release(claim, kNoSpaceWaitMs)
        : again      ? place_.store.retry(claim, wait_after(claim.attempts))
                     : place_.store.give_up(claim, problems::internal("The analysis broke off on each of " +
                                                                      std::to_string(claim.attempts) + " attempts."));
    if (!settled) {
        // The database still says "running": it is taken up again at the next start, or when the lease is over.
        place_.log.error("check.unrecorded", {{"check", claim.id}, {"error", settled.error().message}});
        return;
    }
    if (!*settled) {
        forget(claim);
        return;
    }
    if (!again) {
        if (place_.options.no_media) {
            place_.folder.remove_media(claim.id);
        }
        place_.ended();
    }
}

}  // namespace bonafide::service
