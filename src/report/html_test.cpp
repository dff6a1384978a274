#include "base/hash.h"
#include "report/embedded.h"
#include "report/exhibits.h"
#include "report/history.h"
#include "report/html_sections.h"
#include "report/report.h"
#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace bonafide::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page_of(const samples::Sample& sample) {
    return render_html(sample.report, sample.artifacts, samples::notes());
}

/// The page without the parts that this program wrote in full.
std::string body_of(const std::string& page) {
    const std::size_t body = page.find("<body>");
    return page.substr(body, page.rfind("<script>") - body);
}

std::size_t count_of(const std::string& text, const std::string& wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1))
        ++count;
    return count;
}

struct Tag {
    std::string name;
    bool closing = false, empty = false;
    std::map<std::string, std::string> attributes;
};

/// The tags of `markup`, which has > only at their ends and quotes every attribute (else the samples' checks below
/// fail).
std::vector<Tag> tags_of(const std::string& markup) {
    std::vector<Tag> tags;
    for (std::size_t at = markup.find('<'); at != std::string::npos; at = markup.find('<', at + 1)) {
        const std::string inside = markup.substr(at + 1, markup.find('>', at) - at - 1);
        Tag tag;
        tag.closing = inside.front() == '/';
        tag.name = inside.substr(tag.closing, inside.find_first_of(" /", 1) - tag.closing);
        tag.empty = inside.back() == '/' || tag.name == "img" || tag.name == "input" || tag.name == "br";
        for (std::size_t start = inside.find(' '); start != std::string::npos; start = inside.find(' ', start)) {
            start += 1;
            const std::size_t end = inside.find_first_of(" =/", start);
            std::string value;
            const std::string key = inside.substr(start, end - start);
            start = end;
            if (end != std::string::npos && inside[end] == '=') {
                EXPECT_EQ(inside[end + 1], '"') << inside.substr(0, 200);
                const std::size_t quote = inside.find('"', end + 2);
                value = inside.substr(end + 2, quote - end - 2);
                start = quote;
            }
            if (!key.empty()) tag.attributes[key] = value;
        }
        tags.push_back(std::move(tag));
    }
    return tags;
}

TEST(ReportHtml, SaysTheVerdictFirstAndWhatItDoesNotMean) {
    const std::string page = body_of(page_of(samples::picture_with_map()));
    EXPECT_THAT(page, HasSubstr("<h2 id=\"verdict-title\">Likely manipulated</h2>"));
    EXPECT_THAT(page, HasSubstr("What this does not mean"));
    EXPECT_LT(page.find("verdict-title"), page.find("where-title"));
    EXPECT_LT(page.find("where-title"), page.find("findings-title"));
    EXPECT_THAT(page, HasSubstr("<code>face.landmarks</code>: the model file is missing"));
    EXPECT_THAT(page, HasSubstr("lowest regional noise over the picture&#39;s median"));
    EXPECT_THAT(page, HasSubstr("Blurred backgrounds"));
    EXPECT_THAT(page, HasSubstr("9f86d081884c7d65"));
}

TEST(ReportHtml, ShowsPictureMapsBoxesAndMomentsWithoutScript) {
    const std::string picture = body_of(page_of(samples::picture_with_map()));
    EXPECT_EQ(count_of(picture, "src=\"data:image/jpeg;base64,"), 1U);
    EXPECT_EQ(count_of(picture, "src=\"data:image/png;base64,"), 2U);
    EXPECT_THAT(picture, HasSubstr("alt=\"Grey map of all analyzers together\""));
    EXPECT_THAT(picture, HasSubstr("<rect x=\"58.000%\" y=\"30.000%\" width=\"19.000%\" height=\"28.000%\">"));
    EXPECT_THAT(picture, HasSubstr("id=\"map-controls\" hidden"));
    const std::string film = body_of(page_of(samples::film_with_events()));
    EXPECT_EQ(count_of(film, "alt=\"Frame at "), 12U);
    EXPECT_THAT(film, HasSubstr("alt=\"Frame at 1:04.00\""));
    EXPECT_THAT(film, HasSubstr("7 more moments"));
    EXPECT_THAT(film, HasSubstr("<line class=\"moment\" x1=\"63.802%\""));
    const std::string sound = body_of(page_of(samples::sound_with_moments()));
    EXPECT_THAT(sound, HasSubstr("<path d=\"M 0,"));
    EXPECT_THAT(sound, HasSubstr("8 kHz"));
}

