#include "service/results.h"

#include "report/pdf/pdf.h"
#include "service/documents.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

namespace bonafide::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMapsPrefix = "maps/";
constexpr const char* kPreview = "preview.png";

/// The worker has seen untrusted bytes, and names what it sends: a map is one plain file name, or it is not written.
bool is_map_name(const std::string& name) {
    static constexpr const char* kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return name.starts_with(kMapsPrefix) && name.ends_with(".png") && name.size() <= 100 &&
           name.find_first_not_of(kAllowed, kMapsPrefix.size()) == std::string::npos && name[kMapsPrefix.size()] != '.';
}

/// Pictures are served by type: one that is no PNG file is no picture.
bool is_png(const std::vector<std::uint8_t>& bytes) {
    static constexpr std::array<std::uint8_t, 8> kMark = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    return bytes.size() > kMark.size() && std::equal(kMark.begin(), kMark.end(), bytes.begin());
}

Result<void> write_signed(const fs::path& path, const std::string& document, const engine::SigningKey& key) {
    if (auto written = write_new_file(path, document.data(), document.size()); !written) {
        return written;
    }
    const std::string signature = key.sign(document);
    return write_new_file(path.string() + ".sig", signature.data(), signature.size());
}

Result<void> write_files(const fs::path& folder, const engine::Checked& checked, const report::AnalyzerNotes& notes,
                         const engine::SigningKey& key) {
    for (const fs::path& made : {folder, folder / "maps"}) {
        if (mkdir(made.c_str(), 0700) != 0) {
            return disk_error("make a folder for results");
        }
    }
    if (auto written = write_signed(folder / "report.json", report::json_text(checked.report), key); !written) {
        return written;
    }
    const std::string page = report::render_html(checked.report, checked.artifacts, notes);
    if (auto written = write_new_file(folder / "report.html", page.data(), page.size()); !written) {
        return written;
    }
    if (auto written = write_exhibits(folder, checked.artifacts); !written) {
        return written;
    }
    for (const auto& [name, bytes] : checked.artifacts) {
        if ((name != kPreview && !is_map_name(name)) || !is_png(bytes)) {
            continue;
        }
        if (auto written = write_new_file(folder / name, bytes.data(), bytes.size()); !written) {
            return written;
        }
    }
    if (auto lasting = synchronise_folder(folder / "maps"); !lasting) {
        return lasting;
    }
    return synchronise_folder(folder);
}

}  // namespace

Result<Outcome> write_results(const DataFolder& folder, const Claim& claim, const engine::Checked& checked,
                              const report::AnalyzerNotes& notes, const engine::SigningKey& key) {
    const fs::path fresh = folder.results_of(claim.id, claim.lease);
    std::error_code error;
    if (auto written = write_files(fresh, checked, notes, key); !written) {
        fs::remove_all(fresh, error);
        return written.error();
    }
    Outcome outcome;
    outcome.media_type = checked.report.input.media_type;
    outcome.kind = checked.report.input.kind;
    outcome.verdict = report::name_of(checked.report.verdict);
    outcome.summary = checked.report.summary;
    outcome.llr = checked.report.llr;
    outcome.probability = checked.report.probability;
    outcome.preview = fs::exists(fresh / kPreview, error);
    return outcome;
}

Result<void> publish_results(const DataFolder& folder, const Claim& claim) {
    const fs::path fresh = folder.results_of(claim.id, claim.lease), results = folder.results(claim.id);
    std::error_code error;
    if (!fs::exists(fresh, error)) {
        // Published before, by a try whose commit failed.
        return fs::exists(results, error) ? Result<void>() : Error{ErrorCode::kIo, "the results are gone"};
    }
    fs::remove_all(results, error);
    if (std::rename(fresh.c_str(), results.c_str()) != 0) {
        return disk_error("keep results");
    }
    // What attempts that were cut off had collected. One that does not know yet that its lease is over can do without.
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.folder(claim.id), error)) {
        if (entry.path().filename().string().starts_with("results.")) {
            std::error_code ignored;
            fs::remove_all(entry.path(), ignored);
        }
    }
    return synchronise_folder(folder.folder(claim.id));
}

std::vector<std::string> map_names(const DataFolder& folder, const std::string& id) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder.results(id) / "maps", error)) {
        names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
        return std::pair(a != "fused", a) < std::pair(b != "fused", b);
    });
    return names;
}

}  // namespace bonafide::service
