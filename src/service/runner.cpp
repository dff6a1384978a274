#include "service/runner.h"

#include "engine/front/notes.h"
#include "service/case_file.h"
#include "service/results.h"

#include <fcntl.h>

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

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::int64_t wait_after(int attempts) {
    return std::min(kLongestWaitMs, std::int64_t{1000} << std::clamp(attempts - 1, 0, 20));
}

Runner::Runner(Place place) : place_(std::move(place)) {}

Runner::~Runner() {
    stop(0);
}

void Runner::start() {
    const int jobs = place_.options.jobs > 0 ? place_.options.jobs
                                             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int job = 0; job < jobs; ++job) {
        threads_.emplace_back([this] { run(); });
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
}

void Runner::wait_for_work() {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, kLook, [this] { return work_waits_ || stopping_; });
    work_waits_ = false;
}

void Runner::run() {
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                return;
            }
            ++busy_;
        }
        const auto claim = place_.store.claim();
        if (claim && *claim) {
            try {
                work(**claim);
            } catch (const std::exception& exception) {
                settle(**claim, exception.what(), false);
            }
        }
        {
            const std::lock_guard lock(mutex_);
            --busy_;
            if (claim && *claim) {
                stops_.erase((*claim)->id);
            }
            news_.notify_all();
        }
        if (!claim) {
            place_.log.error("queue.failed", {{"error", claim.error().message}});
        }
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
        (void)place_.store.release(claim);
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
    job.maps = true;
    // The document carries its date, even where nobody names the case.
    job.case_record = std::move(*case_record);
    // Both show the media itself.
    job.presentation = job.preview = !place_.options.no_media;
    return engine::check_fd(media.get(), claim.file_name, job, place_.installation, &stop);
}

void Runner::finish(const Claim& claim, const engine::Checked& checked) {
    // Asked for when they are needed: the server starts without waiting for a worker.
    std::call_once(notes_known_, [this] { notes_ = engine::analyzer_notes(place_.installation.worker); });
    const auto outcome = write_results(place_.folder, claim.id, checked, notes_, place_.key, place_.log);
    if (!outcome) {
        settle(claim, outcome.error().message, outcome.error().code == ErrorCode::kLimit);
        return;
    }
    // A database that is locked for a moment must not cost the analysis.
    Result<bool> finished = place_.store.finish(claim, *outcome);
    for (int attempt = 1; !finished && attempt < 10; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(wait_after(1)));
        finished = place_.store.finish(claim, *outcome);
    }
    if (!finished) {
        // The database still says "running": the next start takes the check up again.
        place_.log.error("check.unrecorded", {{"check", claim.id}, {"error", finished.error().message}});
        return;
    }
    if (!*finished) {
        place_.folder.remove(claim.id);  // deleted meanwhile
        return;
    }
    if (place_.options.no_media) {
        place_.folder.remove_media(claim.id);
    }
    place_.ended();
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
        place_.log.error("check.unrecorded", {{"check", claim.id}, {"error", settled.error().message}});
        return;
    }
    if (!*settled) {
        place_.folder.remove(claim.id);
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
