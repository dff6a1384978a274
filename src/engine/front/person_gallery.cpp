#include "engine/front/person_gallery.h"

#include "engine/front/private_file.h"
#include "engine/front/sealed.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>

namespace bonafide::engine {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::uint64_t kMostGalleryBytes = 256U << 20;
constexpr int kApplication = 0x42464143;  // "BFAC", in the database's header
constexpr int kFormat = 1;

/// A prepared statement with its values bound by `bind`.
class Statement {
  public:
    Statement(sqlite3* database, const char* sql) {
        if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) {
            statement_ = nullptr;
        }
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    Statement& bind(int index, const std::string& text) {
        sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
        return *this;
    }
    Statement& bind(int index, std::int64_t number) {
        sqlite3_bind_int64(statement_, index, number);
        return *this;
    }
    Statement& bind(int index, const evidence::FaceNumbers& numbers) {
        sqlite3_bind_blob(statement_, index, numbers.data(), static_cast<int>(sizeof numbers), SQLITE_TRANSIENT);
        return *this;
    }
    /// SQLITE_ROW, SQLITE_DONE or an error.
    int step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
    bool done() { return step() == SQLITE_DONE; }
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    std::string text(int column) const {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        return bytes == nullptr
                   ? std::string()
                   : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
    }
    std::optional<evidence::FaceNumbers> numbers(int column) const {
        evidence::FaceNumbers numbers{};
        const void* blob = sqlite3_column_blob(statement_, column);
        if (blob == nullptr || sqlite3_column_bytes(statement_, column) != static_cast<int>(sizeof numbers)) {
            return std::nullopt;
        }
        std::memcpy(numbers.data(), blob, sizeof numbers);
        const bool sound =
            std::all_of(numbers.begin(), numbers.end(), [](float value) { return std::abs(value) <= 100; });
        return sound ? std::optional(numbers) : std::nullopt;
    }

  private:
    sqlite3_stmt* statement_ = nullptr;
};

bool execute(sqlite3* database, const char* sql) {
    return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Error broken(const std::string& path) {
    return {ErrorCode::kInvalid, path + " is damaged, or no gallery of people"};
}

Error failed(sqlite3* database) {
    return {ErrorCode::kInternal, std::string("the gallery: ") + sqlite3_errmsg(database)};
}

Result<OwnedFd> lock_beside(const std::string& path) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty() && std::filesystem::create_directories(folder, error)) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    OwnedFd lock(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.valid()) {
        return Error{ErrorCode::kIo, "cannot write beside " + path + ": " + std::strerror(errno)};
    }
    if (flock(lock.get(), LOCK_EX) != 0) {
        return Error{ErrorCode::kIo, "cannot lock " + path + ": " + std::strerror(errno)};
    }
    return lock;
}

}  // namespace

void PersonGallery::Close::operator()(sqlite3* database) const {
    sqlite3_close(database);
}

Result<void> PersonGallery::check_name(const std::string& name) {
    bool sound = !name.empty() && name.size() <= kLongestName &&
                 std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    try {
        (void)nlohmann::json(name).dump();  // throws where it is not UTF-8
    } catch (const nlohmann::json::exception&) {
        sound = false;
    }
    return sound ? Result<void>()
                 : Error{ErrorCode::kUsage, "a person's name has 1 to 100 bytes of UTF-8, without control characters"};
}

Result<void> PersonGallery::create(const std::string& model_sha256) {
    const std::string identity = "PRAGMA application_id=" + std::to_string(kApplication) +
                                 ";PRAGMA user_version=" + std::to_string(kFormat) + ";";
    const bool made = execute(database_.get(), identity.c_str()) &&
                      execute(database_.get(),
                              "CREATE TABLE network(sha256 TEXT NOT NULL);"
                              "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
                              "CREATE TABLE sample(person INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,"
                              " source TEXT NOT NULL, numbers BLOB NOT NULL, UNIQUE(person, source));") &&
                      Statement(database_.get(), "INSERT INTO network VALUES(?)").bind(1, model_sha256).done();
    return made ? Result<void>() : failed(database_.get());
}

Result<void> PersonGallery::load(const std::vector<std::uint8_t>& bytes, const std::string& model_sha256) {
    auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(std::max<std::size_t>(1, bytes.size())));
    if (copy == nullptr) {
        return Error{ErrorCode::kInternal, "no memory for the gallery"};
    }
    std::copy(bytes.begin(), bytes.end(), copy);
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    // The copy belongs to SQLite from here on, whatever it answers.
    if (sqlite3_deserialize(database_.get(), "main", copy, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK) {
        return broken(path_);
    }
    Statement application(database_.get(), "PRAGMA application_id"), format(database_.get(), "PRAGMA user_version"),
        check(database_.get(), "PRAGMA quick_check"), network(database_.get(), "SELECT sha256 FROM network");
    if (application.step() != SQLITE_ROW || application.number(0) != kApplication || format.step() != SQLITE_ROW ||
        format.number(0) != kFormat || check.step() != SQLITE_ROW || check.text(0) != "ok" ||
        network.step() != SQLITE_ROW) {
        return broken(path_);
    }
    if (network.text(0) != model_sha256) {
        return Error{ErrorCode::kInvalid, path_ + " was made with another recognition network: enrol its people anew"};
    }
    return {};
}

