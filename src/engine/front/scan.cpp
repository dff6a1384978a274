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
    std::mutex walk_mutex, sink_mutex;
    std::optional<Error> error;
    bool stop = false;  // guarded by sink_mutex
};

bool stopped(Shared& shared) {
    const std::lock_guard lock(shared.sink_mutex);
    return shared.stop;
}

}  // namespace

Result<void> scan(InputWalk& walk, const Job& job, int jobs, const Installation& installation,
                  const std::function<bool(const InputItem&)>& wanted, const ScanSink& sink) {
    Shared shared;
    const auto next = [&]() -> std::optional<InputItem> {
        const std::lock_guard lock(shared.walk_mutex);
        std::optional<InputItem> item;
        do {
            item = walk.next();
        } while (item && !wanted(*item));
        return item;
    };
    const auto work = [&] {
        while (!stopped(shared)) {
            const std::optional<InputItem> item = next();
            if (!item) {
                return;
            }
            const auto checked = item->problem.empty() ? check_file(item->path, job, installation)
                                                       : Result<Checked>(failed_check(item->path, job, item->problem));
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

}  // namespace bonafide::engine
