#include "report/report.h"
#include "report/sample_reports.h"
#include "report/text_safety.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace bonafide::report {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Paragraphs are broken over lines: joined again for searching.
std::string flat(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        const bool is_space = letter == ' ' || letter == '\n';
        if (!is_space || (!result.empty() && result.back() != ' ')) result += is_space ? ' ' : letter;
    }
    return result;
}

TEST(ReportText, SaysTheVerdictFirstWithMeaningAndProbability) {
    const std::string text = render_text(samples::picture_with_map().report, false, false);
    const std::string words = flat(text);
    EXPECT_THAT(words, HasSubstr("LIKELY MANIPULATED"));
    EXPECT_THAT(
        words,
        HasSubstr(
            "Probability of manipulated or synthetic: 96 % (llr +1.42, moderate support for manipulated or synthetic"));
    EXPECT_THAT(words, HasSubstr("It is no proof"));
    EXPECT_LT(text.find("LIKELY MANIPULATED"), text.find("Speaks for manipulated"));
    EXPECT_LT(text.find("Speaks for manipulated"), text.find("Speaks for authentic"));
    EXPECT_LT(text.find("Speaks for authentic"), text.find("speaks for neither side"));
    EXPECT_THAT(words, HasSubstr("Not looked at, and why video.frames.continuity the input is a still picture"));
    EXPECT_THAT(words, HasSubstr("Failed: these looked at nothing face.landmarks the model file is missing"));
    EXPECT_THAT(words, HasSubstr("exif Image.Software claims: edited, with GIMP 2.10"));
    EXPECT_THAT(words, HasSubstr("anyone could have written this"));
    EXPECT_THAT(words, HasSubstr("SHA-256 9f86d0818"));
}

TEST(ReportText, NeverSaysFakeOrRealAndFailedNeverLooksClean) {
    for (const samples::Sample& sample : samples::all()) {
        const std::string words = flat(render_text(sample.report, false, true));
        for (const char* word : {"fake", "Fake", " real ", "genuine", "100 %", " 0 %"}) {
            EXPECT_THAT(words, Not(HasSubstr(word))) << sample.name;
        }
    }
    const std::string failed = flat(render_text(samples::failed().report, false, false));
    EXPECT_THAT(failed, HasSubstr("ANALYSIS FAILED Why: the worker ran out of memory"));
    EXPECT_THAT(failed, HasSubstr("Do not take this for a clean result."));
    EXPECT_THAT(failed, HasSubstr("Probability: not judged"));
    EXPECT_THAT(failed, HasSubstr("content credentials not looked at"));
    EXPECT_THAT(failed, Not(HasSubstr("carries no content credentials")));
    EXPECT_THAT(failed, Not(HasSubstr("authentic:")));
}

TEST(ReportText, GivesPlacesTimesAndWarnings) {
    const std::string words = flat(render_text(samples::film_with_events().report, false, false));
    EXPECT_THAT(words, HasSubstr("3.20 s to 4.60 s: The same picture is shown 2 times."));
    EXPECT_THAT(words, HasSubstr("and 13 more (--verbose shows all)"));
    EXPECT_THAT(words, HasSubstr("! Damaged: the file ends 12 s before its index says so."));
    EXPECT_THAT(words, HasSubstr("! Only 87 % could be decoded"));
    EXPECT_THAT(words, HasSubstr("! The file name's ending does not fit the content, which is: MP4 film."));
    EXPECT_THAT(flat(render_text(samples::film_with_events().report, false, true)), Not(HasSubstr("more (--verbose")));
}

TEST(ReportText, VerboseAddsMeasurementsTimingAndReplay) {
    const Report report = samples::picture_with_map().report;
    EXPECT_THAT(render_text(report, false, false), Not(HasSubstr("noise_ratio")));
    const std::string words = flat(render_text(report, false, true));
    EXPECT_THAT(words, HasSubstr("noise_ratio 0.3817 ratio"));
    EXPECT_THAT(words, HasSubstr("time of image.noise.level 0.41 s"));
    EXPECT_THAT(words, HasSubstr("replay: calibration 2025.1"));
}