TEST(ReportHtml, IsSelfContainedAndItsPolicyLetsNothingElseRun) {
    for (const samples::Sample& sample : samples::all()) {
        const std::string page = page_of(sample);
        EXPECT_THAT(page, HasSubstr("default-src 'none'; img-src data:;"));
        EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
        for (const Tag& tag : tags_of(body_of(page))) {
            for (const auto& [key, value] : tag.attributes) {
                // Inline styles and handlers would be refused by the policy: there must be none.
                EXPECT_TRUE(key != "style" && key.rfind("on", 0) != 0 && key != "action") << sample.name << ' ' << key;
                if (key == "src") {
                    EXPECT_EQ(value.rfind("data:image/", 0), 0U) << sample.name;
                }
                if (key == "href") {
                    EXPECT_EQ(value.rfind('#', 0), 0U) << sample.name;
                }
            }
        }
        EXPECT_EQ(count_of(page, "<script"), 1U) << sample.name;
        EXPECT_EQ(count_of(page, "<style"), 1U) << sample.name;
    }
    EXPECT_EQ(embedded::kScript.find("</script"), std::string_view::npos);
    EXPECT_EQ(embedded::kStyleSheet.find("</style"), std::string_view::npos);
}

TEST(ReportHtml, HostileTextStaysText) {
    const std::string page = page_of(samples::hostile());
    EXPECT_THAT(
        page,
        HasSubstr("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&lt;U+001B&gt;[2J&lt;U+202E&gt; gpj.exe"));
    EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
    EXPECT_EQ(count_of(page, "</title>"), 1U + count_of(body_of(page), "</title></rect>"));
    EXPECT_EQ(count_of(page, "</style>"), 1U);
    EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, Not(HasSubstr("<svg>"))) << "an artifact that is no picture";
    EXPECT_EQ(count_of(page, "<bdi>"), count_of(page, "</bdi>"));
}

TEST(ReportHtml, EveryElementIsClosed) {
    for (const samples::Sample& sample : samples::all()) {
        std::vector<std::string> open;
        for (const Tag& tag : tags_of(body_of(page_of(sample)))) {
            if (tag.empty) continue;
            if (!tag.closing) {
                open.push_back(tag.name);
                continue;
            }
            ASSERT_FALSE(open.empty()) << sample.name << ": " << tag.name;
            ASSERT_EQ(open.back(), tag.name) << sample.name;
            open.pop_back();
        }
        EXPECT_THAT(open, testing::ElementsAre("body")) << sample.name;
    }
}

TEST(ReportHtml, IdsAreUniqueLandmarksNamedAndPicturesDescribed) {
    for (const samples::Sample& sample : samples::all()) {
        const std::string body = body_of(page_of(sample));
        std::vector<std::string> ids;
        for (const Tag& tag : tags_of(body)) {
            if (const auto id = tag.attributes.find("id"); id != tag.attributes.end()) ids.push_back(id->second);
            if (tag.name == "img") {
                EXPECT_EQ(tag.attributes.count("alt"), 1U) << sample.name;
            }
            if (tag.name == "section" && !tag.closing) {
                EXPECT_EQ(tag.attributes.count("aria-labelledby"), 1U) << sample.name;
            }
        }
        std::sort(ids.begin(), ids.end());
        EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << sample.name;
        EXPECT_EQ(count_of(body, "<h1>"), 1U);
        EXPECT_EQ(count_of(body, "<main>"), 1U);
        EXPECT_THAT(body, HasSubstr("<a class=\"skip\" href=\"#verdict\">"));
    }
}

