#pragma once

#include "service/check_record.h"
#include "service/database.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::service {

/// What is known of an upload when it is handed over.
struct NewCheck {
    std::string id, file_name, sha256;
    std::uint64_t size_bytes = 0;
    std::string owner;                           ///< name of the API key; empty: none was needed
    std::optional<std::string> idempotency_key;  ///< of that owner
    std::optional<std::string> callback_url;
};

/// What became of it.
struct Submitted {
    enum class Kind { kCreated, kReplayed, kKeyReused, kQueueFull };
    Kind kind = Kind::kQueueFull;
    CheckRecord check;  ///< of kCreated and kReplayed
};

/// Which checks a list shows: all conditions together.
struct ListQuery {
    std::size_t limit = 50;
    std::optional<std::int64_t> before_seq;  ///< only older ones
    std::optional<State> state;
    std::optional<std::string> verdict;
    std::string text;  ///< in the file name, or how the SHA-256 begins
};

struct ListPage {
    std::vector<CheckRecord> checks;  ///< newest first
    bool more = false;
};

/// One attempt at a check.
struct Claim {
    std::string id, file_name, lease;
    int attempts = 0;  ///< with this one
};

/// How far a check has come.
struct Progress {
    State state = State::kQueued;
    int attempts = 0;
    bool operator==(const Progress&) const = default;
};

/// What became of checks whose server ended while it worked on them.
struct Recovered {
    std::vector<std::string> waiting;   ///< ids of those that wait again
    std::vector<std::string> given_up;  ///< ids of those that had had all their attempts
};

/// Checks that wait, run and are done, with the audit entries about them. What a call has returned without an error
/// would survive a power cut. Thread-safe.
class CheckStore {
  public:
    /// `lease_ms`: how long a claim holds unless it is renewed, where servers share the database; 0: for ever.
    explicit CheckStore(Database& database, std::int64_t lease_ms = 0) : database_(database), lease_ms_(lease_ms) {}

    /// Takes a check in unless `most_waiting` wait already. One transaction: two that race for one idempotency key get
    /// one check.
    Result<Submitted> submit(const NewCheck& check, std::size_t most_waiting);
    Result<std::optional<CheckRecord>> find(const std::string& id);
    Result<ListPage> list(const ListQuery& query);
    /// False where there is none of that id.
    Result<bool> remove(const std::string& id, const std::string& actor, const std::string& event = "check.deleted");
    Result<std::size_t> waiting();
    Result<std::map<State, std::int64_t>> counts();
    /// Whether the database can be written to.
    Result<void> probe();

    /// Gives the check that has waited longest to the caller, who alone may then finish it.
    Result<std::optional<Claim>> claim();
    /// Each of these is false where the claim no longer holds: the check was deleted meanwhile, or the lease was over
    /// and another server took the check up.
    Result<bool> renew(const Claim& claim);
    /// `publish` puts the results where they are looked for. It is called while nobody else can end this check, and the
    /// check is not done where it fails; it may be called again.
    Result<bool> finish(const Claim& claim, const Outcome& outcome, const std::function<Result<void>()>& publish);
    Result<bool> retry(const Claim& claim, std::int64_t wait_ms);
    Result<bool> give_up(const Claim& claim, const Problem& problem);
    /// As if it had never been claimed, except that it waits: the service stops, or the attempt failed for a reason
    /// that has nothing to do with the file.
    Result<bool> release(const Claim& claim, std::int64_t wait_ms = 0);
    /// After a start: what an earlier process left running, because it was killed, waits again, unless that was its
    /// `max_attempts`th attempt. A file that brings the whole service down must not do so for ever.
    Result<Recovered> recover_running(int max_attempts);
    /// The same with the checks whose lease is over, at any time: the server that had them is gone, or cut off.
    Result<Recovered> recover_expired(int max_attempts);

    /// Ids of checks that ended longer than `age_ms` ago; at most `most`.
    Result<std::vector<std::string>> finished_since(std::int64_t age_ms, std::size_t most);
    /// How far those of `ids` have come that there are.
    Result<std::map<std::string, Progress>> progress(const std::vector<std::string>& ids);
    Result<bool> exists(const std::string& id);

  private:
    struct Ending;
    Result<bool> end(const Claim& claim, const Ending& ending);
    Result<Recovered> recover(int max_attempts, bool only_expired);
    Database& database_;
    std::int64_t lease_ms_;
};

/// Longest wait between two attempts, milliseconds.
inline constexpr std::int64_t kLongestWaitMs = 300'000;

}  // namespace bonafide::service
