#pragma once

#include "commands.h"
#include "engine/front/inputs.h"
#include "engine/front/journal.h"
#include "engine/front/signature.h"

#include <optional>
#include <string>

namespace bonafide::cli {

/// The exit code that one verdict alone would give.
ExitCode exit_code_of(report::Verdict verdict);
/// The one of two exit codes that takes precedence: failed, found, inconclusive, clean.
ExitCode graver(ExitCode a, ExitCode b);

/// Puts reports where they were asked for, in the format asked for, one at a time, keeping none.
class Output {
  public:
    /// Opens the output. kUsage where the options do not go together, kIo where it cannot be opened.
    static Result<Output> open(const CheckRequest& request, bool single_input,
                               const engine::Installation& installation);

    /// Whether an earlier run of the same scan has reported `path` already.
    bool reported(const std::string& path) const { return journal_ && journal_->reported(path); }
    /// Of what earlier runs of the same scan reported.
    ExitCode earlier_exit_code() const;

    Result<void> write(const engine::InputItem& input, const engine::Checked& checked);
    /// Ends what needs an end: the JSON array.
    Result<void> finish();

  private:
    Result<void> prepare_signing(const CheckRequest& request);
    Result<void> write_page(const engine::InputItem& input, const engine::Checked& checked);
    Result<void> write_maps(const engine::InputItem& input, const engine::Checked& checked);
    Result<std::string> rendered(const engine::Checked& checked) const;
    /// Signs what was written to `path`.
    Result<void> sign(const std::string& path, const std::string& document) const;

    Format format_ = Format::kText;
    std::string maps_folder_, page_folder_;
    bool colour_ = false, verbose_ = false, single_input_ = false;
    engine::OwnedFd file_;
    int fd_ = 1;
    std::size_t written_ = 0;
    std::optional<engine::Journal> journal_;
    report::AnalyzerNotes notes_;
    std::optional<engine::SigningKey> key_;
    std::string output_;  ///< the one file, where there is one
};

}  // namespace bonafide::cli
