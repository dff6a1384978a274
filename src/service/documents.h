#pragma once

#include "engine/front/signature.h"
#include "report/report.h"
#include "service/data_folder.h"
#include "service/log.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

namespace bonafide::service {

/// Keeps what a document shows beside what lies in `results`, a folder of results, anyway (report, maps, preview), for
/// whoever asks for the document later. As write_new_file().
Result<void> write_exhibits(const std::filesystem::path& results, const report::Artifacts& artifacts);

/// Makes report.pdf when it is first asked for: few reports are read on paper, and nobody should wait for the page
/// until the document is made. Thread-safe. All references outlive it.
class Documents {
  public:
    Documents(const DataFolder& folder, const engine::SigningKey& key, const std::string& worker, Log& log)
        : folder_(folder), key_(key), worker_(worker), log_(log) {}

    enum class Made { kYes, kNot, kBusy };
    /// Sees to it that the results of check `id`, which is done, hold report.pdf and report.pdf.sig. kNot where no font
    /// is installed, or the results are gone; kBusy where several are being made already. As write_new_file().
    Result<Made> make(const std::string& id);

    /// What documents and pages say of the analyzers. Asked of the worker when it is first needed: the server starts
    /// without waiting for one.
    const report::AnalyzerNotes& notes();

  private:
    Result<Made> render(const std::filesystem::path& results);

    const DataFolder& folder_;
    const engine::SigningKey& key_;
    const std::string& worker_;
    Log& log_;
    std::once_flag notes_known_;
    report::AnalyzerNotes notes_;
    std::atomic<int> under_way_{0};
};

}  // namespace bonafide::service
