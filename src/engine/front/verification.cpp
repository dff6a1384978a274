#include "engine/front/verification.h"

#include "base/hash.h"
#include "engine/front/spawn.h"
#include "report/pdf/pdf.h"
#include "report/text_safety.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace bonafide::engine {
namespace {

std::string sha256_of(std::string_view bytes) {
    return sha256_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

nlohmann::ordered_json text_list(const std::vector<std::string>& texts) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const std::string& text : texts) {
        list.push_back(report::visible(text));
    }
    return list;
}

}  // namespace

const char* name_of(Verification::Outcome outcome) {
    switch (outcome) {
        case Verification::Outcome::kHolds:
            return "holds";
        case Verification::Outcome::kOpen:
            return "open";
        case Verification::Outcome::kRefuted:
            return "refuted";
    }
    return "refuted";
}

const char* name_of(Verification::FileState state) {
    switch (state) {
        case Verification::FileState::kNotGiven:
            return "not_given";
        case Verification::FileState::kMatches:
            return "matches";
        case Verification::FileState::kDiffers:
            return "differs";
    }
    return "differs";
}

Verification::Outcome Verification::outcome() const {
    if (signature.state == SignatureState::kInvalid || file == FileState::kDiffers || replay == ReplayState::kDiffers) {
        return Outcome::kRefuted;
    }
    const bool file_is_open = file == FileState::kMatches && replay == ReplayState::kNotDone && !replay_reason.empty();
    return signature.state != SignatureState::kValid || replay == ReplayState::kOtherVersions || file_is_open
               ? Outcome::kOpen
               : Outcome::kHolds;
}

std::string Verification::file_in_words() const {
    switch (file) {
        case FileState::kNotGiven:
            return "not given";
        case FileState::kMatches:
            return "matches: it is the file that the report is about";
        case FileState::kDiffers:
            return "differs: the report is about another file, or the file was changed since";
    }
    return "";
}

std::string Verification::replay_in_words() const {
    switch (replay) {
        case ReplayState::kNotDone:
            return "not done" + (replay_reason.empty() ? "" : ": " + replay_reason);
        case ReplayState::kSame:
            return comparison.identical ? "same: the same verdict, findings and measurements, to the last digit"
                                        : "same: the same verdict and findings, measurements within the tolerance";
        case ReplayState::kDiffers:
            return "differs: the same versions find something else";
        case ReplayState::kOtherVersions:
            return "other versions: something else is found, but not by the versions that made the report";
    }
    return "";
}

Result<Verification> verify(std::string_view document, const std::optional<std::string>& signature,
                            const VerificationJob& job) {
    auto report = report_in(document);
    if (!report) {
        return report.error();
    }
    Verification verification;
    verification.report = std::move(*report);
    verification.report_id = sha256_of(report::is_pdf(document) ? *report::attached_report(document) : document);
    verification.signature = check_signature(document, signature, job.trusted);
    return verification;
}

Result<void> verify_fd(Verification& verification, int fd, const std::string& shown_path, const VerificationJob& job,
                       const Installation& installation, const std::atomic<bool>* stop) {
    struct stat status {};
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return Error{ErrorCode::kIo, "it is no regular file"};
    }
    const report::Report& before = verification.report;
    const auto digest = sha256_of_fd(fd);
    if (!digest) {
        return digest.error();
    }
    verification.file_sha256 = digest->sha256;
    const bool matches = digest->sha256 == before.input.sha256 && digest->size_bytes == before.input.size_bytes;
    verification.file = matches ? Verification::FileState::kMatches : Verification::FileState::kDiffers;
    if (!matches || !job.replay) {
        verification.replay_reason = matches ? "" : "the file is not the report's";
        return {};
    }
    if (before.replay.contains("camera")) {
        verification.replay_reason = "a camera's fingerprint was compared, which is not part of the report";
        return {};
    }
    if (before.replay.contains("claimed")) {
        verification.replay_reason = "an enrolled person was compared, which is not part of the report";
        return {};
    }
    auto repeated = job_of(before, job.limits);
    if (!repeated) {
        verification.replay_reason = repeated.error().message;
        return {};
    }
    repeated->cache_folder = job.cache_folder;
    repeated->trust_anchors_pem = job.trust_anchors_pem;
    const auto again = check_fd(fd, shown_path, std::move(*repeated), installation, stop);
    if (!again && again.error().code == ErrorCode::kUsage) {
        verification.replay_reason = "this version cannot do what the report's did: " + again.error().message;
        return {};
    }
    if (!again) {
        return again.error();
    }
    if (again->stopped || again->worker_died) {
        verification.replay_reason = "the analysis broke off";
        return {};
    }
    verification.comparison = compare(before, again->report);
    verification.replay = state_of(verification.comparison);
    return {};
}

Result<void> verify_file(Verification& verification, const std::string& path, const VerificationJob& job,
                         const Installation& installation) {
    const OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.valid()) {
        return Error{ErrorCode::kIo, std::string("it cannot be opened: ") + std::strerror(errno)};
    }
    return verify_fd(verification, file.get(), path, job, installation);
}

nlohmann::ordered_json to_json(const Verification& verification) {
    const auto text_or_null = [](const std::string& text) {
        return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(report::visible(text));
    };
    nlohmann::ordered_json json = {{"schema", "bonafide.verification/1"},
                                   {"outcome", name_of(verification.outcome())},
                                   {"report_id", verification.report_id},
                                   {"verdict", report::name_of(verification.report.verdict)}};
    json["signature"] = {{"state", name_of(verification.signature.state)},
                         {"reason", verification.signature.reason},
                         {"fingerprint", text_or_null(verification.signature.fingerprint)}};
    json["file"] = {{"state", name_of(verification.file)},
                    {"sha256", text_or_null(verification.file_sha256)},
                    {"expected_sha256", text_or_null(verification.report.input.sha256)}};
    json["replay"] = {{"state", name_of(verification.replay)},
                      {"reason", text_or_null(verification.replay_reason)},
                      {"identical", verification.comparison.identical},
                      {"differences", text_list(verification.comparison.differences)},
                      {"versions", text_list(verification.comparison.versions)}};
    return json;
}

}  // namespace bonafide::engine
