#include "passphrase.h"

#include "engine/front/spawn.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace bonafide::cli {
namespace {

constexpr std::size_t kLongest = 1024;

/// Switches the echo of a terminal off for as long as it lives.
class Silence {
  public:
    explicit Silence(int fd) : fd_(fd), well_(tcgetattr(fd, &before_) == 0) {
        if (well_) {
            termios silent = before_;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            well_ = tcsetattr(fd, TCSAFLUSH, &silent) == 0;
        }
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() {
        if (well_) {
            (void)tcsetattr(fd_, TCSAFLUSH, &before_);
        }
    }
    bool well() const { return well_; }

  private:
    int fd_;
    termios before_{};
    bool well_;
};

Result<std::string> ask(int terminal, const std::string& question) {
    const Silence silence(terminal);
    if (!silence.well() || write(terminal, question.data(), question.size()) < 0) {
        return Error{ErrorCode::kIo, "there is no terminal to ask for the passphrase on: give --passphrase-file"};
    }
    std::string typed;
    char c = 0;
    ssize_t count = 0;
    while (typed.size() < kLongest && ((count = read(terminal, &c, 1)) == 1 || (count < 0 && errno == EINTR))) {
        if (count == 1 && c == '\n') {
            break;
        }
        if (count == 1) {
            typed += c;
        }
    }
    (void)!write(terminal, "\n", 1);
    return typed;
}

Result<std::string> first_line(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string line;
    if (!stream || !std::getline(stream, line) || line.size() > kLongest) {
        return Error{ErrorCode::kIo, "cannot read a passphrase from the first line of " + path};
    }
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    return line;
}

}  // namespace

Result<std::optional<std::string>> passphrase_of(const PassphraseChoice& choice, bool is_new) {
    if (choice.file.empty() && !choice.ask) {
        return std::optional<std::string>();
    }
    Result<std::string> given = std::string();
    if (!choice.file.empty()) {
        given = first_line(choice.file);
    } else {
        const engine::OwnedFd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
        given = ask(terminal.get(), "Passphrase of the gallery: ");
        if (given && is_new) {
            const auto again = ask(terminal.get(), "Once more, since it is new: ");
            if (!again) {
                return again.error();
            }
            if (*again != *given) {
                return Error{ErrorCode::kUsage, "the two passphrases differ"};
            }
        }
    }
    if (!given) {
        return given.error();
    }
    if (given->empty()) {
        return Error{ErrorCode::kUsage, "the passphrase is empty"};
    }
    return std::optional<std::string>(std::move(*given));
}

}  // namespace bonafide::cli
