#include "output.h"

#include "engine/front/notes.h"
#include "report/pdf/pdf.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace bonafide::cli {
namespace {

namespace fs = std::filesystem;

Result<void> put(int fd, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return Error{ErrorCode::kIo, std::string("cannot write the report: ") + std::strerror(errno)};
        }
        done += static_cast<std::size_t>(count);
    }
    return {};
}

Result<void> put_file(const fs::path& path, const char* data, std::size_t size) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(data, static_cast<std::streamsize>(size));
    file.flush();
    return file ? Result<void>() : Error{ErrorCode::kIo, "cannot write " + path.string()};
}

/// The name under which an input's files are kept: its own, made unique within a scan by a number where two inputs
/// share it.
std::string file_name_of(const std::string& path) {
    const std::string name = path == "-" ? "standard-input" : fs::path(path).filename().string();
    return name.empty() ? "input" : name;
}

fs::path free_name(const fs::path& folder, const std::string& name, const std::string& ending) {
    fs::path candidate = folder / (name + ending);
    std::error_code error;
    for (int number = 2; fs::exists(candidate, error); ++number) {
        candidate = folder / name;
        candidate += "-" + std::to_string(number) + ending;
    }
    return candidate;
}

}  // namespace

ExitCode exit_code_of(report::Verdict verdict) {
    switch (verdict) {
        case report::Verdict::kFailed:
            return kFailed;
        case report::Verdict::kLikelyManipulated:
        case report::Verdict::kLikelySynthetic:
            return kFound;
        // Nothing could be judged: that must not read as clean to a script that tests for 0.
        case report::Verdict::kNotApplicable:
        case report::Verdict::kInconclusive:
            return kInconclusive;
        case report::Verdict::kLikelyAuthentic:
            return kClean;
    }
    return kFailed;
}

ExitCode graver(ExitCode a, ExitCode b) {
    static constexpr std::array kOrder = {kFailed, kFound, kInconclusive, kClean};
    return *std::find_if(kOrder.begin(), kOrder.end(), [&](ExitCode code) { return code == a || code == b; });
}

Result<Output> Output::open(const CheckRequest& request, bool single_input, const engine::Installation& installation) {
    Output output;
    output.format_ = request.format;
    output.maps_folder_ = request.maps_folder;
    output.colour_ = request.colour && request.output.empty();
    output.verbose_ = request.verbose;
    output.single_input_ = single_input;
    if (!request.resume.empty() && request.format != Format::kJsonLines) {
        return Error{ErrorCode::kUsage,
                     "--resume works with --format jsonl: the other formats cannot be gone on with after a stop"};
    }
    const bool is_document = request.format == Format::kHtml || request.format == Format::kPdf;
    if (is_document) {
        output.notes_ = engine::analyzer_notes(installation.worker);
    }
    std::error_code error;
    const bool into_folder =
        is_document && !request.output.empty() && (!single_input || fs::is_directory(request.output, error));
    if (is_document && !single_input && request.output.empty()) {
        return Error{ErrorCode::kUsage, "several HTML or PDF reports need a folder: --output FOLDER"};
    }
    if (request.format == Format::kPdf && request.output.empty() && isatty(STDOUT_FILENO) != 0) {
        return Error{ErrorCode::kUsage, "a PDF is nothing for a terminal: --output FILE.pdf"};
    }
    if (auto signing = output.prepare_signing(request); !signing) {
        return signing.error();
    }
    if (into_folder) {
        output.page_folder_ = request.output;
        return output;
    }
    if (!request.output.empty()) {
        output.output_ = request.output;
        const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (request.resume.empty() ? O_TRUNC : 0);
        output.file_ = engine::OwnedFd(::open(request.output.c_str(), how, 0644));
        output.fd_ = output.file_.get();
        if (!output.file_.valid()) {
            return Error{ErrorCode::kIo, "cannot write " + request.output + ": " + std::strerror(errno)};
        }
    }
    if (!request.resume.empty()) {
        auto journal = engine::Journal::open(request.resume, output.fd_);
        if (!journal) {
            return journal.error();
        }
        output.journal_ = std::move(*journal);
    }
    return output;
}

