// The database: checks, claims, keys, audit log. With SQLite; and with the PostgreSQL server whose address is in
// BONAFIDE_TEST_DATABASE, all of whose tables are lost (tests/service/test_postgresql.py starts one for that).
#include "service/audit_log.h"
#include "service/check_store.h"
#include "service/key_store.h"
#include "service/postgresql.h"
#include "service/runner.h"
#include "service/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace bonafide::service {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLeaseMs = 60'000;

const char* server() {
    return std::getenv("BONAFIDE_TEST_DATABASE");
}

std::vector<std::string> databases() {
    return server() != nullptr ? std::vector<std::string>{"Sqlite", "Postgresql"} : std::vector<std::string>{"Sqlite"};
}

class Store : public testing::TestWithParam<std::string> {
  protected:
    Store() : folder_(fs::path(testing::TempDir()) / ("service-" + std::to_string(getpid()))) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        if (is_server()) {
            EXPECT_TRUE((*connect())->run("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
        }
        reopen();
    }
    ~Store() override {
        database_.reset();
        fs::remove_all(folder_);
    }
    static bool is_server() { return GetParam() == "Postgresql"; }
    std::string file() const { return (folder_ / "service.db").string(); }
    Result<std::unique_ptr<Connection>> connect() const {
        return is_server() ? open_postgresql(server()) : open_sqlite(file());
    }
    void reopen() {
        database_.reset();
        auto opened = is_server() ? Database::connect(server(), 4) : Database::open(file());
        ASSERT_TRUE(opened) << opened.error().message;
        database_ = std::move(*opened);
        store_.emplace(*database_, kLeaseMs);
    }
    static NewCheck named(const std::string& id, const std::string& digest = "ab") {
        NewCheck check;
        check.id = id;
        check.file_name = id + ".jpg";
        check.sha256 = digest;
        check.size_bytes = 1;
        return check;
    }
    Result<bool> finish(const Claim& claim, const Outcome& outcome = {}) {
        return store_->finish(claim, outcome, [] { return Result<void>(); });
    }
    void submit(const std::string& id) { ASSERT_EQ(store_->submit(named(id), 100)->kind, Submitted::Kind::kCreated); }
    State state_of(const std::string& id) { return (**store_->find(id)).state; }
    std::vector<std::string> audit() {
        std::vector<std::string> events;
        const auto read = database_->read([&](Connection& connection) {
            return read_audit(connection,
                              [&](const std::string& line) { events.push_back(nlohmann::json::parse(line)["event"]); });
        });
        EXPECT_TRUE(read) << read.error().message;
        return events;
    }
    void run(const char* sql) {
        ASSERT_TRUE(database_->write([&](Connection& connection) { return connection.run(sql); }));
    }

    fs::path folder_;
    std::unique_ptr<Database> database_;
    std::optional<CheckStore> store_;
};

TEST_P(Store, ServesTheOldestAndOnlyToOne) {
    submit("one");
    submit("two");
    const auto first = store_->claim(), second = store_->claim(), third = store_->claim();
    EXPECT_EQ((*first)->id, "one");
    EXPECT_EQ((*second)->id, "two");
    EXPECT_FALSE(*third);
    EXPECT_EQ(state_of("one"), State::kRunning);
    EXPECT_TRUE(*finish(**first, {"image/jpeg", "image", "inconclusive", "s", 0.1, 0.5, true}));
    EXPECT_FALSE(*finish(**first)) << "a second end";
    EXPECT_EQ((**store_->find("one")).outcome->llr, 0.1);
    EXPECT_THAT(audit(), testing::ElementsAre("check.accepted", "check.accepted", "check.done"));
}

TEST_P(Store, AProcessThatWasKilledLosesNothingAndFinishesNothingTwice) {
    submit("one");
    const Claim lost = **store_->claim();
    reopen();
    EXPECT_EQ(store_->recover_running(3)->waiting.size(), 1U);
    const Claim again = **store_->claim();
    EXPECT_FALSE(*finish(lost)) << "its lease is over";
    EXPECT_EQ(state_of("one"), State::kRunning);
    EXPECT_TRUE(*finish(again));
    EXPECT_EQ(state_of("one"), State::kDone);
}

TEST_P(Store, AFileThatBringsTheServiceDownDoesSoOnlySoOften) {
    submit("poison");
    submit("later");
    EXPECT_EQ((**store_->claim()).attempts, 1);
    reopen();
    const auto first = store_->recover_running(2);
    EXPECT_THAT(first->waiting, testing::ElementsAre("poison"));
    EXPECT_THAT(first->given_up, testing::IsEmpty());
    EXPECT_EQ((**store_->claim()).attempts, 2) << "the attempt that ended with the service counts";
    EXPECT_EQ((**store_->claim()).id, "later");
    reopen();
    const auto second = store_->recover_running(2);
    EXPECT_THAT(second->waiting, testing::ElementsAre("later"));
    EXPECT_THAT(second->given_up, testing::ElementsAre("poison"));
    const CheckRecord record = **store_->find("poison");
    EXPECT_EQ(record.state, State::kFailed);
    EXPECT_THAT(record.json()["error"]["detail"].get<std::string>(), testing::HasSubstr("2 attempts"));
    EXPECT_THAT(audit(), testing::ElementsAre("check.accepted", "check.accepted", "check.failed"));
    EXPECT_EQ((**store_->claim()).id, "later");
}

TEST_P(Store, AnAttemptThatSaysNothingAboutTheFileDoesNotCount) {
    submit("one");
    EXPECT_TRUE(*store_->release(**store_->claim(), 60'000));
    EXPECT_FALSE(*store_->claim()) << "not due yet";
    run("UPDATE checks SET not_before_ms = not_before_ms - 60000");
    const Claim claim = **store_->claim();
    EXPECT_EQ(claim.attempts, 1);
    EXPECT_TRUE(*store_->release(claim));
    EXPECT_TRUE(*store_->claim()) << "at once";
}

TEST_P(Store, AttemptsWaitAndEnd) {
    submit("one");
    Claim claim = **store_->claim();
    EXPECT_TRUE(*store_->retry(claim, 60'000));
    EXPECT_FALSE(*store_->claim()) << "not due yet";
    run("UPDATE checks SET not_before_ms = not_before_ms - 60000");
    claim = **store_->claim();
    EXPECT_EQ(claim.attempts, 2);
    EXPECT_TRUE(*store_->give_up(claim, problems::internal("it broke")));
    const CheckRecord record = **store_->find("one");
    EXPECT_EQ(record.state, State::kFailed);
    EXPECT_EQ(record.json()["error"]["detail"], "it broke");
    EXPECT_EQ(wait_after(1), 1000);
    EXPECT_EQ(wait_after(3), 4000);
    EXPECT_EQ(wait_after(1000), kLongestWaitMs);
}

TEST_P(Store, AClockThatSteppedBackDelaysNothing) {
    submit("one");
    ASSERT_TRUE(*store_->retry(**store_->claim(), 1000));
    run("UPDATE checks SET not_before_ms = not_before_ms + 86400000");  // set when the clock was a day ahead
    EXPECT_TRUE(*store_->claim());
}

TEST_P(Store, TheQueueIsBoundedAndKeysMakeRequestsSafe) {
    submit("one");
    EXPECT_EQ(store_->submit(named("two"), 1)->kind, Submitted::Kind::kQueueFull);
    EXPECT_FALSE(*store_->exists("two"));
    NewCheck keyed = named("three", "aa");
    keyed.idempotency_key = "k";
    EXPECT_EQ(store_->submit(keyed, 9)->kind, Submitted::Kind::kCreated);
    keyed.id = "four";
    const auto replayed = store_->submit(keyed, 1);
    EXPECT_EQ(replayed->kind, Submitted::Kind::kReplayed) << "even when the queue is full";
    EXPECT_EQ(replayed->check.id, "three");
    keyed.sha256 = "bb";
    EXPECT_EQ(store_->submit(keyed, 9)->kind, Submitted::Kind::kKeyReused);
    keyed.owner = "somebody";
    EXPECT_EQ(store_->submit(keyed, 9)->kind, Submitted::Kind::kCreated) << "another sender's key is another key";
}

TEST_P(Store, ListsNewestFirstByPageAndCondition) {
    for (const char* id : {"a", "b", "c%", "d_"}) {
        submit(id);
    }
    const auto ids = [&](const ListQuery& query) {
        std::string joined;
        const auto page = store_->list(query);
        for (const CheckRecord& check : page->checks) {
            joined += check.id + " ";
        }
        return joined;
    };
    ListQuery query;
    query.limit = 3;
    EXPECT_EQ(ids(query), "d_ c% b ");
    EXPECT_TRUE(store_->list(query)->more);
    query.before_seq = 2;
    EXPECT_EQ(ids(query), "a ");
    EXPECT_FALSE(store_->list(query)->more);
    query = {};
    query.text = "%";
    EXPECT_EQ(ids(query), "c% ") << "no pattern";
    query.text = "B.JPG";
    EXPECT_EQ(ids(query), "b ");
    query.text = "A";
    EXPECT_EQ(ids(query), "d_ c% b a ") << "how the SHA-256 begins";
    query.state = State::kDone;
    EXPECT_EQ(ids(query), "");
}

TEST_P(Store, DeletingEndsAClaim) {
    submit("one");
    const Claim claim = **store_->claim();
    EXPECT_TRUE(*store_->remove("one", "key"));
    EXPECT_FALSE(*store_->remove("one", "key"));
    EXPECT_FALSE(*finish(claim));
    EXPECT_FALSE(*store_->retry(claim, 0));
    EXPECT_FALSE(*store_->exists("one"));
    EXPECT_THAT(audit(), testing::ElementsAre("check.accepted", "check.deleted"));
}

TEST_P(Store, AnAuditLogThatWasChangedShows) {
    for (const char* id : {"one", "two", "three"}) {
        submit(id);
    }
    const auto broken = [&] {
        return !database_->read(
            [](Connection& connection) { return read_audit(connection, [](const std::string&) {}); });
    };
    EXPECT_FALSE(broken());
    for (const char* tampering :
         {"UPDATE audit SET subject = 'x' WHERE seq = 2", "UPDATE audit SET time_ms = 0 WHERE seq = 1",
          "DELETE FROM audit WHERE seq = 2", "DELETE FROM audit WHERE seq = 1"}) {
        run("CREATE TEMP TABLE kept AS SELECT * FROM audit");
        run(tampering);
        EXPECT_TRUE(broken()) << tampering;
        run("DELETE FROM audit");
        run("INSERT INTO audit SELECT * FROM kept");
        run("DROP TABLE kept");
        EXPECT_FALSE(broken());
    }
}

TEST_P(Store, KeysAreKeptAsHashesAndRevocable) {
    KeyStore keys(*database_);
    const auto key = keys.add("camera-1", {Scope::kSubmit});
    ASSERT_TRUE(key);
    EXPECT_FALSE(keys.add("camera-1", {}));
    EXPECT_FALSE(keys.add("no name", {}));
    EXPECT_EQ((**keys.find(*key)).name, "camera-1");
    EXPECT_EQ((**keys.find(*key)).scopes, std::set<Scope>{Scope::kSubmit});
    EXPECT_FALSE(*keys.find(key->substr(1)));
    std::string kept;
    ASSERT_TRUE(database_->read([&](Connection& connection) -> Result<void> {
        Statement row(connection, "SELECT name || hash || scopes FROM keys");
        EXPECT_TRUE(*row.step());
        kept = row.text(0);
        return {};
    }));
    EXPECT_THAT(kept, testing::Not(testing::HasSubstr(*key)));
    EXPECT_TRUE(*keys.revoke("camera-1"));
    EXPECT_FALSE(*keys.find(*key));
}

TEST_P(Store, ALockedDatabaseIsAnErrorThatSaysSo) {
    auto other = connect();
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->begin());
    const auto submitted = store_->submit(named("one"), 9);
    ASSERT_FALSE(submitted);
    EXPECT_TRUE(is_busy(submitted.error()));
    EXPECT_EQ(problems::from_error(submitted.error()).status, 503);
    ASSERT_TRUE((*other)->run("ROLLBACK"));
    EXPECT_TRUE(store_->submit(named("one"), 9));
}

TEST_P(Store, ALeaseThatIsNotRenewedEndsAClaim) {
    submit("one");
    submit("two");
    const Claim lost = **store_->claim(), kept = **store_->claim();
    run("UPDATE checks SET not_before_ms = not_before_ms - 120000");
    EXPECT_TRUE(*store_->renew(kept));
    const auto recovered = store_->recover_expired(3);
    EXPECT_THAT(recovered->waiting, testing::ElementsAre("one"));
    EXPECT_THAT(store_->recover_expired(3)->waiting, testing::IsEmpty());
    EXPECT_FALSE(*store_->renew(lost));
    EXPECT_FALSE(*finish(lost));
    EXPECT_TRUE(*finish(kept)) << "however late";
    const Claim again = **store_->claim();
    EXPECT_EQ(again.id, "one");
    EXPECT_EQ(again.attempts, 2);
    run("UPDATE checks SET not_before_ms = not_before_ms - 120000");
    EXPECT_THAT(store_->recover_expired(2)->given_up, testing::ElementsAre("one"));
    EXPECT_EQ(state_of("one"), State::kFailed);
    EXPECT_EQ(store_->progress({"one", "two", "three"})->size(), 2U);
    EXPECT_THAT(audit(), testing::ElementsAre("check.accepted", "check.accepted", "check.done", "check.failed"));
}

TEST_P(Store, ACheckIsNotDoneBeforeItsResultsAreInPlace) {
    submit("one");
    const Claim claim = **store_->claim();
    EXPECT_FALSE(store_->finish(claim, {}, [] { return Result<void>(Error{ErrorCode::kLimit, "no room"}); }));
    EXPECT_EQ(state_of("one"), State::kRunning);
    EXPECT_TRUE(*finish(claim));
    bool asked = false;
    EXPECT_FALSE(*store_->finish(claim, {}, [&] {
        asked = true;
        return Result<void>();
    }));
    EXPECT_FALSE(asked) << "an attempt that lost its claim must not touch the results";
    EXPECT_THAT(audit(), testing::ElementsAre("check.accepted", "check.done"));
}

TEST_P(Store, TakesWhateverBytesItIsGiven) {
    NewCheck check = named("one");
    check.file_name = "caf\xC3\xA9 'q' ?.jpg";
    ASSERT_TRUE(store_->submit(check, 9));
    EXPECT_EQ((**store_->find("one")).file_name, check.file_name);
    ListQuery query;
    query.text = std::string("\xFF\0'\\", 4);
    EXPECT_TRUE(store_->list(query)->checks.empty());
    const Claim claim = **store_->claim();
    EXPECT_TRUE(*finish(claim, {"image/jpeg", "image", "inconclusive", "\xFF", 0.1 + 0.2, {}, true}));
    EXPECT_EQ((**store_->find("one")).outcome->llr, 0.1 + 0.2) << "to the last digit";
    EXPECT_FALSE((**store_->find("one")).outcome->probability);
}

INSTANTIATE_TEST_SUITE_P(With, Store, testing::ValuesIn(databases()), [](const auto& made) { return made.param; });

}  // namespace
}  // namespace bonafide::service
