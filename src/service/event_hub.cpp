#include "service/event_hub.h"

#include <set>

namespace bonafide::service {
namespace {

class CheckFeed final : public EventFeed {
  public:
    CheckFeed(EventHub& hub, CheckStore& store, std::string id) : hub_(hub), store_(store), id_(std::move(id)) {}
    ~CheckFeed() override { CheckFeed::stop_waking(); }
    CheckFeed(const CheckFeed&) = delete;
    CheckFeed& operator=(const CheckFeed&) = delete;

    std::string next() override {
        const auto found = store_.find(id_);
        if (!found) {
            return {};  // the database is busy: the next change, or the next beat, asks again
        }
        if (!*found) {
            ended_ = true;
            return "event: deleted\ndata: {}\n\n";
        }
        const State state = (*found)->state;
        ended_ = state == State::kDone || state == State::kFailed;
        const std::string json =
            (*found)->json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        if (json == told_) {
            return {};
        }
        told_ = json;
        return "event: state\ndata: " + json + "\n\n";
    }

    bool ended() const override { return ended_; }

    void wake_with(std::function<void()> wake) override { number_ = hub_.add(id_, std::move(wake)); }

    void stop_waking() override {
        if (number_ != 0) {
            hub_.remove(number_);
            number_ = 0;
        }
    }

  private:
    EventHub& hub_;
    CheckStore& store_;
    std::string id_, told_;
    bool ended_ = false;
    std::uint64_t number_ = 0;
};

}  // namespace

std::uint64_t EventHub::add(const std::string& id, std::function<void()> listener) {
    const std::lock_guard lock(mutex_);
    listeners_[++last_] = {id, std::move(listener)};
    return last_;
}

void EventHub::remove(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(number);
}

void EventHub::changed(const std::string& id) {
    for (const std::function<void()>& listener : listeners_of(&id)) {
        listener();
    }
}

void EventHub::changed_all() {
    for (const std::function<void()>& listener : listeners_of(nullptr)) {
        listener();
    }
}

std::vector<std::string> EventHub::followed() {
    const std::lock_guard lock(mutex_);
    std::set<std::string> ids;
    for (const auto& [number, listener] : listeners_) {
        ids.insert(listener.first);
    }
    return {ids.begin(), ids.end()};
}

/// Copies, called without the lock: a listener may drop what removes it from here.
std::vector<std::function<void()>> EventHub::listeners_of(const std::string* id) {
    const std::lock_guard lock(mutex_);
    std::vector<std::function<void()>> found;
    for (const auto& [number, listener] : listeners_) {
        if (id == nullptr || listener.first == *id) {
            found.push_back(listener.second);
        }
    }
    return found;
}

std::shared_ptr<EventFeed> follow_check(EventHub& hub, CheckStore& store, const std::string& id) {
    return std::make_shared<CheckFeed>(hub, store, id);
}

}  // namespace bonafide::service