TEST(ReportHtml, FailedNeverLooksClean) {
    const std::string page = body_of(page_of(samples::failed()));
    EXPECT_THAT(page, HasSubstr("Analysis failed"));
    EXPECT_THAT(page, HasSubstr("ran out of memory"));
    EXPECT_THAT(page, HasSubstr("Do not take this for a clean result."));
    EXPECT_THAT(page, HasSubstr("No analyzer looked at this input."));
    EXPECT_THAT(page, HasSubstr("Nothing was measured."));
    EXPECT_THAT(page, HasSubstr("Whether the input carries any is not known."));
    EXPECT_THAT(page, Not(HasSubstr("carries no content credentials")));
    EXPECT_THAT(page, Not(HasSubstr("class=\"scale\"")));
    for (const samples::Sample& sample : samples::all()) {
        const std::string body = body_of(render_html(sample.report, {}, samples::notes()));
        for (const char* word : {"fake", "Fake", "genuine", "Genuine"}) {
            EXPECT_THAT(body, Not(HasSubstr(word))) << sample.name;
        }
    }
}

TEST(ReportHtml, ShowsProvenanceAsAHistoryOfClaims) {
    const std::string page = body_of(page_of(samples::with_provenance()));
    EXPECT_THAT(page, HasSubstr("History, as the credentials claim it"));
    EXPECT_LT(page.find("c2pa.created"), page.find("c2pa.color_adjustments"));
    EXPECT_LT(page.find("c2pa.color_adjustments"), page.find("c2pa.placed"));
    EXPECT_THAT(page, HasSubstr("background.png"));
    EXPECT_THAT(page, HasSubstr("What does not hold"));
    EXPECT_THAT(page, HasSubstr("Not trusted does not mean tampered."));
}

TEST(ReportHtml, OutlinesTheBandOfAMomentOnTheSpectrogram) {
    samples::Sample sample = samples::sound_with_moments();
    const std::string outline = "class=\"band\"";
    EXPECT_THAT(body_of(page_of(sample)), Not(HasSubstr(outline)));
    sample.report.findings.back().measurements = {{"lowest_frequency", 2000, "Hz"}, {"highest_frequency", 4000, "Hz"}};
    const std::string page = body_of(page_of(sample));
    // The picture reaches up to 8 kHz: half of it lies above.
    EXPECT_THAT(page, HasSubstr(outline + " x=\"60.000%\" y=\"50.000%\" width=\"6.984%\" height=\"25.000%\""));
    EXPECT_THAT(page, HasSubstr("Outlined: the band that speaks."));
    // Upside down, or above the picture: nothing to outline.
    for (const auto& [lowest, highest] : {std::pair(4000.0, 2000.0), {9000.0, 9500.0}}) {
        sample.report.findings.back().measurements = {{"lowest_frequency", lowest, "Hz"},
                                                      {"highest_frequency", highest, "Hz"}};
        EXPECT_THAT(body_of(page_of(sample)), Not(HasSubstr(outline))) << lowest;
    }
}

