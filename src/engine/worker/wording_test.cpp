#include "engine/worker/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::engine {
namespace {

using testing::HasSubstr;
using testing::Not;

report::Report undecided(double llr, const std::vector<double>& findings) {
    report::Report report;
    report.verdict = report::Verdict::kInconclusive;
    report.llr = llr;
    for (const double each : findings) {
        evidence::Finding finding;
        finding.llr = each;
        finding.explanation = each > 0 ? "An edge." : "No edge.";
        report.findings.push_back(finding);
    }
    return report;
}

TEST(Wording, ClaimsSignsOnlyWhereTheyOutweighWhatSpeaksAgainstThem) {
    const std::string signs = summarise(undecided(0.3, {0.5, -0.2}), ingest::MediaKind::kVideo);
    EXPECT_THAT(signs, HasSubstr("signs that call for a closer look at this film"));
    EXPECT_THAT(signs, HasSubstr("What weighs most: An edge."));
    const std::string outweighed = summarise(undecided(-0.2, {0.2, -0.4}), ingest::MediaKind::kVideo);
    EXPECT_THAT(outweighed, Not(HasSubstr("closer look")));
    EXPECT_THAT(outweighed, HasSubstr("more speaks against it"));
    EXPECT_THAT(outweighed, HasSubstr("What weighs most for it: An edge."));
    EXPECT_THAT(summarise(undecided(-0.2, {-0.2}), ingest::MediaKind::kVideo),
                HasSubstr("Nothing found speaks for manipulation"));
}

}  // namespace
}  // namespace bonafide::engine