TEST(ReportText, ShowsCredentialsAsClaims) {
    const std::string words = flat(render_text(samples::with_provenance().report, false, false));
    EXPECT_THAT(words, HasSubstr("Not trusted does not mean tampered"));
    EXPECT_THAT(words, HasSubstr("Signed by Example Corp"));
    EXPECT_THAT(words, HasSubstr("What is claimed to have been done - c2pa.created; 2024-05-01T11:58:10Z"));
    EXPECT_THAT(
        words, HasSubstr("What does not hold - assertion.dataHash.mismatch; the part was changed after it was signed"));
}

TEST(ReportText, ColourOnlyWhenAskedAndNothingFromTheInputReachesTheTerminal) {
    for (const samples::Sample& sample : samples::all()) {
        for (const bool verbose : {false, true}) {
            const std::string plain = render_text(sample.report, false, verbose);
            for (const char letter : plain) {
                ASSERT_TRUE(letter == '\n' || static_cast<unsigned char>(letter) >= 0x20)
                    << sample.name << ' ' << static_cast<int>(letter);
            }
            EXPECT_THAT(plain, Not(HasSubstr("\xE2\x80\xAE")));
            EXPECT_THAT(plain, Not(HasSubstr("\x7f")));
            const std::string coloured = render_text(sample.report, true, verbose);
            EXPECT_THAT(coloured, HasSubstr("\x1b[1m"));
            EXPECT_THAT(coloured, Not(HasSubstr("\x1b[2J")));
            EXPECT_THAT(coloured, Not(HasSubstr("\x07")));
        }
    }
}

TEST(ReportText, LinesFitInto100Columns) {
    for (const samples::Sample& sample : samples::all()) {
        std::istringstream lines(render_text(sample.report, false, true));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(columns(line), 100U) << line;
    }
}

TEST(TextSafety, InvalidUtf8IsReplaced) {
    EXPECT_EQ(valid_utf8("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
              "plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
    const std::string mark = "\xEF\xBF\xBD";
    EXPECT_EQ(valid_utf8("\xFF"), mark);
    EXPECT_EQ(valid_utf8("\xC3"), mark);
    EXPECT_EQ(valid_utf8("\xC0\x80"), mark + mark) << "overlong";
    EXPECT_EQ(valid_utf8("\xED\xA0\x80"), mark + mark + mark) << "surrogate";
    EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), mark + mark + mark + mark) << "beyond the last plane";
    EXPECT_EQ(valid_utf8("\xE2\x82"), mark + mark) << "cut short";
}

TEST(TextSafety, ControlsAndOverridesBecomeVisible) {
    EXPECT_EQ(visible("a\x1b[31mb"), "a<U+001B>[31mb");
    EXPECT_EQ(visible("a\r\n\tb"), "a   b");
    EXPECT_EQ(visible("\xE2\x80\xAE"
                      "gpj.exe"),
              "<U+202E>gpj.exe");
    EXPECT_EQ(visible("\xC2\x9B"
                      "2J"),
              "<U+009B>2J")
        << "a control sequence in eight bits";
    EXPECT_EQ(visible("\xF3\xA0\x80\xA1"), "<U+E0021>") << "tag characters";
    EXPECT_EQ(visible("\xE2\x81\xA6\xEF\xBB\xBF\xE2\x80\x8B"), "<U+2066><U+FEFF><U+200B>");
    EXPECT_EQ(visible(std::string_view("\0", 1)), "<U+0000>");
    EXPECT_EQ(escape_html("<a href='x'>&\"\xE2\x80\xAE"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;U+202E&gt;");
}

TEST(TextSafety, WrapsByColumns) {
    EXPECT_THAT(wrap("", 10), testing::ElementsAre(""));
    EXPECT_THAT(wrap("one two three", 7), testing::ElementsAre("one two", "three"));
    EXPECT_THAT(wrap("abcdefghij kl", 4), testing::ElementsAre("abcd", "efgh", "ij", "kl"));
    EXPECT_EQ(columns("\xE6\x97\xA5\xE6\x9C\xAC"), 4U);
    EXPECT_THAT(wrap("\xE6\x97\xA5\xE6\x9C\xAC", 3), testing::ElementsAre("\xE6\x97\xA5", "\xE6\x9C\xAC"));
    EXPECT_EQ(columns("e\xCC\x81"), 1U);
}

}  // namespace
}  // namespace bonafide::report
