#include "report/pdf/attachment.h"

#include "report/pdf/pdf.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace bonafide::report {
namespace {

constexpr std::string_view kStart = "startxref\n";
/// In the trailer: offset and length of the attached report. Readers skip keys that they do not know.
constexpr std::string_view kPlaceKey = "/BonafideReport [";
constexpr std::string_view kStreamBegin = "stream\n";

/// The whole number at `at`, spaces before it skipped; moves `at` behind it.
std::optional<std::uint64_t> number_at(std::string_view text, std::size_t& at) {
    while (at < text.size() && text[at] == ' ') {
        ++at;
    }
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data() + std::min(at, text.size()), text.data() + text.size(), value);
    if (read.ec != std::errc{}) {
        return std::nullopt;
    }
    at = static_cast<std::size_t>(read.ptr - text.data());
    return value;
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
    std::size_t at = text.rfind(key);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    at += key.size();
    return number_at(text, at);
}

/// From the last cross-reference table on.
std::optional<std::string_view> last_table(std::string_view pdf) {
    const auto offset = number_after(pdf, kStart);
    if (!offset || *offset >= pdf.size()) {
        return std::nullopt;
    }
    const std::string_view table = pdf.substr(static_cast<std::size_t>(*offset));
    return table.starts_with("xref\n") ? std::optional(table) : std::nullopt;
}

std::string table_entry(std::size_t offset) {
    char text[32];
    std::snprintf(text, sizeof text, "%010zu 00000 n \n", offset);
    return text;
}

}  // namespace

bool is_pdf(std::string_view bytes) {
    return bytes.starts_with("%PDF-");
}

Result<std::string_view> attached_report(std::string_view pdf) {
    const Error missing{ErrorCode::kInvalid,
                        "the PDF carries no Bonafide report: another program made it, or saved it again"};
    const auto table = last_table(pdf);
    std::size_t at = table ? table->rfind(kPlaceKey) : std::string_view::npos;
    if (!is_pdf(pdf) || at == std::string_view::npos) {
        return missing;
    }
    at += kPlaceKey.size();
    const auto offset = number_at(*table, at);
    const auto size = offset ? number_at(*table, at) : std::nullopt;
    if (!size || *offset < kStreamBegin.size() || *offset > pdf.size() || *size > pdf.size() - *offset) {
        return missing;
    }
    const auto begin = static_cast<std::size_t>(*offset);
    if (pdf.substr(begin - kStreamBegin.size(), kStreamBegin.size()) != kStreamBegin) {
        return missing;
    }
    return pdf.substr(begin, static_cast<std::size_t>(*size));
}

namespace pdf {

Result<std::string> attach_report(std::string pdf, std::string_view json, const std::string& id) {
    const Error failure{ErrorCode::kInternal, "cannot attach the report: the PDF library wrote an unknown structure"};
    const auto previous = number_after(pdf, kStart);
    const auto table = last_table(pdf);
    const auto root = table ? number_after(*table, "/Root ") : std::nullopt;
    const auto info = table ? number_after(*table, "/Info ") : std::nullopt;
    const auto size = table ? number_after(*table, "/Size ") : std::nullopt;
    if (!root || !info || !size) {
        return failure;
    }
    const std::string catalog_begin = "\n" + std::to_string(*root) + " 0 obj\n<<";
    const std::size_t begin = pdf.rfind(catalog_begin);
    const std::size_t end = begin == std::string::npos ? begin : pdf.find(">>\nendobj", begin);
    if (end == std::string::npos) {
        return failure;
    }
    const std::string catalog = pdf.substr(begin + catalog_begin.size(), end - begin - catalog_begin.size());
    if (catalog.find("/Names") != std::string::npos || catalog.find("/Lang") != std::string::npos) {
        return failure;
    }

    const std::string file = std::to_string(*size), description = std::to_string(*size + 1);
    const std::size_t file_at = pdf.size();
    const std::string bytes = std::to_string(json.size());
    pdf += file + " 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length " + bytes +
           " /Params << /Size " + bytes + " >> >>\n" + std::string(kStreamBegin);
    const std::size_t json_at = pdf.size();
    pdf += json;
    pdf += "\nendstream\nendobj\n";
    const std::size_t description_at = pdf.size();
    pdf += description +
           " 0 obj\n<< /Type /Filespec /F (report.json) /UF (report.json) /Desc (This report as data) /AFRelationship "
           "/Data /EF << /F " +
           file + " 0 R /UF " + file + " 0 R >> >>\nendobj\n";
    const std::size_t catalog_at = pdf.size();
    const std::string reference = description + " 0 R";
    pdf += std::to_string(*root) + " 0 obj\n<<" + catalog +
           "   /Lang (en)\n   /ViewerPreferences << /DisplayDocTitle true >>\n   /Names << /EmbeddedFiles << /Names "
           "[(report.json) " +
           reference + "] >> >>\n   /AF [" + reference + "]\n>>\nendobj\n";
    const std::size_t table_at = pdf.size();
    const std::string digits = id.substr(0, 32);
    pdf += "xref\n" + std::to_string(*root) + " 1\n" + table_entry(catalog_at) + file + " 2\n" + table_entry(file_at) +
           table_entry(description_at) + "trailer\n<< /Size " + std::to_string(*size + 2) + "\n   /Root " +
           std::to_string(*root) + " 0 R\n   /Info " + std::to_string(*info) + " 0 R\n   /Prev " +
           std::to_string(*previous) + "\n   /ID [<" + digits + "> <" + digits + ">]\n   " + std::string(kPlaceKey) +
           std::to_string(json_at) + " " + bytes + "]\n>>\n" + std::string(kStart) + std::to_string(table_at) +
           "\n%%EOF\n";
    return pdf;
}

}  // namespace pdf
}  // namespace bonafide::report
