// PNG, W3C recommendation, second edition, 2003: sections 5 (chunks), 9 (filters), 10 (compression).
#include "grey_png.h"

#include "base/limits.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace bonafide::python {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::size_t kHeaderBytes = 13, kAroundChunk = 12;  // length, type and checksum

std::uint32_t big_endian(const std::uint8_t* bytes) {
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
           bytes[3];
}

Error invalid(const char* why) {
    return {ErrorCode::kInvalid, std::string("the map is no grey PNG: ") + why};
}

struct Chunks {
    std::uint32_t width = 0, height = 0;
    std::vector<std::uint8_t> compressed;
};

Result<Chunks> read_chunks(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < kSignature.size() || !std::equal(kSignature.begin(), kSignature.end(), bytes.begin())) {
        return invalid("no signature");
    }
    Chunks chunks;
    std::size_t at = kSignature.size();
    while (bytes.size() - at >= kAroundChunk) {
        const std::size_t length = big_endian(bytes.data() + at);
        if (length > bytes.size() - at - kAroundChunk) {
            return invalid("a chunk is cut off");
        }
        const std::uint8_t* type = bytes.data() + at + 4;
        const std::uint8_t* content = type + 4;
        if (std::memcmp(type, "IHDR", 4) == 0) {
            constexpr std::array<std::uint8_t, 5> kGrey = {8, 0, 0, 0, 0};  // depth, colour, and three methods
            if (length != kHeaderBytes || !std::equal(kGrey.begin(), kGrey.end(), content + 8)) {
                return invalid("another kind of picture");
            }
            chunks.width = big_endian(content);
            chunks.height = big_endian(content + 4);
        } else if (std::memcmp(type, "IDAT", 4) == 0) {
            chunks.compressed.insert(chunks.compressed.end(), content, content + length);
        } else if (std::memcmp(type, "IEND", 4) == 0) {
            return chunks;
        }
        at += length + kAroundChunk;
    }
    return invalid("it has no end");
}

std::uint8_t paeth(int left, int above, int corner) {
    const int guess = left + above - corner;
    const int to_left = std::abs(guess - left), to_above = std::abs(guess - above),
              to_corner = std::abs(guess - corner);
    return static_cast<std::uint8_t>(to_left <= to_above && to_left <= to_corner ? left
                                     : to_above <= to_corner                     ? above
                                                                                 : corner);
}

/// Undoes filter `kind` of `line`, below `above`; false where there is no such filter.
bool unfilter(int kind, std::span<const std::uint8_t> line, const std::uint8_t* above, std::uint8_t* out) {
    for (std::size_t x = 0; x < line.size(); ++x) {
        const int left = x > 0 ? out[x - 1] : 0, up = above != nullptr ? above[x] : 0;
        const int corner = x > 0 && above != nullptr ? above[x - 1] : 0;
        int expected = 0;
        switch (kind) {
            case 0:
                break;
            case 1:
                expected = left;
                break;
            case 2:
                expected = up;
                break;
            case 3:
                expected = (left + up) / 2;
                break;
            case 4:
                expected = paeth(left, up, corner);
                break;
            default:
                return false;
        }
        out[x] = static_cast<std::uint8_t>(line[x] + expected);
    }
    return true;
}

}  // namespace

Result<cv::Mat> decode_grey_png(std::span<const std::uint8_t> bytes) {
    const auto chunks = read_chunks(bytes);
    if (!chunks) {
        return chunks.error();
    }
    const std::uint64_t width = chunks->width, height = chunks->height;
    if (width == 0 || height == 0) {
        return invalid("it has no pixels");
    }
    if (width > Limits{}.pixels || height > Limits{}.pixels || width * height > Limits{}.pixels) {
        return Error{ErrorCode::kLimit, "the map is larger than any picture may be"};
    }
    const std::size_t line = width + 1;
    std::vector<std::uint8_t> lines(line * height);
    uLongf size = lines.size();
    if (uncompress(lines.data(), &size, chunks->compressed.data(), chunks->compressed.size()) != Z_OK ||
        size != lines.size()) {
        return invalid("its content is damaged");
    }
    cv::Mat picture(static_cast<int>(height), static_cast<int>(width), CV_8UC1);
    for (std::size_t y = 0; y < height; ++y) {
        const std::uint8_t* above = y > 0 ? picture.ptr<std::uint8_t>(static_cast<int>(y) - 1) : nullptr;
        if (!unfilter(lines[y * line], {&lines[y * line + 1], static_cast<std::size_t>(width)}, above,
                      picture.ptr<std::uint8_t>(static_cast<int>(y)))) {
            return invalid("there is no such filter");
        }
    }
    return picture;
}

}  // namespace bonafide::python
