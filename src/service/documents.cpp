#include "service/documents.h"

#include "engine/front/notes.h"
#include "report/pdf/pdf.h"
#include "service/secrets.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace bonafide::service {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExhibits = "exhibits.cbor";
constexpr const char* kPreview = "preview.png";
constexpr std::string_view kMaps = "maps/";
/// Documents being made at a time: each holds its pictures decoded.
constexpr int kMostAtOnce = 3;
constexpr std::size_t kNameBytes = 9;

std::optional<std::vector<std::uint8_t>> read_bytes(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::vector<std::uint8_t>(std::istreambuf_iterator<char>(file), {});
}

report::Artifacts read_artifacts(const fs::path& results) {
    report::Artifacts artifacts;
    if (const auto bytes = read_bytes(results / kExhibits)) {
        const nlohmann::json exhibits = nlohmann::json::from_cbor(*bytes, true, false);
        for (const auto& [name, value] : exhibits.items()) {
            if (value.is_binary()) {
                artifacts[name] = value.get_binary();
            }
        }
    }
    if (auto bytes = read_bytes(results / kPreview)) {
        artifacts[kPreview] = std::move(*bytes);
    }
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(results / "maps", error)) {
        if (auto bytes = read_bytes(entry.path())) {
            artifacts[std::string(kMaps) + entry.path().filename().string()] = std::move(*bytes);
        }
    }
    return artifacts;
}

/// Writes `path` whole or not at all; over a file of that name, which another request may be reading.
Result<void> put(const fs::path& path, const std::string& bytes) {
    const fs::path fresh = path.string() + "." + random_token(kNameBytes);
    auto written = write_new_file(fresh, bytes.data(), bytes.size());
    if (written && std::rename(fresh.c_str(), path.c_str()) != 0) {
        written = disk_error("keep a document");
    }
    if (!written) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
    }
    return written;
}

}  // namespace

Result<void> write_exhibits(const fs::path& results, const report::Artifacts& artifacts) {
    nlohmann::json exhibits = nlohmann::json::object();
    for (const auto& [name, bytes] : artifacts) {
        if (name != kPreview && !name.starts_with(kMaps)) {
            exhibits[name] = nlohmann::json::binary(bytes);
        }
    }
    const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(exhibits);
    return write_new_file(results / kExhibits, bytes.data(), bytes.size());
}

const report::AnalyzerNotes& Documents::notes() {
    std::call_once(notes_known_, [this] { notes_ = engine::analyzer_notes(worker_); });
    return notes_;
}

Result<Documents::Made> Documents::make(const std::string& id) {
    const fs::path results = folder_.results(id);
    std::error_code error;
    if (fs::is_regular_file(results / "report.pdf", error)) {
        return Made::kYes;
    }
    if (++under_way_ > kMostAtOnce) {
        --under_way_;
        return Made::kBusy;
    }
    auto made = render(results);
    --under_way_;
    return made;
}

Result<Documents::Made> Documents::render(const fs::path& results) {
    const auto text = read_bytes(results / "report.json");
    if (!text) {
        return Made::kNot;  // deleted meanwhile
    }
    const auto report = report::read_report({reinterpret_cast<const char*>(text->data()), text->size()});
    const auto document =
        report ? report::render_pdf(*report, read_artifacts(results), notes()) : Result<std::string>(report.error());
    if (!document) {
        log_.error("report.no_pdf", {{"error", document.error().message}});
        return Made::kNot;
    }
    // The signature first: where there is a document, there is its signature. Two requests that make it at once make
    // the same bytes.
    if (auto signed_ = put(results / "report.pdf.sig", key_.sign(*document)); !signed_) {
        return signed_.error();
    }
    if (auto written = put(results / "report.pdf", *document); !written) {
        return written.error();
    }
    if (auto lasting = synchronise_folder(results); !lasting) {
        return lasting.error();
    }
    return Made::kYes;
}

}  // namespace bonafide::service
