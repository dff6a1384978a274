#pragma once

#include "base/result.h"
#include "engine/front/spawn.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace bonafide::service {

/// Where the service keeps its files, readable by its owner alone:
///
///     service.db                     the database
///     signing/                       the key that reports are signed with
///     incoming/<id>                  uploads that are not complete
///     checks/<id>/media              an upload, as long as it is kept
///     checks/<id>/case.json          case number and examiner, where they were given
///     checks/<id>/results/           report.json, report.html, preview.png, maps/<name>.png
///
/// No name in it comes from outside. Thread-safe.
class DataFolder {
  public:
    /// Opens or makes the folder. kIo where that cannot be done.
    static Result<DataFolder> open(const std::filesystem::path& path);

    /// Keeps other servers out for as long as this object lives. kUsage where there is one already.
    Result<void> lock();

    /// Where the key lies that reports are signed with.
    std::filesystem::path signing() const { return root_ / "signing"; }
    std::filesystem::path database() const { return root_ / "service.db"; }
    std::filesystem::path incoming(const std::string& id) const { return root_ / "incoming" / id; }
    std::filesystem::path folder(const std::string& id) const { return root_ / "checks" / id; }
    std::filesystem::path media(const std::string& id) const { return folder(id) / "media"; }
    std::filesystem::path case_record(const std::string& id) const { return folder(id) / "case.json"; }
    std::filesystem::path results(const std::string& id) const { return folder(id) / "results"; }

    /// Moves a complete and synchronised upload to where its check finds it, and makes that last.
    Result<void> place(const std::string& id) const;
    void forget_upload(const std::string& id) const;
    void remove_media(const std::string& id) const;
    /// Everything of a check.
    void remove(const std::string& id) const;
    /// Removes what a process that was killed left: incomplete uploads, and folders of checks that `known` denies.
    void sweep(const std::function<bool(const std::string& id)>& known) const;
    /// Calls `take` with the id of every check that has media.
    void for_each_media(const std::function<void(const std::string& id)>& take) const;

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
