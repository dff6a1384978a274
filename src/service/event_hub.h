#pragma once

#include "service/check_store.h"
#include "service/message.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace bonafide::service {

/// Tells those who follow a check that it may have changed. Thread-safe; what listeners do must not block.
class EventHub {
  public:
    /// The listener is called on each change of `id` until remove(), or a moment longer. The number names it.
    std::uint64_t add(const std::string& id, std::function<void()> listener);
    void remove(std::uint64_t number);
    void changed(const std::string& id);
    /// Calls all of them: the service stops.
    void changed_all();
    /// Ids of the checks that somebody follows, each once.
    std::vector<std::string> followed();

  private:
    std::vector<std::function<void()>> listeners_of(const std::string* id);

    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::pair<std::string, std::function<void()>>> listeners_;
};

/// The states of one check as server-sent events, from now until it ends or is deleted.
std::shared_ptr<EventFeed> follow_check(EventHub& hub, CheckStore& store, const std::string& id);

}  // namespace bonafide::service
