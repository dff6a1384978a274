#pragma once

#include "service/check_record.h"
#include "service/database.h"

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

/// What became of the checks that an earlier process left running.
struct Recovered {
    int waiting = 0;                    ///< how many wait again
    std::vector<std::string> given_up;  ///< ids of those that had had all their attempts
};

/// Checks that wait, run and are done, with the audit entries about them. What a call has returned without an error
/// would survive a power cut. Thread-safe.
class CheckStore {
  public:
    explicit CheckStore(Database& database) : database_(database) {}

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
    /// Each of these is false where the claim no longer holds: the check was deleted meanwhile.
    Result<bool> finish(const Claim& claim, const Outcome& outcome);
    Result<bool> retry(const Claim& claim, std::int64_t wait_ms);
    Result<bool> give_up(const Claim& claim, const Problem& problem);
    /// As if it had never been claimed, except that it waits: the service stops, or the attempt failed for a reason
    /// that has nothing to do with the file.
    Result<bool> release(const Claim& claim, std::int64_t wait_ms = 0);
    /// After a start: what an earlier process left running, because it was killed, waits again, unless that was its
    /// `max_attempts`th attempt. A file that brings the whole service down must not do so for ever.
    Result<Recovered> recover_running(int max_attempts);

    /// Ids of checks that ended before `time_ms`; at most `most`.
    Result<std::vector<std::string>> finished_before(std::int64_t time_ms, std::size_t most);
    Result<bool> exists(const std::string& id);

  private:
    Result<bool> end(const Claim& claim, State state, const Outcome* outcome, const Problem* problem);
    Database& database_;
};

/// Longest wait between two attempts, milliseconds.
inline constexpr std::int64_t kLongestWaitMs = 300'000;

}  // namespace bonafide::service