TEST(ReportHtml, StandsArtifactsThatAreNotWhatTheySay) {
    const Report report = samples::picture_with_map().report;
    const auto bytes = [](std::string_view text) { return std::vector<std::uint8_t>(text.begin(), text.end()); };
    for (const char* presentation :
         {"", "[]", "null", "{\"preview\": 1, \"frames\": {}, \"waveform\": [], \"spectrogram\": {\"file\": 3}}",
          "{\"preview\": {\"file\": \"missing.jpg\"}, \"frames\": [1, null, {\"file\": \"x\"}]}",
          "{\"waveform\": {\"duration_s\": 1, \"minimum\": [0], \"maximum\": [0, 1]}}",
          "{\"waveform\": {\"duration_s\": -1, \"minimum\": [0], \"maximum\": [0]}}",
          "{\"preview\": {\"file\": \"page.html\"}}"}) {
        const Artifacts artifacts = {{"presentation.json", bytes(presentation)}, {"page.html", bytes("<html>")}};
        const Exhibits exhibits = collect_exhibits(report, artifacts);
        EXPECT_FALSE(exhibits.preview || exhibits.waveform || exhibits.spectrogram) << presentation;
        EXPECT_TRUE(exhibits.frames.empty()) << presentation;
        EXPECT_THAT(render_html(report, artifacts), HasSubstr("Likely manipulated"));
    }
    // A JPEG that ends inside its headers, and one whose segment length is 0.
    for (const std::string& jpeg : {std::string("\xFF\xD8\xFF"), std::string("\xFF\xD8\xFF\xE0\0\0\xFF\xC0\0", 9)}) {
        const Exhibits exhibits = collect_exhibits(
            report, {{"presentation.json", bytes("{\"preview\": {\"file\": \"a.jpg\"}}")}, {"a.jpg", bytes(jpeg)}});
        ASSERT_TRUE(exhibits.preview.has_value());
        EXPECT_EQ(exhibits.preview->width_px, 0);
    }
}

TEST(ReportHtml, ReadsPictureSizes) {
    const samples::Sample sample = samples::picture_with_map();
    const Exhibits exhibits = collect_exhibits(sample.report, sample.artifacts);
    ASSERT_TRUE(exhibits.preview.has_value());
    EXPECT_EQ(exhibits.preview->width_px, 1280);
    EXPECT_EQ(exhibits.preview->height_px, 960);
    ASSERT_EQ(exhibits.maps.size(), 2U);
    EXPECT_EQ(exhibits.maps[0].analyzer, "fused");
    EXPECT_EQ(exhibits.maps[1].picture.height_px, 960);
}

TEST(ReportHtml, Base64FollowsRfc4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xFB\xFF"), "+/8=");
}

TEST(ReportHtml, CoordinatesStayInsideAndFinite) {
    EXPECT_EQ(html::percent(1, 3), "33.333%");
    EXPECT_EQ(html::percent(-5, 10), "0.000%");
    EXPECT_EQ(html::percent(50, 10), "100.000%");
    EXPECT_EQ(html::percent(1, 0), "0.000%");
}

TEST(ReportHistory, StandsAnyCredentials) {
    EXPECT_TRUE(history_of(nullptr).empty());
    EXPECT_TRUE(history_of(nlohmann::json::object()).empty());
    EXPECT_EQ(history_of("text").facts.size(), 1U);
    const History odd = history_of(
        {{"actions", {1, nullptr, nlohmann::json::object(), "cut"}}, {"signature", "x"}, {"other_thing", {{"a", 1}}}});
    EXPECT_EQ(odd.actions.size(), 4U);
    EXPECT_EQ(odd.actions[3].title, "cut");
    EXPECT_THAT(odd.facts, testing::Contains(testing::Pair("other thing", "{\"a\":1}")));
    nlohmann::json many = nlohmann::json::array();
    for (int i = 0; i < 10'000; ++i)
        many.push_back({{"action", std::string(5000, 'x')}});
    const History bounded = history_of({{"actions", many}});
    EXPECT_EQ(bounded.actions.size(), 200U);
    EXPECT_LT(bounded.actions[0].title.size(), 700U);
}

TEST(ReportHtml, WritesTheSamplesForTheEye) {
    const std::filesystem::path folder = std::filesystem::path(BONAFIDE_TEST_BUILD_DIR) / "report_samples";
    std::filesystem::create_directories(folder);
    for (const samples::Sample& sample : samples::all()) {
        std::ofstream(folder / (sample.name + ".html"), std::ios::binary) << page_of(sample);
        std::ofstream(folder / (sample.name + ".txt"), std::ios::binary) << render_text(sample.report, true, true);
        std::ofstream(folder / (sample.name + ".json"), std::ios::binary) << to_json(sample.report).dump(2);
        EXPECT_TRUE(std::filesystem::exists(folder / (sample.name + ".html")));
    }
}

}  // namespace
}  // namespace bonafide::report
