// A program of somebody else's is run with text of anybody's: what is refused, and what becomes of a program that
// misbehaves.
#include "engine/front/speech.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace bonafide::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Speech : public testing::Test {
  protected:
    Speech() : folder_(fs::path(testing::TempDir()) / ("speech-" + std::to_string(getpid()))) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    ~Speech() override { fs::remove_all(folder_); }

    /// What comes of a program that is this shell script, and may run for so long.
    Result<std::vector<std::uint8_t>> said_by(const std::string& script, const std::string& text = "Good morning.",
                                              double time_s = 20) {
        const fs::path program = folder_ / "speaker";
        std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
        chmod(program.c_str(), 0700);
        Limits limits;
        limits.time_s = time_s;
        return said({program.string(), text, "en"}, limits);
    }
    fs::path folder_;
};

TEST(Sentences, RefusedInWords) {
    const auto refusal = [](const std::string& text, const std::string& language = "en") {
        const auto can = can_be_said({"", text, language});
        return can ? std::string() : can.error().message;
    };
    EXPECT_EQ(refusal("Grüße -- aus <b>Köln</b>, $(reboot) `id` \"3\""), "");
    EXPECT_EQ(refusal(std::string(kMostCharacters, 'a')), "");
    EXPECT_THAT(refusal(""), HasSubstr("nothing to say"));
    EXPECT_THAT(refusal(" ... - !"), HasSubstr("nothing to say"));
    EXPECT_THAT(refusal(std::string(kMostCharacters + 1, 'a')), HasSubstr("too long"));
    EXPECT_THAT(refusal("a\xFFz"), HasSubstr("no UTF-8"));
    EXPECT_THAT(refusal(std::string("a\0b", 3)), HasSubstr("control characters"));
    EXPECT_THAT(refusal("a\x1B[2J"), HasSubstr("control characters"));
    for (const char* language : {"", "../../etc/passwd", "en; id", "-v", "EN", "en-"}) {
        EXPECT_THAT(refusal("Good morning.", language), HasSubstr("no language")) << language;
    }
    EXPECT_EQ(refusal("Bom dia.", "pt-br"), "");
    EXPECT_THAT(said({"", "Good morning.", "en"}, {}).error().message, HasSubstr("not found in PATH"));
}

TEST_F(Speech, TakesTheTextAsItIsAndNothingElse) {
    // A header of a recording, then what the program was given: text, arguments and environment.
    const auto told = said_by(
        "printf 'RIFF....WAVEfmt ....................data....'; cat; printf '|%s' \"$@\"; printf '|%s|%s' \"$HOME\" "
        "\"$LC_ALL\"",
        "-w /tmp/x; $(id) `id` \"'\\");
    ASSERT_TRUE(told.ok()) << told.error().message;
    const std::string heard(told->begin() + 44, told->end());
    EXPECT_EQ(heard, "-w /tmp/x; $(id) `id` \"'\\|--stdin|--stdout|-b|1|-v|en||C.UTF-8");
    const auto length = [&](std::size_t at) { return (*told)[at] + ((*told)[at + 1] << 8); };
    EXPECT_EQ(length(40), static_cast<int>(told->size() - 44));
    EXPECT_EQ(length(4), static_cast<int>(told->size() - 8));
}

TEST_F(Speech, EndsProgramsThatMisbehave) {
    const auto start = std::chrono::steady_clock::now();
    const auto words = [](const Result<std::vector<std::uint8_t>>& result) {
        return result.ok() ? std::string() : result.error().message;
    };
    EXPECT_THAT(words(said_by("exec sleep 60", "Good morning.", 0.5)), HasSubstr("too long"));
    EXPECT_THAT(words(said_by("exec yes")), HasSubstr("five minutes of sound"));
    EXPECT_THAT(words(said_by("echo 'no such voice' >&2; exit 1")), HasSubstr("no such voice"));
    EXPECT_THAT(words(said_by("head -c 100000 /dev/zero >&2; exit 1")), HasSubstr("could not say"));
    EXPECT_THAT(words(said_by("echo hello")), HasSubstr("said nothing"));
    EXPECT_THAT(words(said_by("exec >&-; exec sleep 60")), HasSubstr("could not say"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace bonafide::engine
