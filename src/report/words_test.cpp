#include "report/words.h"

#include "report/view.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::report {
namespace {

TEST(ReportWords, ProbabilityIsNeverNoughtOrCertain) {
    EXPECT_EQ(probability_in_words(0.5), "50 %");
    EXPECT_EQ(probability_in_words(0.9634), "96 %");
    EXPECT_EQ(probability_in_words(0.995), "99.5 %");
    EXPECT_EQ(probability_in_words(1.0), "over 99.9 %");
    EXPECT_EQ(probability_in_words(0.0), "under 0.1 %");
    EXPECT_EQ(probability_in_words(0.0012), "0.12 %");
}

TEST(ReportWords, SupportFollowsTheVerbalScale) {
    EXPECT_EQ(support_in_words(0), "no support for either side");
    EXPECT_EQ(support_in_words(0.29), "no support for either side");
    EXPECT_EQ(support_in_words(0.31), "weak support for manipulated or synthetic");
    EXPECT_EQ(support_in_words(-1.0), "moderate support for authentic");
    EXPECT_EQ(support_in_words(2.5), "moderately strong support for manipulated or synthetic");
    EXPECT_EQ(support_in_words(-3.5), "strong support for authentic");
    EXPECT_EQ(support_in_words(9), "very strong support for manipulated or synthetic");
    EXPECT_EQ(llr_in_words(std::nullopt), "not judged");
    EXPECT_EQ(weight_in_words(evidence::Finding{}), "no ratio of its own");
}

TEST(ReportWords, NumbersReadTheSameEverywhere) {
    EXPECT_EQ(number(0), "0");
    EXPECT_EQ(number(0.38174), "0.3817");
    EXPECT_EQ(number(1234567), "1234567");
    EXPECT_EQ(number(12345.678), "12346");
    EXPECT_EQ(number(3.14159e-7), "3.142e-07");
    EXPECT_EQ(number(-2.5), "-2.5");
    EXPECT_EQ(number(1e300), "1e+300");
    EXPECT_EQ(signed_number(1.424), "+1.42");
    EXPECT_EQ(signed_number(-0.85), "-0.85");
    EXPECT_EQ(signed_number(-0.001), "0.00");
}

TEST(ReportWords, TimesAndSizes) {
    EXPECT_EQ(time_in_words(0), "0.00 s");
    EXPECT_EQ(time_in_words(9.599), "9.60 s");
    EXPECT_EQ(time_in_words(59.999), "1:00.00");
    EXPECT_EQ(time_in_words(3723.5), "1:02:03.50");
    EXPECT_EQ(time_in_words(-0.04), "-0.04 s");
    EXPECT_EQ(time_in_words(1e200), "1e+200 s");
    EXPECT_EQ(span_in_words(1.0, 1.001), "1.00 s");
    EXPECT_EQ(span_in_words(1.0, 2.0), "1.00 s to 2.00 s");
    EXPECT_EQ(span_in_words(std::nullopt, 2.0), "until 2.00 s");
    EXPECT_EQ(span_in_words(std::nullopt, std::nullopt), "");
    EXPECT_EQ(size_in_words(0), "0 bytes");
    EXPECT_EQ(size_in_words(1), "1 byte");
    EXPECT_EQ(size_in_words(4'213'811), "4.2 MB (4,213,811 bytes)");
    EXPECT_EQ(size_in_words(999'999), "1.0 MB (999,999 bytes)");
    EXPECT_EQ(size_in_words(std::numeric_limits<std::uint64_t>::max()), "18 EB (18,446,744,073,709,551,615 bytes)");
}

TEST(ReportWords, WarnsOfAChangedFile) {
    Input input;
    input.sha256 = std::string(64, '1');
    input.sha256_after = std::string(64, '1');
    EXPECT_TRUE(warnings_of(input).empty());
    input.sha256_after = std::string(64, '2');
    EXPECT_EQ(warnings_of(input).size(), 1U);
}

TEST(ReportView, GroupsByTheFirstFindingOfAnAnalyzer) {
    Report report;
    const auto add = [&](const char* analyzer, evidence::Outcome outcome, std::optional<double> llr) {
        evidence::Finding finding;
        finding.analyzer = analyzer;
        finding.outcome = outcome;
        finding.llr = llr;
        report.findings.push_back(finding);
    };
    using evidence::Outcome;
    add("a.weak", Outcome::kRan, 0.4);
    add("b.strong", Outcome::kRan, 1.2);
    add("a.weak", Outcome::kRan, std::nullopt);
    add("c.against", Outcome::kRan, -0.4);
    add("d.hardly", Outcome::kRan, -0.2);
    add("e.unjudged", Outcome::kRan, std::nullopt);
    add("f.none", Outcome::kNotApplicable, std::nullopt);
    add("g.failed", Outcome::kFailed, std::nullopt);
    const FindingsView view = view_findings(report);
    ASSERT_EQ(view.speaks_for.size(), 2U);
    EXPECT_EQ(view.speaks_for[0].whole->analyzer, "b.strong");
    EXPECT_EQ(view.speaks_for[1].places.size(), 1U);
    ASSERT_EQ(view.speaks_against.size(), 1U);
    ASSERT_EQ(view.neutral.size(), 2U);
    ASSERT_EQ(view.not_applicable.size(), 1U);
    ASSERT_EQ(view.failed.size(), 1U);
}

}  // namespace
}  // namespace bonafide::report
