#include "report/history.h"

#include "report/text_safety.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bonafide::report {
namespace {

using nlohmann::json;

constexpr std::size_t kMostEntries = 200;
constexpr std::size_t kMostBytes = 600;

struct Label {
    std::string_view key, words;
};
constexpr std::array kLabels = {Label{"claim_generator", "Program that wrote them"},
                                Label{"title", "Title"},
                                Label{"format", "Format"},
                                Label{"active_manifest", "Active manifest"},
                                Label{"trust", "Trust"},
                                Label{"validator", "Checked with"},
                                Label{"when", "When"},
                                Label{"software_agent", "Program"},
                                Label{"digital_source_type", "Digital source type"},
                                Label{"description", "Description"},
                                Label{"changes", "What changed"},
                                Label{"manifest", "Manifest"},
                                Label{"issuer", "Signed by"},
                                Label{"signer", "Name in the certificate"},
                                Label{"algorithm", "Algorithm"},
                                Label{"serial_number", "Certificate number"},
                                Label{"time", "Signed at"},
                                Label{"trusted", "Signer trusted"},
                                Label{"state", "State of its credentials"},
                                Label{"relationship", "Relationship"},
                                Label{"meaning", "Meaning"},
                                Label{"explanation", "Validator's words"},
                                Label{"about", "About"},
                                Label{"url", "What was checked"},
                                Label{"former_code", "Former code"},
                                Label{"codes", "Codes"}};

std::string label_of(const std::string& key) {
    const auto known =
        std::find_if(kLabels.begin(), kLabels.end(), [&](const Label& label) { return label.key == key; });
    if (known != kLabels.end()) return std::string(known->words);
    std::string words = key;
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

std::string shortened(std::string text) {
    return text.size() <= kMostBytes ? text : text.substr(0, kMostBytes) + " ...";
}

std::string text_of(const json& value) {
    if (value.is_string()) return shortened(value.get_ref<const std::string&>());
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_null()) return "";
    const bool is_list =
        value.is_array() && std::all_of(value.begin(), value.end(), [](const json& item) { return item.is_string(); });
    if (!is_list) return shortened(value.dump(-1, ' ', false, json::error_handler_t::replace));
    std::string joined;
    for (const json& item : value) {
        joined += (joined.empty() ? "" : ", ") + item.get_ref<const std::string&>();
        if (joined.size() > kMostBytes) break;
    }
    return shortened(joined);
}

void add_facts(const json& object, std::string_view without, History::Facts& facts) {
    for (const auto& [key, value] : object.items()) {
        if (facts.size() >= kMostEntries) return;
        const std::string text = key == without ? "" : text_of(value);
        if (!text.empty()) facts.emplace_back(label_of(key), text);
    }
}

std::vector<History::Entry> entries_of(const json& list, const char* title_key) {
    std::vector<History::Entry> entries;
    for (const json& item : list) {
        if (entries.size() == kMostEntries) break;
        History::Entry entry;
        if (item.is_object()) {
            if (item.contains(title_key)) entry.title = text_of(item[title_key]);
            add_facts(item, title_key, entry.facts);
        } else {
            entry.title = text_of(item);
        }
        if (entry.title.empty()) entry.title = "(without a name)";
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace

History history_of(const json& credentials) {
    History history;
    if (!credentials.is_object()) {
        if (!credentials.is_null()) history.facts.emplace_back("Credentials", text_of(credentials));
        return history;
    }
    // Who signed and when comes first, whatever the order of the keys.
    if (credentials.contains("signature") && credentials["signature"].is_object()) {
        const json& signature = credentials["signature"];
        for (const char* key : {"issuer", "signer", "time"}) {
            if (signature.contains(key) && !text_of(signature[key]).empty())
                history.facts.emplace_back(label_of(key), text_of(signature[key]));
        }
        for (const auto& [key, value] : signature.items()) {
            if (key != "issuer" && key != "signer" && key != "time" && !text_of(value).empty()) {
                history.facts.emplace_back(label_of(key), text_of(value));
            }
        }
    }
    for (const auto& [key, value] : credentials.items()) {
        if (value.is_array() && key == "actions") {
            history.actions = entries_of(value, "action");
        } else if (value.is_array() && key == "ingredients") {
            history.ingredients = entries_of(value, "title");
        } else if (value.is_array() && key == "failing_checks") {
            history.failing_checks = entries_of(value, "code");
        } else if (value.is_array() && key == "notes") {
            history.notes = entries_of(value, "code");
        } else if (key != "state" && !(key == "signature" && value.is_object()) &&
                   history.facts.size() < kMostEntries) {
            const std::string text = text_of(value);
            if (!text.empty()) history.facts.emplace_back(label_of(key), text);
        }
    }
    return history;
}

}  // namespace bonafide::report
