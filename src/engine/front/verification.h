#pragma once

#include "engine/front/replay.h"
#include "engine/front/signature.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::engine {

struct VerificationJob {
    std::vector<PublicKey> trusted;
    Limits limits;  ///< of the repetition
    std::string cache_folder, trust_anchors_pem;
    bool replay = true;  ///< repeat the analysis where the file is the report's
};

/// What is known of a report: three questions with an answer each.
struct Verification {
    enum class FileState { kNotGiven, kMatches, kDiffers };
    enum class Outcome {
        kHolds,    ///< the signature is valid; a file that was given is the report's and gives the same again
        kOpen,     ///< no signature, an unknown key, or other versions that find something else
        kRefuted,  ///< an invalid signature, another file, or the same versions that find something else
    };

    std::string report_id;  ///< SHA-256 of the report as JSON: of the document itself, or of what a PDF carries
    report::Report report;
    SignatureCheck signature;
    FileState file = FileState::kNotGiven;
    std::string file_sha256;
    ReplayState replay = ReplayState::kNotDone;
    std::string replay_reason;  ///< why it was not done
    Comparison comparison;

    Outcome outcome() const;
    std::string file_in_words() const;
    std::string replay_in_words() const;
};
const char* name_of(Verification::Outcome outcome);  ///< "holds", "open", "refuted"
const char* name_of(Verification::FileState state);  ///< "not_given", "matches", "differs"

/// Reads `document`, a report as JSON or PDF, and checks its signature. kInvalid, kLimit where it is no report: then
/// there is nothing to verify, whatever its signature says.
Result<Verification> verify(std::string_view document, const std::optional<std::string>& signature,
                            const VerificationJob& job);

/// Compares the file with what the report says of it and, where it is the same, repeats the analysis. kIo, kLimit: it
/// cannot be read; kInternal: no analysis can run here. A file that changes meanwhile is not the report's.
Result<void> verify_file(Verification& verification, const std::string& path, const VerificationJob& job,
                         const Installation& installation);
/// The same of a file that is open. `stop`: as for check_fd().
Result<void> verify_fd(Verification& verification, int fd, const std::string& shown_path, const VerificationJob& job,
                       const Installation& installation, const std::atomic<bool>* stop = nullptr);

/// "bonafide.verification/1".
nlohmann::ordered_json to_json(const Verification& verification);

}  // namespace bonafide::engine
