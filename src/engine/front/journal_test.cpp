#include "engine/front/journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;

class JournalTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "bonafide-journal-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path state() const { return folder_ / "state"; }
    fs::path output() const { return folder_ / "out.jsonl"; }
    OwnedFd open_output(const std::string& name = "out.jsonl") const {
        return OwnedFd(open((folder_ / name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    static std::string text_of(const fs::path& path) {
        std::ifstream stream(path);
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }
    fs::path folder_;
};

TEST_F(JournalTest, GoesOnWhereItWas) {
    {
        const OwnedFd out = open_output();
        auto journal = Journal::open(state(), out.get());
        ASSERT_TRUE(journal.ok());
        EXPECT_FALSE(journal->reported("a.jpg"));
        ASSERT_TRUE(journal->write("a.jpg", "inconclusive", "{\"a\":1}\n").ok());
        EXPECT_TRUE(journal->reported("a.jpg"));
    }
    const OwnedFd out = open_output();
    auto journal = Journal::open(state(), out.get());
    ASSERT_TRUE(journal.ok());
    EXPECT_TRUE(journal->reported("a.jpg"));
    EXPECT_FALSE(journal->reported("b.jpg"));
    EXPECT_EQ(journal->earlier_verdicts().count("inconclusive"), 1U);
    ASSERT_TRUE(journal->write("b.jpg", "failed", "{\"b\":2}\n").ok());
    EXPECT_EQ(text_of(output()), "{\"a\":1}\n{\"b\":2}\n");
}

TEST_F(JournalTest, AReportTornByAKillIsCutOffAndMadeAgain) {
    {
        const OwnedFd out = open_output();
        auto journal = Journal::open(state(), out.get());
        ASSERT_TRUE(journal.ok());
        ASSERT_TRUE(journal->write("a.jpg", "inconclusive", "{\"a\":1}\n").ok());
        ASSERT_TRUE(journal->write("b.jpg", "inconclusive", "{\"b\":2}\n").ok());
    }
    for (std::uintmax_t kept = 8; kept < 16; ++kept) {
        fs::resize_file(output(), kept);
        const OwnedFd out = open_output();
        auto journal = Journal::open(state(), out.get());
        ASSERT_TRUE(journal.ok());
        EXPECT_TRUE(journal->reported("a.jpg"));
        EXPECT_FALSE(journal->reported("b.jpg")) << kept;
        EXPECT_EQ(text_of(output()), "{\"a\":1}\n") << kept;
        ASSERT_TRUE(journal->write("b.jpg", "inconclusive", "{\"b\":2}\n").ok());
        EXPECT_EQ(text_of(output()), "{\"a\":1}\n{\"b\":2}\n");
    }
}

TEST_F(JournalTest, ATornStateLineMeansNothingWasWritten) {
    {
        const OwnedFd out = open_output();
        auto journal = Journal::open(state(), out.get());
        ASSERT_TRUE(journal->write("a.jpg", "inconclusive", "{\"a\":1}\n").ok());
    }
    std::ofstream(state(), std::ios::app) << "{\"input\":\"b.j";
    const OwnedFd out = open_output();
    auto journal = Journal::open(state(), out.get());
    ASSERT_TRUE(journal.ok());
    EXPECT_TRUE(journal->reported("a.jpg"));
    EXPECT_FALSE(journal->reported("b.jpg"));
}

TEST_F(JournalTest, AnotherOutputHoldsOnlyTheRest) {
    {
        const OwnedFd out = open_output("first.jsonl");
        auto journal = Journal::open(state(), out.get());
        ASSERT_TRUE(journal->write("a.jpg", "inconclusive", "{\"a\":1}\n").ok());
    }
    const OwnedFd out = open_output("second.jsonl");
    auto journal = Journal::open(state(), out.get());
    ASSERT_TRUE(journal.ok());
    EXPECT_TRUE(journal->reported("a.jpg"));
    ASSERT_TRUE(journal->write("b.jpg", "inconclusive", "{\"b\":2}\n").ok());
    EXPECT_EQ(text_of(folder_ / "first.jsonl"), "{\"a\":1}\n");
    EXPECT_EQ(text_of(folder_ / "second.jsonl"), "{\"b\":2}\n");
}

TEST_F(JournalTest, NamesOfAnyBytesComeBack) {
    const std::string name = "caf\xE9 50%25\n.jpg";
    {
        const OwnedFd out = open_output();
        auto journal = Journal::open(state(), out.get());
        ASSERT_TRUE(journal->write(name, "inconclusive", "{}\n").ok());
    }
    const OwnedFd out = open_output();
    auto journal = Journal::open(state(), out.get());
    ASSERT_TRUE(journal.ok());
    EXPECT_TRUE(journal->reported(name));
    EXPECT_FALSE(journal->reported("caf%e9 50%25%0a.jpg"));
}

TEST_F(JournalTest, RefusesWhatIsNoState) {
    std::ofstream(state()) << "my diary\n";
    const OwnedFd out = open_output();
    EXPECT_EQ(Journal::open(state(), out.get()).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(text_of(state()), "my diary\n");
}

TEST_F(JournalTest, OneScanAtATime) {
    const OwnedFd out = open_output();
    auto first = Journal::open(state(), out.get());
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(Journal::open(state(), out.get()).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace bonafide::engine
