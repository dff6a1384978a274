#pragma once

#include "base/result.h"
#include "engine/front/spawn.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bonafide::service {

/// Where the service keeps its files, readable by its owner alone:
///
///     service.db                     the database, where one server uses the folder
///     database-id                    whose files these are, where several do (shared_folder.h)
///     signing/                       the key that reports are signed with
///     incoming/<id>                  uploads that are not complete
///     checks/<id>/media              an upload, as long as it is kept
///     checks/<id>/case.json          case number and examiner, where they were given
///     checks/<id>/results/           report.json, report.html, preview.png, maps/<name>.png; report.pdf once it was
///                                    asked for, made of exhibits.cbor and the others
///
/// No name in it comes from outside. Thread-safe.
class DataFolder {
  public:
    /// Opens or makes the folder. kIo where that cannot be done.
    static Result<DataFolder> open(const std::filesystem::path& path);

    enum class Use { kAlone, kShared };
    /// Keeps other servers out for as long as this object lives: all, or those that want the folder for themselves.
    /// kUsage where there is one already.
    Result<void> lock(Use use);

    const std::filesystem::path& root() const { return root_; }
    /// Where the key lies that reports are signed with.
    std::filesystem::path signing() const { return root_ / "signing"; }
    std::filesystem::path database() const { return root_ / "service.db"; }
    std::filesystem::path database_id() const { return root_ / "database-id"; }
    std::filesystem::path incoming(const std::string& id) const { return root_ / "incoming" / id; }
    std::filesystem::path folder(const std::string& id) const { return root_ / "checks" / id; }
    std::filesystem::path media(const std::string& id) const { return folder(id) / "media"; }
    std::filesystem::path case_record(const std::string& id) const { return folder(id) / "case.json"; }
    std::filesystem::path results(const std::string& id) const { return folder(id) / "results"; }
    /// Where one attempt at a check, named by its lease, collects its results.
    std::filesystem::path results_of(const std::string& id, const std::string& lease) const {
        return folder(id) / ("results." + lease);
    }

    /// Moves a complete and synchronised upload to where its check finds it, and makes that last.
    Result<void> place(const std::string& id) const;
    void forget_upload(const std::string& id) const;
    void remove_media(const std::string& id) const;
    void remove_results_of(const std::string& id, const std::string& lease) const;
    /// Everything of a check.
    void remove(const std::string& id) const;
    /// Removes uploads that nobody has written to for `age`.
    void sweep_uploads(std::chrono::seconds age) const;
    /// Ids of the checks with a folder that was not changed for `age`.
    std::vector<std::string> checks(std::chrono::seconds age) const;

    /// Bytes that may still be written; 0 where that cannot be found out.
    std::uint64_t free_bytes() const;

  private:
    explicit DataFolder(std::filesystem::path root) : root_(std::move(root)) {}
    std::filesystem::path root_;
    engine::OwnedFd lock_;
};

/// Writes a new file and synchronises it. kLimit where the disk is full, else kIo.
Result<void> write_new_file(const std::filesystem::path& path, const void* data, std::size_t size);
/// Makes the names in a folder last. kIo where it cannot be opened or synchronised.
Result<void> synchronise_folder(const std::filesystem::path& path);
/// The error that `errno` stands for: kLimit where the disk or a quota is full.
Error disk_error(const std::string& doing);
/// Writes all bytes to `fd`; as disk_error() where it cannot.
Result<void> write_all(int fd, const void* data, std::size_t size);

}  // namespace bonafide::service
