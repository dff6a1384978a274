#include "report/facts.h"

#include "report/words.h"

namespace bonafide::report {
namespace {

Fact hash_fact(const std::string& label, const std::string& digest) {
    if (digest.empty()) return {label, "not known: the input could not be read"};
    return {label, digest, Fact::Kind::kHash};
}

std::string pixels_in_words(int width_px, int height_px) {
    return std::to_string(width_px) + " \xC3\x97 " + std::to_string(height_px) + " px";
}

std::string in_words(const Stream& stream) {
    std::string words = stream.kind + ", " + stream.codec;
    const auto add = [&](const std::string& text) { words += ", " + text; };
    if (stream.width_px && stream.height_px) add(pixels_in_words(*stream.width_px, *stream.height_px));
    if (stream.frame_rate_hz) add(number(*stream.frame_rate_hz) + " frames/s");
    if (stream.sample_rate_hz) add(std::to_string(*stream.sample_rate_hz) + " Hz");
    if (stream.channels) add(std::to_string(*stream.channels) + (*stream.channels == 1 ? " channel" : " channels"));
    if (stream.duration_s > 0) add(time_in_words(stream.duration_s));
    return words;
}

}  // namespace

Facts case_facts(const Report& report) {
    Facts facts;
    if (!report.case_record) return facts;
    const auto given = [](const std::string& text) { return text.empty() ? std::string("not given") : text; };
    facts.push_back({"Case", given(report.case_record->number), Fact::Kind::kForeign});
    facts.push_back({"Examiner", given(report.case_record->examiner), Fact::Kind::kForeign});
    facts.push_back({"Examined at", report.case_record->examined_at, Fact::Kind::kForeign});
    return facts;
}

Facts hash_facts(const Input& input) {
    const bool changed = !input.sha256_after.empty() && input.sha256_after != input.sha256;
    Fact after{"SHA-256 afterwards", input.sha256_after.empty() ? "not known" : "the same"};
    if (changed) after = {after.label, input.sha256_after, Fact::Kind::kHash, "changed:"};
    return {hash_fact("SHA-256", input.sha256), after};
}

Facts input_facts(const Input& input) {
    Facts facts = {{"Path, as given", input.path, Fact::Kind::kForeign}};
    for (Fact& fact : hash_facts(input))
        facts.push_back(std::move(fact));
    facts.push_back({"Size", size_in_words(input.size_bytes)});
    facts.push_back(
        {"Type, by the bytes", input.media_type + (input.description.empty() ? "" : " (" + input.description + ")")});
    if (input.width_px && input.height_px)
        facts.push_back({"Picture", pixels_in_words(*input.width_px, *input.height_px)});
    if (input.duration_s) facts.push_back({"Length", time_in_words(*input.duration_s)});
    if (input.decoded_fraction) {
        facts.push_back(
            {"Decoded", *input.decoded_fraction < 1 ? probability_in_words(*input.decoded_fraction) : "all of it"});
    }
    for (const Stream& stream : input.streams)
        facts.push_back({"Stream " + std::to_string(stream.index), in_words(stream), Fact::Kind::kForeign});
    return facts;
}

Facts run_facts(const Report& report) {
    Facts facts = {{"Program", "bonafide " + report.tool_version + ", revision " + report.tool_revision},
                   {"Report", std::string(kSchema)},
                   {"Weighed (h1)", report.h1},
                   {"Against (h0)", report.h0},
                   {"Assumed before looking", probability_in_words(report.prior)}};
    for (const auto& [key, value] : report.replay.items()) {
        const std::string text = value.is_string()
                                     ? value.get<std::string>()
                                     : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        facts.push_back({"Replay: " + key, text, Fact::Kind::kForeign});
    }
    facts.push_back({"Time taken", number(report.total_s, 3) + " s"});
    for (const auto& [analyzer, seconds] : report.analyzer_s)
        facts.push_back({"Time of " + analyzer, number(seconds, 3) + " s"});
    return facts;
}

}  // namespace bonafide::report
