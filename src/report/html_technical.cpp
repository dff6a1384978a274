#include "report/html_sections.h"
#include "report/text_safety.h"
#include "report/words.h"

namespace bonafide::report::html {
namespace {

std::string hash_of(const std::string& digest) {
    return digest.empty() ? "not known: the input could not be read"
                          : "<code class=\"hash\">" + escape_html(digest) + "</code>";
}

std::string in_words(const Stream& stream) {
    std::string words = stream.kind + ", " + stream.codec;
    const auto add = [&](const std::string& text) { words += ", " + text; };
    if (stream.width_px && stream.height_px)
        add(std::to_string(*stream.width_px) + " \xC3\x97 " + std::to_string(*stream.height_px) + " px");
    if (stream.frame_rate_hz) add(number(*stream.frame_rate_hz) + " frames/s");
    if (stream.sample_rate_hz) add(std::to_string(*stream.sample_rate_hz) + " Hz");
    if (stream.channels) add(std::to_string(*stream.channels) + (*stream.channels == 1 ? " channel" : " channels"));
    if (stream.duration_s > 0) add(time_in_words(stream.duration_s));
    return words;
}

std::string input_facts(const Input& input) {
    std::string facts = fact("Path, as given", foreign(input.path));
    facts += fact("SHA-256", hash_of(input.sha256));
    const bool changed = !input.sha256_after.empty() && input.sha256_after != input.sha256;
    facts += fact("SHA-256 afterwards", changed ? "<strong>changed:</strong> " + hash_of(input.sha256_after)
                                        : input.sha256_after.empty() ? "not known"
                                                                     : "the same");
    facts += fact("Size", escape_html(size_in_words(input.size_bytes)));
    facts +=
        fact("Type, by the bytes", escape_html(input.media_type) +
                                       (input.description.empty() ? "" : " (" + escape_html(input.description) + ")"));
    if (input.width_px && input.height_px) {
        facts +=
            fact("Picture", std::to_string(*input.width_px) + " \xC3\x97 " + std::to_string(*input.height_px) + " px");
    }
    if (input.duration_s) facts += fact("Length", escape_html(time_in_words(*input.duration_s)));
    if (input.decoded_fraction)
        facts +=
            fact("Decoded", *input.decoded_fraction < 1 ? escape_html(probability_in_words(*input.decoded_fraction))
                                                        : "all of it");
    for (const Stream& stream : input.streams)
        facts += fact("Stream " + std::to_string(stream.index), foreign(in_words(stream)));
    return "<h3>Input</h3>\n<dl class=\"facts\">\n" + facts + "</dl>\n";
}

std::string parts_table(const std::vector<Part>& parts) {
    if (parts.empty()) return "";
    std::string rows;
    for (const Part& part : parts) {
        rows += "<tr><th scope=\"row\">" + foreign(part.id) + "</th><td>" + escape_html(part.kind) + "</td><td>" +
                escape_html(span_in_words(part.start_s, part.end_s)) + "</td><td>" +
                escape_html(llr_in_words(part.llr)) + "</td></tr>\n";
    }
    return "<h3>Parts</h3>\n<table class=\"stacked\"><thead><tr><th scope=\"col\">Part</th><th "
           "scope=\"col\">Kind</th><th scope=\"col\">When</th>"
           "<th scope=\"col\">Weight</th></tr></thead><tbody>\n" +
           rows + "</tbody></table>\n";
}

std::string run_facts(const Report& report) {
    std::string facts = fact(
        "Program", "bonafide " + escape_html(report.tool_version) + ", revision " + escape_html(report.tool_revision));
    facts += fact("Report", escape_html(kSchema));
    facts += fact("Weighed (h1)", escape_html(report.h1)) + fact("Against (h0)", escape_html(report.h0));
    facts += fact("Assumed before looking", escape_html(probability_in_words(report.prior)));
    for (const auto& [key, value] : report.replay.items()) {
        const std::string text = value.is_string()
                                     ? value.get<std::string>()
                                     : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        facts += fact("Replay: " + key, foreign(text));
    }
    facts += fact("Time taken", escape_html(number(report.total_s, 3)) + " s");
    for (const auto& [analyzer, seconds] : report.analyzer_s) {
        facts += fact("Time of " + analyzer, escape_html(number(seconds, 3)) + " s");
    }
    return "<h3>Program and run</h3>\n<dl class=\"facts\">\n" + facts + "</dl>\n";
}

}  // namespace

std::string technical_section(const Report& report) {
    return section("technical", "Technical particulars",
                   input_facts(report.input) + parts_table(report.parts) + run_facts(report));
}

}  // namespace bonafide::report::html
