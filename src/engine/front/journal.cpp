#include "engine/front/journal.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace bonafide::engine {
namespace {

using Json = nlohmann::json;

Error io_error(const std::string& what) {
    return {ErrorCode::kIo, what + ": " + std::strerror(errno)};
}

Result<void> write_whole(int fd, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return io_error("cannot write");
        }
        done += static_cast<std::size_t>(count);
    }
    return {};
}

/// Names need not be UTF-8 and journal lines must be: bytes above 127 are written as two hexadecimal digits after a
/// '%', as in a URI.
std::string escaped(const std::string& name) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && byte >= 0x20 && c != '%') {
            text.push_back(c);
        } else {
            text += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return text;
}

std::string unescaped(const std::string& text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            name.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
            i += 2;
        } else {
            name.push_back(text[i]);
        }
    }
    return name;
}

std::int64_t size_of(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? -1 : static_cast<std::int64_t>(size);
}

Result<std::string> read_all(int fd) {
    std::string text;
    std::array<char, 1 << 16> buffer{};
    ssize_t count = 0;
    while ((count = pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return count < 0 ? Result<std::string>(io_error("cannot read the state file")) : text;
}

}  // namespace

Result<Journal> Journal::open(const std::string& path, int output_fd) {
    Journal journal;
    journal.output_fd_ = output_fd;
    struct stat status {};
    journal.output_is_file_ = fstat(output_fd, &status) == 0 && S_ISREG(status.st_mode);
    if (journal.output_is_file_) {
        std::error_code error;
        journal.output_path_ =
            std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(output_fd), error).string();
    }
    journal.file_ = OwnedFd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!journal.file_.valid()) {
        return io_error("cannot use the state file " + path);
    }
    if (flock(journal.file_.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error{ErrorCode::kIo, "another scan is using the state file " + path};
    }
    auto text = read_all(journal.file_.get());
    if (!text) {
        return text.error();
    }
    // The last line may be torn by the kill that ended the scan: it announced something that was never written.
    const std::size_t whole = text->rfind('\n') == std::string::npos ? 0 : text->rfind('\n') + 1;
    if (whole != text->size() && ftruncate(journal.file_.get(), static_cast<off_t>(whole)) != 0) {
        return io_error("cannot mend the state file " + path);
    }
    if (auto loaded = journal.load(text->substr(0, whole)); !loaded) {
        return Error{loaded.error().code, path + " is not a state file of a scan: " + loaded.error().message};
    }
    return journal;
}

Result<void> Journal::load(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::int64_t end_of_own_output = 0;
    bool own_output_seen = false;
    while (std::getline(lines, line)) {
        const Json entry = Json::parse(line, nullptr, false);
        if (!entry.is_object() || !entry.contains("input") || !entry["input"].is_string()) {
            return Error{ErrorCode::kInvalid, "unreadable line"};
        }
        const std::string input = entry["input"];
        if (entry.value("written", false)) {
            done_.insert(input);
        } else if (const std::string output = entry.value("output", ""); !output.empty()) {
            const std::int64_t end = entry.value("offset", std::int64_t{0}) + entry.value("length", std::int64_t{0});
            if (size_of(unescaped(output)) >= end) {
                done_.insert(input);
                if (output == escaped(output_path_)) {
                    end_of_own_output = end;
                    own_output_seen = true;
                }
            }
        }
        if (done_.count(input) != 0) {
            verdicts_.insert(entry.value("verdict", "failed"));
        }
    }
    // What stands behind the last whole report in this very output is a torn one.
    if (own_output_seen && size_of(output_path_) > end_of_own_output &&
        ftruncate(output_fd_, static_cast<off_t>(end_of_own_output)) != 0) {
        return io_error("cannot cut a torn report off the output");
    }
    if (own_output_seen && lseek(output_fd_, 0, SEEK_END) < 0) {
        return io_error("cannot go on at the end of the output");
    }
    return {};
}

bool Journal::reported(const std::string& input) const {
    return done_.count(escaped(input)) != 0;
}

Result<void> Journal::write(const std::string& input, const std::string& verdict, const std::string& line) {
    Json entry = {{"input", escaped(input)}, {"verdict", verdict}};
    if (output_is_file_) {
        const off_t offset = lseek(output_fd_, 0, SEEK_END);
        entry["output"] = escaped(output_path_);
        entry["offset"] = static_cast<std::int64_t>(offset);
        entry["length"] = static_cast<std::int64_t>(line.size());
    }
    if (auto announced = write_whole(file_.get(), entry.dump() + "\n"); !announced) {
        return announced;
    }
    if (auto written = write_whole(output_fd_, line); !written) {
        return written;
    }
    done_.insert(escaped(input));
    if (output_is_file_) {
        return {};
    }
    entry["written"] = true;
    return write_whole(file_.get(), entry.dump() + "\n");
}

}  // namespace bonafide::engine
