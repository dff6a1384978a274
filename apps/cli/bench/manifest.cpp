#include "bench/manifest.h"

#include "base/hash.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>

namespace bonafide::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostProblemsShown = 20;
constexpr const char* kGenuineLabels[] = {"real", "authentic", "genuine", "bona_fide"};

/// Complaints, of which only the first are kept in words.
class Problems {
  public:
    void add(std::size_t line, const std::string& what) {
        if (++count_ <= kMostProblemsShown) {
            text_ += "\n  line " + std::to_string(line) + ": " + what;
        }
    }
    bool any() const { return count_ > 0; }
    std::string text() const {
        return count_ > kMostProblemsShown ? text_ + "\n  and " + std::to_string(count_ - kMostProblemsShown) + " more"
                                           : text_;
    }

  private:
    std::size_t count_ = 0;
    std::string text_;
};

/// Where each column stands.
class Columns {
  public:
    explicit Columns(const std::vector<std::string>& header) : count_(header.size()) {
        for (std::size_t i = 0; i < header.size(); ++i) {
            place_.try_emplace(header[i], i);
        }
    }
    bool has(const std::string& name) const { return place_.count(name) != 0; }
    std::size_t count() const { return count_; }
    std::string cell(const std::vector<std::string>& line, const std::string& name) const {
        const auto found = place_.find(name);
        return found != place_.end() && found->second < line.size() ? line[found->second] : std::string();
    }

  private:
    std::map<std::string, std::size_t> place_;
    std::size_t count_;
};

bool is_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool is_genuine(const std::string& label, const std::vector<std::string>& further) {
    return std::find(std::begin(kGenuineLabels), std::end(kGenuineLabels), label) != std::end(kGenuineLabels) ||
           std::find(further.begin(), further.end(), label) != further.end();
}

}  // namespace

std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
    std::vector<std::vector<std::string>> lines;
    std::vector<std::string> line;
    std::string cell;
    bool quoted = false;
    const auto end_line = [&] {
        line.push_back(std::move(cell));
        cell.clear();
        if (line.size() > 1 || !line.front().empty()) {
            lines.push_back(std::move(line));
        }
        line.clear();
    };
    // A byte order mark is no part of the first column's name.
    for (std::size_t i = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            cell.push_back('"');
            ++i;
        } else if (c == '"' && (quoted || cell.empty())) {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            line.push_back(std::move(cell));
            cell.clear();
        } else if (!quoted && c == '\n') {
            end_line();
        } else if (quoted || c != '\r') {
            cell.push_back(c);
        }
    }
    end_line();
    return lines;
}

Result<Manifest> read_manifest(const std::string& path, const std::vector<std::string>& genuine_labels) {
    std::ifstream stream(path, std::ios::binary);
    if (!is_file(path) || !stream) {
        return Error{ErrorCode::kIo, "cannot read the manifest " + path};
    }
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto lines = parse_csv(text);
    if (lines.size() < 2) {
        return Error{ErrorCode::kInvalid,
                     path + " lists no file: it needs a header line (file,label,...) and a line a file"};
    }
    const Columns columns(lines.front());
    for (const char* wanted : {"file", "label"}) {
        if (!columns.has(wanted)) {
            return Error{ErrorCode::kInvalid, path + " has no column '" + wanted + "' in its first line"};
        }
    }
    Manifest manifest;
    manifest.sha256 = sha256_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    const fs::path folder = fs::path(path).parent_path();
    Problems problems;
    std::map<std::string, std::size_t> first_line;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::vector<std::string>& line = lines[i];
        BenchRow row;
        row.line = i + 1;
        row.file = columns.cell(line, "file");
        row.label = columns.cell(line, "label");
        row.kind = columns.cell(line, "kind").empty() ? row.label : columns.cell(line, "kind");
        row.group = columns.cell(line, "group");
        row.manipulated = !is_genuine(row.label, genuine_labels);
        if (line.size() > columns.count() || row.file.empty() || row.label.empty()) {
            problems.add(row.line, line.size() > columns.count() ? "has more cells than the first line"
                                                                 : "names no file or no label");
            continue;
        }
        row.path = (folder / row.file).string();
        if (!is_file(row.path)) {
            problems.add(row.line, "there is no file " + row.path);
        }
        if (const auto [place, added] = first_line.try_emplace(row.path, row.line); !added) {
            problems.add(row.line, row.file + " is listed already in line " + std::to_string(place->second));
        }
        if (const std::string mask = columns.cell(line, "mask"); !mask.empty()) {
            row.mask = (folder / mask).string();
            if (!is_file(row.mask)) {
                problems.add(row.line, "there is no mask " + row.mask);
            }
        }
        manifest.rows.push_back(std::move(row));
    }
    if (problems.any()) {
        return Error{ErrorCode::kInvalid, path + " cannot be used:" + problems.text()};
    }
    return manifest;
}

void draw_rows(Manifest& manifest, std::size_t most, std::uint64_t seed) {
    if (most == 0 || most >= manifest.rows.size()) {
        return;
    }
    // std::shuffle differs between libraries; this does not.
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < most; ++i) {
        std::swap(manifest.rows[i], manifest.rows[i + random() % (manifest.rows.size() - i)]);
    }
    manifest.rows.resize(most);
    std::sort(manifest.rows.begin(), manifest.rows.end(),
              [](const BenchRow& a, const BenchRow& b) { return a.line < b.line; });
}

}  // namespace bonafide::cli
