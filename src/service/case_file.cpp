#include "service/case_file.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace bonafide::service {

Result<void> write_case(const DataFolder& folder, const std::string& id, const report::CaseRecord& record) {
    if (record.number.empty() && record.examiner.empty()) {
        return {};
    }
    const std::string text = nlohmann::ordered_json{{"number", record.number}, {"examiner", record.examiner}}.dump(
        -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    if (auto written = write_new_file(folder.case_record(id), text.data(), text.size()); !written) {
        return written;
    }
    return synchronise_folder(folder.folder(id));
}

Result<report::CaseRecord> read_case(const DataFolder& folder, const std::string& id) {
    std::error_code error;
    if (!std::filesystem::exists(folder.case_record(id), error)) {
        return error ? Result<report::CaseRecord>(Error{ErrorCode::kIo, "cannot look for the record of a case"})
                     : report::CaseRecord{};
    }
    std::ifstream stream(folder.case_record(id));
    const auto json = nlohmann::json::parse(stream, nullptr, false);
    if (!json.is_object() || !json.contains("number") || !json["number"].is_string() || !json.contains("examiner") ||
        !json["examiner"].is_string()) {
        return Error{ErrorCode::kInvalid, "the record of a case is damaged"};
    }
    return report::CaseRecord{json["number"].get<std::string>(), json["examiner"].get<std::string>(), ""};
}

}  // namespace bonafide::service
