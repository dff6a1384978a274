// The document: what stands in it, that it is the same each time, and what it refuses. `tests/cli/test_verify.py` reads
// one with another program.
#include "report/pdf/pdf.h"

#include "base/hash.h"
#include "report/pdf/attachment.h"
#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <filesystem>
#include <fstream>

namespace bonafide::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string document_of(const samples::Sample& sample) {
    auto document = render_pdf(sample.report, sample.artifacts, samples::notes());
    EXPECT_TRUE(document) << document.error().message;
    return document ? *document : std::string();
}

std::size_t count_of(const std::string& text, const std::string& wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1))
        ++count;
    return count;
}

TEST(ReportPdf, CarriesTheReportItShows) {
    for (const samples::Sample& sample : samples::all()) {
        const std::string document = document_of(sample);
        ASSERT_TRUE(is_pdf(document)) << sample.name;
        const auto attached = attached_report(document);
        ASSERT_TRUE(attached) << sample.name;
        EXPECT_EQ(*attached, json_text(sample.report)) << sample.name;
        EXPECT_THAT(document, HasSubstr("/ID [<" + report_id(sample.report).substr(0, 32) + ">")) << sample.name;
        EXPECT_THAT(document, HasSubstr("/Lang (en)"));
        EXPECT_THAT(document, HasSubstr("/FontFile")) << "no font is embedded";
        // Looked at by a person: build/*/src/report/pdf.
        std::filesystem::create_directories("pdf-samples");
        std::ofstream("pdf-samples/" + sample.name + ".pdf", std::ios::binary) << document;
    }
}

TEST(ReportPdf, IsTheSameEachTimeAndInEveryLocale) {
    const std::string once = document_of(samples::film_with_events());
    std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
    const std::string again = document_of(samples::film_with_events());
    std::setlocale(LC_NUMERIC, "C");
    EXPECT_TRUE(once == again);
}

TEST(ReportPdf, TakesItsDateFromTheReport) {
    samples::Sample sample = samples::failed();
    EXPECT_THAT(document_of(sample), Not(HasSubstr("/CreationDate")));
    sample.report.case_record = CaseRecord{"17 Js 4/26", "A. Examiner", "2026-11-26T17:00:01Z"};
    const std::string document = document_of(sample);
    EXPECT_THAT(document, HasSubstr("/CreationDate (20261126170001"));
    EXPECT_THAT(document, HasSubstr("/Author (A. Examiner)"));
}

TEST(ReportPdf, ShowsJpegFilesUndecodedAndLeavesOutWhatIsNoPicture) {
    const samples::Sample picture = samples::picture_with_map();
    EXPECT_EQ(count_of(document_of(picture), "/DCTDecode"), 1U) << "one picture, shown twice";
    EXPECT_EQ(count_of(document_of(samples::hostile()), "/DCTDecode"), 0U);
    samples::Sample bomb = picture;
    std::vector<std::uint8_t>& map = bomb.artifacts["maps/fused.png"];
    map[16] = 0x7F;  // as if it were two thousand million pixels wide
    EXPECT_TRUE(is_pdf(document_of(bomb)));
    map.resize(40);
    EXPECT_TRUE(is_pdf(document_of(bomb)));
}

TEST(ReportPdf, StaysReadableWhateverTheTextAndItsLength) {
    samples::Sample sample = samples::hostile();
    sample.report.input.path = std::string(100'000, 'x') + "\xE2\x80\xAE\x01\xF0\x9F\xA6\x84\xFF.jpg";
    sample.report.case_record = CaseRecord{std::string(5'000, '7'), "\xD7\x90\xD7\x91 <b>(\\)", "2026-11-26T17:00:01Z"};
    for (int i = 0; i < 10'000; ++i) {
        evidence::Finding finding = sample.report.findings.front();
        finding.outcome = evidence::Outcome::kRan;
        finding.reason.clear();
        finding.where.start_s = i;
        sample.report.findings.push_back(finding);
    }
    const std::string document = document_of(sample);
    ASSERT_TRUE(attached_report(document));
    EXPECT_THAT(std::string(*attached_report(document)), HasSubstr("\"start_s\": 9999"));
}

TEST(ReportPdf, FindsNoReportWhereThereIsNone) {
    const std::string document = document_of(samples::failed());
    EXPECT_FALSE(attached_report(""));
    EXPECT_FALSE(attached_report("%PDF-1.5\nstartxref\n99999999999999999999\n%%EOF"));
    EXPECT_FALSE(attached_report(document.substr(1)));
    for (const std::size_t cut : {document.size() / 4, document.size() / 2, document.size() - 60}) {
        EXPECT_FALSE(attached_report(document.substr(0, cut))) << cut;
    }
    for (const char* place : {"[9999999999 5]", "[0 5]", "[20 99999999999999999]", "[-1 5]", "[5]", "["}) {
        std::string moved = document;
        const std::size_t at = moved.rfind("/BonafideReport [");
        moved.replace(at + 16, moved.find(']', at) + 1 - (at + 16), place);
        EXPECT_FALSE(attached_report(moved)) << place;
    }
    EXPECT_FALSE(pdf::attach_report("%PDF-1.5\nsomething else", "{}", std::string(64, '0')));
}

}  // namespace
}  // namespace bonafide::report
