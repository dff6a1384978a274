#include "engine/protocol/frame.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace bonafide::engine {
namespace {

constexpr std::size_t kHeaderBytes = 13;
constexpr std::uint32_t kMostNameBytes = 256;

template <class Integer>
void put(std::uint8_t* out, Integer value) {
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        out[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

template <class Integer>
Integer get(const std::uint8_t* in) {
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        value |= static_cast<Integer>(in[i]) << (8 * i);
    }
    return value;
}

Result<void> write_all(int fd, const std::uint8_t* data, std::size_t size) {
    while (size > 0) {
        const ssize_t count = write(fd, data, size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return Error{ErrorCode::kIo, std::string("cannot write to the pipe: ") + std::strerror(errno)};
        }
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return {};
}

bool known(std::uint8_t type) {
    return type == 'P' || type == 'A' || type == 'R';
}

}  // namespace

Result<void> write_frame(int fd, Frame::Type type, std::string_view name, std::span<const std::uint8_t> payload) {
    ENSURE(name.size() <= kMostNameBytes);
    std::vector<std::uint8_t> head(kHeaderBytes + name.size());
    head[0] = static_cast<std::uint8_t>(type);
    put(head.data() + 1, static_cast<std::uint32_t>(name.size()));
    put(head.data() + 5, static_cast<std::uint64_t>(payload.size()));
    std::memcpy(head.data() + kHeaderBytes, name.data(), name.size());
    if (auto written = write_all(fd, head.data(), head.size()); !written) {
        return written;
    }
    return write_all(fd, payload.data(), payload.size());
}

Result<std::vector<Frame>> FrameParser::feed(std::span<const std::uint8_t> bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::vector<Frame> frames;
    std::size_t at = 0;
    while (pending_.size() - at >= kHeaderBytes) {
        const std::uint8_t* head = pending_.data() + at;
        const auto name_bytes = get<std::uint32_t>(head + 1);
        const auto payload_bytes = get<std::uint64_t>(head + 5);
        if (!known(head[0]) || name_bytes > kMostNameBytes) {
            return Error{ErrorCode::kInvalid, "the analysis process sent something that is no frame"};
        }
        if (payload_bytes > most_bytes_ - taken_bytes_) {
            return Error{ErrorCode::kLimit, "the analysis process sent more than it may"};
        }
        const std::uint64_t whole = kHeaderBytes + name_bytes + payload_bytes;
        if (pending_.size() - at < whole) {
            pending_.reserve(at + static_cast<std::size_t>(whole));
            break;
        }
        Frame frame;
        frame.type = static_cast<Frame::Type>(head[0]);
        frame.name.assign(reinterpret_cast<const char*>(head) + kHeaderBytes, name_bytes);
        frame.payload.assign(head + kHeaderBytes + name_bytes, head + whole);
        taken_bytes_ += payload_bytes;
        frames.push_back(std::move(frame));
        at += static_cast<std::size_t>(whole);
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
    return frames;
}

}  // namespace bonafide::engine
