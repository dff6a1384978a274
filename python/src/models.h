#pragma once

#include "errors.h"
#include "features/faces/look.h"
#include "features/faces/recognition.h"

#include <unistd.h>

#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bonafide::python {

/// The models that lie beside this module. Throws Failure where the installation lacks them.
const infer::ModelStore& models();

/// Models that are ready to run, kept from call to call: a model runs for one thread at a time, so every thread that
/// calls at the same time gets one of its own. Thread-safe.
template <class T>
class Ready {
  public:
    using Open = Result<T> (*)(const infer::ModelStore&, const infer::SessionOptions&);
    explicit Ready(Open open) : open_(open) {}

    /// Runs `work` on a model that no other thread has meanwhile.
    template <class Work>
    auto use(Work work) {
        std::unique_ptr<T> model = take();
        if (!model) {
            model = std::make_unique<T>(value_or_throw(open_(models(), {})));
        }
        auto result = work(*model);
        give_back(std::move(model));
        return result;
    }

  private:
    std::unique_ptr<T> take() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) {
            return nullptr;
        }
        std::unique_ptr<T> model = std::move(idle_.back());
        idle_.pop_back();
        return model;
    }
    void give_back(std::unique_ptr<T> model) {
        const std::lock_guard lock(mutex_);
        if (idle_.size() < std::max(1U, std::thread::hardware_concurrency())) {
            idle_.push_back(std::move(model));
        }
    }

    Open open_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<T>> idle_;
};

/// What finds and measures faces.
struct Looker {
    features::faces::Detector detector;
    features::faces::Mesh mesh;
};
Ready<Looker>& lookers();
Ready<features::faces::Recogniser>& recognisers();

}  // namespace bonafide::python
