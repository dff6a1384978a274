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
constexpr int kFormat = 2;
constexpr int kFormatWithoutVoices = 1;
constexpr const char* kVoiceTables =
    "CREATE TABLE voice_network(sha256 TEXT NOT NULL);"
    "CREATE TABLE voice(person INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,"
    " source TEXT NOT NULL, numbers BLOB NOT NULL, UNIQUE(person, source));";

bool plausible(const evidence::FaceNumbers& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](float value) { return std::abs(value) <= 100; });
}
bool plausible(const evidence::VoiceNumbers& numbers) {
    return evidence::are_voice_numbers(numbers);
}

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
    template <std::size_t count>
    Statement& bind(int index, const std::array<float, count>& numbers) {
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
    template <class Numbers>
    std::optional<Numbers> numbers(int column) const {
        Numbers numbers{};
        const void* blob = sqlite3_column_blob(statement_, column);
        if (blob == nullptr || sqlite3_column_bytes(statement_, column) != static_cast<int>(sizeof numbers)) {
            return std::nullopt;
        }
        std::memcpy(numbers.data(), blob, sizeof numbers);
        return plausible(numbers) ? std::optional(numbers) : std::nullopt;
    }

  private:
    sqlite3_stmt* statement_ = nullptr;
};

bool execute(sqlite3* database, const char* sql) {
    return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

/// What a gallery needs beyond its faces, in the header and in tables.
bool add_voices(sqlite3* database, const std::string& network) {
    const std::string format = "PRAGMA user_version=" + std::to_string(kFormat) + ";";
    return execute(database, format.c_str()) && execute(database, kVoiceTables) &&
           Statement(database, "INSERT INTO voice_network VALUES(?)").bind(1, network).done();
}

/// Reads the rows of `select` (name, source, numbers, in the order of the names) into the people that they belong to;
/// false where they make no sense.
template <class Numbers>
bool read_samples(sqlite3* database, const char* select, std::vector<EnrolledPerson>& people,
                  std::vector<EnrolledSample<Numbers>> EnrolledPerson::*into) {
    Statement rows(database, select);
    auto person = people.begin();
    int step = 0;
    while ((step = rows.step()) == SQLITE_ROW) {
        const auto numbers = rows.numbers<Numbers>(2);
        person = std::find_if(person, people.end(), [&](const auto& known) { return known.name == rows.text(0); });
        if (!numbers || person == people.end()) {
            return false;
        }
        ((*person).*into).push_back({*numbers, rows.text(1)});
    }
    return step == SQLITE_DONE;
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

Result<void> PersonGallery::create(const GalleryNetworks& networks) {
    const std::string identity = "PRAGMA application_id=" + std::to_string(kApplication) + ";";
    const bool made = execute(database_.get(), identity.c_str()) &&
                      execute(database_.get(),
                              "CREATE TABLE network(sha256 TEXT NOT NULL);"
                              "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
                              "CREATE TABLE sample(person INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,"
                              " source TEXT NOT NULL, numbers BLOB NOT NULL, UNIQUE(person, source));") &&
                      Statement(database_.get(), "INSERT INTO network VALUES(?)").bind(1, networks.face).done() &&
                      add_voices(database_.get(), networks.voice);
    return made ? Result<void>() : failed(database_.get());
}

Result<void> PersonGallery::load(const std::vector<std::uint8_t>& bytes, const GalleryNetworks& networks) {
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
        check(database_.get(), "PRAGMA quick_check"), face(database_.get(), "SELECT sha256 FROM network");
    if (application.step() != SQLITE_ROW || application.number(0) != kApplication || format.step() != SQLITE_ROW ||
        check.step() != SQLITE_ROW || check.text(0) != "ok" || face.step() != SQLITE_ROW) {
        return broken(path_);
    }
    // One that knows faces alone takes voices from here on; on disk it changes when it is saved.
    const bool is_old = format.number(0) == kFormatWithoutVoices;
    if (is_old ? !add_voices(database_.get(), networks.voice) : format.number(0) != kFormat) {
        return broken(path_);
    }
    Statement voice(database_.get(), "SELECT sha256 FROM voice_network");
    if (voice.step() != SQLITE_ROW) {
        return broken(path_);
    }
    if (face.text(0) != networks.face || voice.text(0) != networks.voice) {
        return Error{ErrorCode::kInvalid, path_ + " was made with another recognition network: enrol its people anew"};
    }
    return {};
}

Result<PersonGallery> PersonGallery::open(const std::string& path, const std::optional<std::string>& passphrase,
                                          const GalleryNetworks& networks, Access access) {
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
        if (auto created = gallery.create(networks); !created) {
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
    if (auto loaded = gallery.load(bytes, networks); !loaded) {
        return loaded.error();
    }
    return gallery;
}

Result<std::vector<EnrolledPerson>> PersonGallery::people() const {
    std::vector<EnrolledPerson> people;
    Statement names(database_.get(), "SELECT name FROM person ORDER BY name");
    int step = 0;
    while ((step = names.step()) == SQLITE_ROW) {
        people.push_back({names.text(0), {}, {}});
    }
    const bool is_whole = step == SQLITE_DONE &&
                          read_samples(database_.get(),
                                       "SELECT person.name, sample.source, sample.numbers FROM person JOIN sample ON "
                                       "sample.person=person.id ORDER BY person.name, sample.rowid",
                                       people, &EnrolledPerson::samples) &&
                          read_samples(database_.get(),
                                       "SELECT person.name, voice.source, voice.numbers FROM person JOIN voice ON "
                                       "voice.person=person.id ORDER BY person.name, voice.rowid",
                                       people, &EnrolledPerson::voices) &&
                          std::none_of(people.begin(), people.end(), [](const EnrolledPerson& person) {
                              return person.samples.empty() && person.voices.empty();
                          });
    return is_whole ? Result<std::vector<EnrolledPerson>>(std::move(people)) : broken(path_);
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

template <class Numbers>
Result<std::size_t> PersonGallery::add(const char* insertion, const std::string& name,
                                       const std::vector<EnrolledSample<Numbers>>& samples) {
    ENSURE(!samples.empty());
    if (auto fits = check_name(name); !fits) {
        return fits.error();
    }
    std::size_t added = 0;
    sqlite3* database = database_.get();
    bool well = execute(database, "BEGIN") &&
                Statement(database, "INSERT OR IGNORE INTO person(name) VALUES(?)").bind(1, name).done();
    for (const EnrolledSample<Numbers>& sample : samples) {
        Statement insert(database, insertion);
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

Result<std::size_t> PersonGallery::enroll(const std::string& name, const std::vector<PersonSample>& samples) {
    return add("INSERT OR IGNORE INTO sample SELECT id, ?, ? FROM person WHERE name=?", name, samples);
}

Result<std::size_t> PersonGallery::enroll(const std::string& name, const std::vector<VoiceSample>& samples) {
    return add("INSERT OR IGNORE INTO voice SELECT id, ?, ? FROM person WHERE name=?", name, samples);
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
