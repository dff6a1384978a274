#include "bench/state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

namespace bonafide::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "bonafide.bench-state/1";

Error io_error(const std::string& what) {
    return {ErrorCode::kIo, what + ": " + std::strerror(errno)};
}

Result<void> append(int fd, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return io_error("cannot write the state file");
        }
        done += static_cast<std::size_t>(count);
    }
    return {};
}

}  // namespace

Result<BenchState> BenchState::open(const std::string& path, const std::string& fingerprint) {
    BenchState state;
    state.path_ = path;
    state.file_ = engine::OwnedFd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!state.file_.valid()) {
        return io_error("cannot use the state file " + path);
    }
    if (flock(state.file_.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error{ErrorCode::kIo, "another bench is using the state file " + path};
    }
    std::string text;
    std::array<char, 1 << 16> buffer{};
    ssize_t count = 0;
    while ((count = pread(state.file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    if (count < 0) {
        return io_error("cannot read the state file " + path);
    }
    if (auto loaded = state.load(text, fingerprint); !loaded) {
        return loaded.error();
    }
    return state;
}

Result<void> BenchState::load(const std::string& text, const std::string& fingerprint) {
    if (text.empty()) {
        return append(file_.get(), Json{{"state", kFormat}, {"fingerprint", fingerprint}}.dump() + "\n");
    }
    // The last line may be torn by the kill that ended the bench: it is cut off, and that input is looked at again.
    const std::size_t end = text.rfind('\n');
    const std::size_t whole = end == std::string::npos ? 0 : end + 1;
    std::istringstream lines(text.substr(0, whole));
    std::string line;
    std::getline(lines, line);
    const Json header = Json::parse(line, nullptr, false);
    if (!header.is_object() || header.value("state", "") != kFormat) {
        return Error{ErrorCode::kInvalid, path_ + " is not the state file of a bench"};
    }
    if (header.value("fingerprint", "") != fingerprint) {
        return Error{ErrorCode::kInvalid,
                     path_ +
                         " belongs to another bench: the manifest, the program, its calibration or the options have "
                         "changed since; delete it to start anew"};
    }
    while (std::getline(lines, line)) {
        auto outcome = read_outcome(Json::parse(line, nullptr, false));
        if (!outcome) {
            return Error{ErrorCode::kInvalid, path_ + " has an unreadable line: " + outcome.error().message};
        }
        earlier_.push_back(std::move(*outcome));
    }
    return whole == text.size() || ftruncate(file_.get(), static_cast<off_t>(whole)) == 0
               ? Result<void>()
               : io_error("cannot mend the state file " + path_);
}

Result<void> BenchState::add(const BenchOutcome& outcome) {
    return append(file_.get(), to_json(outcome).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace bonafide::cli