Result<PersonGallery> PersonGallery::open(const std::string& path, const std::optional<std::string>& passphrase,
                                          const std::string& model_sha256, Access access) {
    PersonGallery gallery;
    gallery.path_ = path;
    gallery.passphrase_ = passphrase;
    if (passphrase && passphrase->size() < kShortestPassphrase) {
        return Error{ErrorCode::kUsage,
                     "a passphrase has at least " + std::to_string(kShortestPassphrase) + " characters"};
    }
    if (access == Access::kChange) {
        auto lock = lock_beside(path);
        if (!lock) {
            return lock.error();
        }
        gallery.lock_ = std::move(*lock);
    }
    auto stored = read_private_file(path, kMostGalleryBytes);
    if (!stored) {
        return stored.error();
    }
    sqlite3* database = nullptr;
    const int opened = sqlite3_open_v2(":memory:", &database,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, nullptr);
    gallery.database_.reset(database);
    if (opened != SQLITE_OK || !execute(database,
                                        "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;"
                                        "PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON;"
                                        "PRAGMA temp_store=MEMORY;")) {
        return Error{ErrorCode::kInternal, "SQLite cannot be used"};
    }
    if (!*stored) {
        if (auto created = gallery.create(model_sha256); !created) {
            return created.error();
        }
        return gallery;
    }
    std::vector<std::uint8_t> bytes = std::move(**stored);
    if (is_sealed(bytes)) {
        if (!passphrase) {
            return Error{ErrorCode::kUsage,
                         path + " is encrypted: give --passphrase-file FILE, or --passphrase to be asked"};
        }
        auto plain = unseal(bytes, *passphrase);
        if (!plain) {
            return Error{plain.error().code, path + ": " + plain.error().message};
        }
        bytes = std::move(*plain);
    } else if (passphrase) {
        return Error{ErrorCode::kUsage, path + " is not encrypted: leave the passphrase out, or begin another gallery"};
    }
    if (auto loaded = gallery.load(bytes, model_sha256); !loaded) {
        return loaded.error();
    }
    return gallery;
}

Result<std::vector<EnrolledPerson>> PersonGallery::people() const {
    std::vector<EnrolledPerson> people;
    Statement rows(
        database_.get(),
        "SELECT person.name, sample.source, sample.numbers FROM person JOIN sample ON sample.person=person.id "
        "ORDER BY person.name, sample.rowid");
    int step = 0;
    while ((step = rows.step()) == SQLITE_ROW) {
        const auto numbers = rows.numbers(2);
        if (!numbers) {
            return broken(path_);
        }
        if (people.empty() || people.back().name != rows.text(0)) {
            people.push_back({rows.text(0), {}});
        }
        people.back().samples.push_back({*numbers, rows.text(1)});
    }
    return step == SQLITE_DONE ? Result<std::vector<EnrolledPerson>>(std::move(people)) : broken(path_);
}

Result<EnrolledPerson> PersonGallery::person(const std::string& name) const {
    auto all = people();
    if (!all) {
        return all.error();
    }
    const auto found = std::find_if(all->begin(), all->end(), [&](const auto& person) { return person.name == name; });
    if (found == all->end()) {
        return Error{ErrorCode::kUsage, "nobody is called '" + name + "' in the gallery " + path_ +
                                            "; `bonafide faces list` shows who is there"};
    }
    return std::move(*found);
}

Result<std::size_t> PersonGallery::enroll(const std::string& name, const std::vector<PersonSample>& samples) {
    if (auto fits = check_name(name); !fits) {
        return fits.error();
    }
    std::size_t added = 0;
    sqlite3* database = database_.get();
    bool well = execute(database, "BEGIN") &&
                Statement(database, "INSERT OR IGNORE INTO person(name) VALUES(?)").bind(1, name).done();
    for (const PersonSample& sample : samples) {
        Statement insert(database, "INSERT OR IGNORE INTO sample SELECT id, ?, ? FROM person WHERE name=?");
        well = well && insert.bind(1, sample.source_sha256).bind(2, sample.numbers).bind(3, name).done();
        added += well ? static_cast<std::size_t>(sqlite3_changes(database)) : 0;
    }
    if (!well || !execute(database, "COMMIT")) {
        Error problem = failed(database);
        (void)execute(database, "ROLLBACK");
        return problem;
    }
    return added;
}

Result<void> PersonGallery::remove(const std::string& name) {
    sqlite3* database = database_.get();
    if (!Statement(database, "DELETE FROM person WHERE name=?").bind(1, name).done()) {
        return failed(database);
    }
    if (sqlite3_changes(database) == 0) {
        return Error{ErrorCode::kUsage, "nobody is called '" + name + "' in the gallery " + path_};
    }
    // What was deleted is zeroed (secure_delete); the pages that became free leave the database.
    return execute(database, "VACUUM") ? Result<void>() : failed(database);
}

Result<void> PersonGallery::save() {
    ENSURE(lock_.valid());
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
        sqlite3_serialize(database_.get(), "main", &size, 0), &sqlite3_free);
    if (!bytes) {
        return failed(database_.get());
    }
    const std::span<const std::uint8_t> plain(bytes.get(), static_cast<std::size_t>(size));
    if (!passphrase_) {
        return write_private_file(path_, plain);
    }
    const auto sealed = seal(plain, *passphrase_);
    return sealed ? write_private_file(path_, *sealed) : Result<void>(sealed.error());
}

}  // namespace bonafide::engine
