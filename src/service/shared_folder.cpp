#include "service/shared_folder.h"

#include "service/secrets.h"

#include <fstream>

namespace bonafide::service {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdBytes = 16;

/// The id that the folder carries; nothing where it carries none.
std::optional<std::string> id_of(const DataFolder& folder) {
    std::ifstream stream(folder.database_id());
    std::string id;
    return std::getline(stream, id) && !id.empty() ? std::optional(id) : std::nullopt;
}

/// Gives a new folder its id.
Result<std::string> mark(const DataFolder& folder) {
    std::error_code error;
    if (fs::exists(folder.database(), error)) {
        return Error{
            ErrorCode::kUsage,
            folder.root().string() + " holds the checks of a server without PostgreSQL: give a new --data folder"};
    }
    if (!fs::is_empty(folder.root() / "checks", error) || error) {
        return Error{ErrorCode::kUsage,
                     folder.root().string() + " holds checks of another database: give a new --data folder"};
    }
    const std::string id = random_token(kIdBytes);
    fs::remove(folder.database_id(), error);
    if (auto written = write_new_file(folder.database_id(), id.data(), id.size()); !written) {
        return written.error();
    }
    const auto lasting = synchronise_folder(folder.root());
    return lasting ? Result<std::string>(id) : lasting.error();
}

}  // namespace

Result<std::unique_ptr<Database>> open_database(const Options& options, const DataFolder& folder) {
    if (!options.database_url.empty()) {
        return Database::connect(options.database_url, options.database_connections);
    }
    if (id_of(folder)) {
        return Error{ErrorCode::kUsage,
                     folder.root().string() + " belongs to servers that share a PostgreSQL database: give --database"};
    }
    return Database::open(folder.database().string());
}

Result<void> bind_folder(Database& database, const DataFolder& folder) {
    return database.write([&](Connection& connection) -> Result<void> {
        // Servers that start together come one after the other.
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        Statement asked(connection, "SELECT folder FROM bonafide");
        const auto row = asked.step();
        if (!row) {
            return row.error();
        }
        if (const auto bound = asked.maybe_text(0)) {
            return id_of(folder) == bound
                       ? Result<void>()
                       : Error{ErrorCode::kUsage,
                               folder.root().string() +
                                   " is not the folder that holds the files of this database's checks: mount that one, "
                                   "which all its servers share, and name it with --data"};
        }
        const auto id = mark(folder);
        if (!id) {
            return id.error();
        }
        if (auto kept = Statement(connection, "UPDATE bonafide SET folder = ?").bind(*id).run(); !kept) {
            return kept;
        }
        return transaction->commit();
    });
}

}  // namespace bonafide::service
