#include "infer/model_store.h"

#include "base/hash.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

namespace bonafide::infer {
namespace {

constexpr std::size_t kLargestManifestBytes = 1 << 20;
constexpr const char* kSchema = "bonafide.models/1";
constexpr const char* kHowToMend = "; run `tools/dev setup`, or reinstall the package";

/// Closes a file descriptor at the end of its scope.
struct Descriptor {
    int fd = -1;
    explicit Descriptor(const std::string& path) : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    bool is_regular_file() const {
        struct stat status {};
        return fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    }
};

Result<std::string> read_manifest(const std::string& path) {
    const Descriptor file(path);
    if (!file.is_regular_file()) {
        return Error{ErrorCode::kIo, "cannot read the model manifest " + path + kHowToMend};
    }
    std::string text(kLargestManifestBytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(file.fd, text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return Error{ErrorCode::kIo, "cannot read the model manifest " + path + ": " + std::strerror(errno)};
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size > kLargestManifestBytes) {
        return Error{ErrorCode::kInvalid, "the model manifest " + path + " is larger than 1 MiB" + kHowToMend};
    }
    text.resize(size);
    return text;
}

bool only_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// A file name that stays below the folder it is looked for in.
bool stays_inside(const std::string& file) {
    const std::filesystem::path path(file);
    return !file.empty() && path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
}

/// Reads one entry; nothing where a field is missing, of another type or out of its alphabet.
std::optional<ModelEntry> parse_entry(const nlohmann::json& object) {
    if (!object.is_object()) return std::nullopt;
    bool complete = true;
    const auto text = [&](const char* key) {
        const auto found = object.find(key);
        if (found == object.end() || !found->is_string()) {
            complete = false;
            return std::string();
        }
        return found->get<std::string>();
    };
    ModelEntry entry{text("id"),     text("file"),  text("sha256"), text("licence"),
                     text("source"), text("input"), text("output"), text("training_data")};
    // Ids become parts of file names in the cache.
    complete = complete && only_of(entry.id, "abcdefghijklmnopqrstuvwxyz0123456789._") && entry.id.size() <= 100;
    complete =
        complete && only_of(entry.sha256, "0123456789abcdef") && entry.sha256.size() == 64 && stays_inside(entry.file);
    if (!complete) return std::nullopt;
    return entry;
}

}  // namespace

Result<ModelStore> ModelStore::open(const std::string& manifest_path, std::vector<std::string> folders,
                                    std::string cache_folder) {
    const Result<std::string> text = read_manifest(manifest_path);
    if (!text) return text.error();
    const nlohmann::json manifest = nlohmann::json::parse(*text, nullptr, false);
    const auto invalid = [&](const std::string& why) {
        return Error{ErrorCode::kInvalid, "the model manifest " + manifest_path + " " + why + kHowToMend};
    };
    if (!manifest.is_object() || !manifest.contains("schema") || manifest["schema"] != kSchema ||
        !manifest.contains("models") || !manifest["models"].is_array()) {
        return invalid(std::string("is not a ") + kSchema + " document");
    }
    ModelStore store;
    std::set<std::string> ids;
    for (const nlohmann::json& object : manifest["models"]) {
        std::optional<ModelEntry> entry = parse_entry(object);
        if (!entry)
            return invalid("has an entry that is incomplete or malformed (number " + std::to_string(ids.size() + 1) +
                           ")");
        if (!ids.insert(entry->id).second) return invalid("names " + entry->id + " twice");
        store.entries_.push_back(std::move(*entry));
    }
    store.folders_ = std::move(folders);
    store.cache_folder_ = std::move(cache_folder);
    return store;
}

const ModelEntry* ModelStore::find(const std::string& id) const {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const ModelEntry& entry) { return entry.id == id; });
    return found == entries_.end() ? nullptr : &*found;
}

Result<std::string> ModelStore::verified_path(const std::string& id) const {
    const ModelEntry* entry = find(id);
    if (entry == nullptr) {
        return Error{ErrorCode::kUsage, "no model is named '" + id + "'"};
    }
    const auto refused = [&](ErrorCode code, const std::string& what, const std::string& why) {
        return Error{code, "model " + id + " (" + what + ") " + why + kHowToMend};
    };
    std::string altered;
    for (const std::string& folder : folders_) {
        const std::string path = (std::filesystem::path(folder) / entry->file).string();
        const Descriptor file(path);
        if (!file.is_regular_file()) continue;
        const Result<FileDigest> digest = sha256_of_fd(file.fd);
        if (!digest) return refused(digest.error().code, path, digest.error().message);
        if (digest->sha256 == entry->sha256) return path;
        altered = path;
    }
    if (!altered.empty()) {
        return refused(ErrorCode::kInvalid, altered, "is not the file that the manifest describes");
    }
    return refused(ErrorCode::kIo, entry->file, "is missing");
}

}  // namespace bonafide::infer
