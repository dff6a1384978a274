#include "ingest/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace bonafide::ingest {
namespace {

class FdSource final : public ByteSource {
  public:
    FdSource(int fd, std::uint64_t size_bytes) : fd_(fd), size_bytes_(size_bytes) {}
    std::uint64_t size_bytes() const override { return size_bytes_; }
    std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count = pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count <= 0) {
                break;
            }
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

  private:
    int fd_;
    std::uint64_t size_bytes_;
};

class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    std::uint64_t size_bytes() const override { return bytes_.size(); }
    std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        if (offset >= bytes_.size()) {
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
        return count;
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

}  // namespace

std::vector<std::uint8_t> ByteSource::read(std::uint64_t offset, std::size_t length) const {
    if (offset >= size_bytes()) {
        return {};
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, size_bytes() - offset)));
    bytes.resize(read_at(offset, bytes));
    return bytes;
}

Result<std::vector<std::uint8_t>> ByteSource::read_all(std::uint64_t most_bytes) const {
    if (size_bytes() > most_bytes) {
        return Error{ErrorCode::kLimit,
                     "larger than the limit of " + std::to_string(most_bytes) + " bytes for this kind of input"};
    }
    return read(0, static_cast<std::size_t>(size_bytes()));
}

std::unique_ptr<ByteSource> open_fd(int fd, std::uint64_t size_bytes) {
    return std::make_unique<FdSource>(fd, size_bytes);
}

std::unique_ptr<ByteSource> open_memory(std::span<const std::uint8_t> bytes) {
    return std::make_unique<MemorySource>(bytes);
}

}  // namespace bonafide::ingest
