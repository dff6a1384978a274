#include "engine/front/scan.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace bonafide::engine {
namespace {

/// The state that the scanning threads share.
struct Shared {
    std::mutex next_mutex, sink_mutex;
    std::optional<Error> error;
    bool stop = false;  // guarded by sink_mutex
};

bool stopped(Shared& shared) {
    const std::lock_guard lock(shared.sink_mutex);
    return shared.stop;
}

/// Takes items from `next`, checks and hands them on, in `jobs` threads, until there are no more or the sink has
/// enough.
template <class Item>
Result<void> run_all(const std::function<std::optional<Item>()>& next, int jobs,
                     const std::function<Result<Checked>(const Item&)>& check,
                     const std::function<bool(const Item&, const Checked&)>& sink) {
    Shared shared;
    const auto take = [&] {
        const std::lock_guard lock(shared.next_mutex);
        return next();
    };
    const auto work = [&] {
        while (!stopped(shared)) {
            const std::optional<Item> item = take();
            if (!item) {
                return;
            }
            const Result<Checked> checked = check(*item);
            const std::lock_guard lock(shared.sink_mutex);
            if (shared.stop) {
                return;
            }
            if (!checked) {
                shared.error = checked.error();
                shared.stop = true;
            } else if (!sink(*item, *checked)) {
                shared.stop = true;
            }
        }
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < jobs; ++i) {
        threads.emplace_back(work);
    }
    work();
    for (std::thread& thread : threads) {
        thread.join();
    }
    return shared.error ? Result<void>(*shared.error) : Result<void>();
}

}  // namespace

Result<void> scan(InputWalk& walk, const Job& job, int jobs, const Installation& installation,
                  const std::function<bool(const InputItem&)>& wanted, const ScanSink& sink) {
    const std::function<std::optional<InputItem>()> next = [&] {
        std::optional<InputItem> item;
        do {
            item = walk.next();
        } while (item && !wanted(*item));
        return item;
    };
    return run_all<InputItem>(
        next, jobs,
        [&](const InputItem& item) {
            return item.problem.empty() ? check_file(item.path, job, installation)
                                        : Result<Checked>(failed_check(item.path, job, item.problem));
        },
        sink);
}

Result<void> check_tasks(const std::function<std::optional<ListedInput>()>& next, int jobs,
                         const Installation& installation,
                         const std::function<bool(const ListedInput& task, const Checked& checked)>& sink) {
    return run_all<ListedInput>(
        next, jobs, [&](const ListedInput& task) { return check_file(task.path, task.job, installation); }, sink);
}

}  // namespace bonafide::engine
