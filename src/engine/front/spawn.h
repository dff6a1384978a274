#pragma once

#include "base/result.h"

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bonafide::engine {

/// A file descriptor that closes itself.
class OwnedFd {
  public:
    OwnedFd() = default;
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OwnedFd& operator=(OwnedFd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~OwnedFd() { reset(); }
    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    void reset();

  private:
    int fd_ = -1;
};

/// Both ends of a pipe, close-on-exec.
struct Pipe {
    OwnedFd reader, writer;
    static Result<Pipe> make();
};

/// An open file in memory that holds `bytes`, at its beginning; `what` it is, for whoever looks at the process. kIo.
Result<OwnedFd> file_in_memory(const char* what, std::span<const std::uint8_t> bytes);

/// Starts `program` with `arguments`, an environment of our own choosing, and exactly the given descriptors:
/// {descriptor here, number there}.
Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& arguments,
                    const std::vector<std::pair<int, int>>& descriptors);

}  // namespace bonafide::engine