ExitCode Output::earlier_exit_code() const {
    ExitCode code = kClean;
    if (journal_) {
        for (const std::string& verdict : journal_->earlier_verdicts()) {
            code = graver(code, exit_code_of(report::verdict_from(verdict).value_or(report::Verdict::kFailed)));
        }
    }
    return code;
}

Result<void> Output::prepare_signing(const CheckRequest& request) {
    if (!request.sign) {
        return {};
    }
    const bool one_each = request.format == Format::kPdf || (request.format == Format::kJson && single_input_);
    if (!one_each || request.output.empty()) {
        return Error{ErrorCode::kUsage,
                     "--sign signs files of one report each: --format pdf, or json for one input, with --output"};
    }
    auto key = engine::SigningKey::open(request.key_folder);
    if (!key) {
        return key.error();
    }
    if (!request.quiet) {
        std::fprintf(stderr, "bonafide: signing with the key %s, to be handed out as %s/signing-key.pub.pem\n",
                     engine::fingerprint_of(key->public_key()).c_str(), request.key_folder.c_str());
    }
    key_ = std::move(*key);
    return {};
}

Result<void> Output::sign(const std::string& path, const std::string& document) const {
    if (!key_) {
        return {};
    }
    const std::string signature = key_->sign(document);
    return put_file(path + ".sig", signature.data(), signature.size());
}

Result<std::string> Output::rendered(const engine::Checked& checked) const {
    switch (format_) {
        case Format::kText:
            return (written_ > 0 ? "\n" : "") + report::render_text(checked.report, colour_, verbose_);
        case Format::kJson:
            // Several inputs make one array; each element is a whole report.
            return (single_input_  ? ""
                    : written_ > 0 ? ",\n"
                                   : "[\n") +
                   report::to_json(checked.report).dump(2) + (single_input_ ? "\n" : "");
        case Format::kJsonLines:
            return report::to_json(checked.report).dump() + "\n";
        case Format::kHtml:
            return report::render_html(checked.report, checked.artifacts, notes_);
        case Format::kPdf:
            return report::render_pdf(checked.report, checked.artifacts, notes_);
    }
    return std::string();
}

Result<void> Output::write_page(const engine::InputItem& input, const engine::Checked& checked) {
    const auto page = rendered(checked);
    if (!page) {
        return page.error();
    }
    const fs::path path = free_name(page_folder_, file_name_of(input.path), format_ == Format::kPdf ? ".pdf" : ".html");
    if (auto written = put_file(path, page->data(), page->size()); !written) {
        return written;
    }
    return sign(path.string(), *page);
}

Result<void> Output::write_maps(const engine::InputItem& input, const engine::Checked& checked) {
    static constexpr std::string_view kPrefix = "maps/";
    fs::path folder;
    for (const auto& [name, bytes] : checked.artifacts) {
        // The name comes from the worker, which has seen untrusted bytes: one plain file name, or it is not written.
        if (name.rfind(kPrefix, 0) != 0 || name.find('/', kPrefix.size()) != std::string::npos ||
            name[kPrefix.size()] == '.') {
            continue;
        }
        if (folder.empty()) {
            folder = free_name(maps_folder_, file_name_of(input.path), "");
        }
        if (auto put = put_file(folder / name.substr(kPrefix.size()), reinterpret_cast<const char*>(bytes.data()),
                                bytes.size());
            !put) {
            return put;
        }
    }
    return {};
}

Result<void> Output::write(const engine::InputItem& input, const engine::Checked& checked) {
    if (!maps_folder_.empty()) {
        if (auto maps = write_maps(input, checked); !maps) {
            return maps;
        }
    }
    if (!page_folder_.empty()) {
        return write_page(input, checked);
    }
    const auto text = rendered(checked);
    ++written_;
    if (!text) {
        return text.error();
    }
    if (journal_) {
        return journal_->write(input.path, report::name_of(checked.report.verdict), *text);
    }
    if (auto written = put(fd_, *text); !written) {
        return written;
    }
    return sign(output_, *text);
}

Result<void> Output::finish() {
    if (format_ == Format::kJson && !single_input_) {
        return put(fd_, written_ > 0 ? "\n]\n" : "[]\n");
    }
    return {};
}

}  // namespace bonafide::cli
