#include "engine/protocol/camera.h"

#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

namespace bonafide::engine {
namespace {

static_assert(std::endian::native == std::endian::little, "the planes are copied as they lie in memory");

constexpr std::string_view kPlanesMagic = "BFPLANES", kSumsMagic = "BFSUMS\x1A\n", kFileMagic = "BFCAMERA";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeadBytes = 32;    // magic, version, width, height, three more numbers
constexpr std::size_t kDigestBytes = 32;  // of head and pattern, between them
constexpr float kMostStep = 1;

struct Head {
    char magic[8];
    std::uint32_t version, width_px, height_px;
    std::uint32_t first, second, third;
};
static_assert(sizeof(Head) == kHeadBytes);

Head make_head(std::string_view magic, std::uint32_t width_px, std::uint32_t height_px) {
    Head head{};
    std::memcpy(head.magic, magic.data(), sizeof head.magic);
    head.version = kVersion;
    head.width_px = width_px;
    head.height_px = height_px;
    return head;
}

template <class T>
void append(std::vector<std::uint8_t>& bytes, const T* values, std::size_t count) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(values);
    bytes.insert(bytes.end(), first, first + count * sizeof(T));
}

/// The next `count` values of `bytes`, which are known to be there.
template <class T>
std::vector<T> take(std::span<const std::uint8_t>& bytes, std::size_t count) {
    std::vector<T> values(count);
    std::memcpy(values.data(), bytes.data(), count * sizeof(T));
    bytes = bytes.subspan(count * sizeof(T));
    return values;
}

/// The head of `bytes`, whose pixels take `bytes_a_pixel` after it and `extra` more.
Result<Head> read_head(std::span<const std::uint8_t> bytes, std::string_view magic, std::size_t bytes_a_pixel,
                       std::size_t extra, const char* what) {
    Head head{};
    if (bytes.size() < kHeadBytes || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
        return Error{ErrorCode::kInvalid, std::string("this is no ") + what};
    }
    std::memcpy(&head, bytes.data(), kHeadBytes);
    if (head.version != kVersion) {
        return Error{ErrorCode::kUnsupported, std::string("this ") + what + " is of version " +
                                                  std::to_string(head.version) + ", which this build does not read"};
    }
    const std::uint64_t pixels = static_cast<std::uint64_t>(head.width_px) * head.height_px;
    if (pixels == 0 || pixels > kMostCameraPixels) {
        return Error{ErrorCode::kLimit, std::string("this ") + what + " claims a size of " +
                                            std::to_string(head.width_px) + " x " + std::to_string(head.height_px) +
                                            " px, which is beyond all limits"};
    }
    if (bytes.size() != kHeadBytes + extra + pixels * bytes_a_pixel) {
        return Error{ErrorCode::kInvalid, std::string("this ") + what + " is not as long as it says"};
    }
    return head;
}

/// Digest of the head and of what follows the digest's own place.
std::string digest_of(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint8_t> covered(bytes.begin(), bytes.begin() + kHeadBytes);
    covered.insert(covered.end(), bytes.begin() + kHeadBytes + kDigestBytes, bytes.end());
    return sha256_hex(covered);
}

std::string hex(std::span<const std::uint8_t> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const CameraPlanes& planes) {
    const Head head = make_head(kPlanesMagic, planes.width_px, planes.height_px);
    std::vector<std::uint8_t> bytes;
    bytes.reserve(kHeadBytes + planes.residual.size() * 3);
    append(bytes, &head, 1);
    append(bytes, planes.residual.data(), planes.residual.size());
    append(bytes, planes.intensity.data(), planes.intensity.size());
    return bytes;
}

std::vector<std::uint8_t> to_bytes(const CameraSums& sums) {
    Head head = make_head(kSumsMagic, sums.width_px, sums.height_px);
    head.first = sums.pictures;
    std::vector<std::uint8_t> bytes;
    bytes.reserve(kHeadBytes + sums.planes[0].size() * 4 * sizeof(float));
    append(bytes, &head, 1);
    for (const std::vector<float>& plane : sums.planes) {
        append(bytes, plane.data(), plane.size());
    }
    return bytes;
}

std::vector<std::uint8_t> to_bytes(const CameraFile& file) {
    Head head = make_head(kFileMagic, file.width_px, file.height_px);
    head.first = file.pictures;
    head.second = std::bit_cast<std::uint32_t>(file.step);
    head.third = std::bit_cast<std::uint32_t>(file.agreement);
    std::vector<std::uint8_t> bytes;
    bytes.reserve(kHeadBytes + kDigestBytes + file.pattern.size() * 2);
    append(bytes, &head, 1);
    bytes.resize(kHeadBytes + kDigestBytes);
    append(bytes, file.pattern.data(), file.pattern.size());
    const std::string digest = digest_of(bytes);
    for (std::size_t i = 0; i < kDigestBytes; ++i) {
        bytes[kHeadBytes + i] = static_cast<std::uint8_t>(std::stoi(digest.substr(2 * i, 2), nullptr, 16));
    }
    return bytes;
}

Result<CameraPlanes> parse_camera_planes(std::span<const std::uint8_t> bytes) {
    const auto head = read_head(bytes, kPlanesMagic, 3, 0, "set of camera planes");
    if (!head) {
        return head.error();
    }
    const std::size_t pixels = static_cast<std::size_t>(head->width_px) * head->height_px;
    bytes = bytes.subspan(kHeadBytes);
    CameraPlanes planes{head->width_px, head->height_px, {}, {}};
    planes.residual = take<std::int16_t>(bytes, pixels);
    planes.intensity = take<std::uint8_t>(bytes, pixels);
    return planes;
}

Result<CameraSums> parse_camera_sums(std::span<const std::uint8_t> bytes) {
    const auto head = read_head(bytes, kSumsMagic, 4 * sizeof(float), 0, "set of camera sums");
    if (!head) {
        return head.error();
    }
    const std::size_t pixels = static_cast<std::size_t>(head->width_px) * head->height_px;
    bytes = bytes.subspan(kHeadBytes);
    CameraSums sums{head->width_px, head->height_px, head->first, {}};
    for (std::vector<float>& plane : sums.planes) {
        plane = take<float>(bytes, pixels);
        if (!std::all_of(plane.begin(), plane.end(), [](float value) { return std::isfinite(value); })) {
            return Error{ErrorCode::kInvalid, "the camera sums are not finite"};
        }
    }
    return sums;
}

Result<CameraFile> parse_camera_file(std::span<const std::uint8_t> bytes) {
    const auto head = read_head(bytes, kFileMagic, 2, kDigestBytes, "camera fingerprint");
    if (!head) {
        return head.error();
    }
    CameraFile file{head->width_px,
                    head->height_px,
                    head->first,
                    std::bit_cast<float>(head->second),
                    std::bit_cast<float>(head->third),
                    {},
                    digest_of(bytes)};
    if (hex(bytes.subspan(kHeadBytes, kDigestBytes)) != file.sha256) {
        return Error{ErrorCode::kInvalid, "this camera fingerprint was altered or damaged: its digest does not agree"};
    }
    if (!(file.step > 0 && file.step < kMostStep) || !(std::abs(file.agreement) <= 1)) {
        return Error{ErrorCode::kInvalid, "this camera fingerprint holds numbers that cannot be"};
    }
    bytes = bytes.subspan(kHeadBytes + kDigestBytes);
    file.pattern = take<std::int16_t>(bytes, bytes.size() / sizeof(std::int16_t));
    return file;
}

void add(const CameraPlanes& planes, CameraSums& sums) {
    const std::size_t pixels = planes.residual.size();
    if (sums.pictures == 0) {
        sums.width_px = planes.width_px;
        sums.height_px = planes.height_px;
        for (std::vector<float>& plane : sums.planes) {
            plane.assign(pixels, 0);
        }
    }
    ENSURE(sums.width_px == planes.width_px && sums.height_px == planes.height_px &&
           planes.intensity.size() == pixels && sums.planes[0].size() == pixels);
    const std::size_t half = (sums.pictures % 2) * 2;
    for (std::size_t i = 0; i < pixels; ++i) {
        const float intensity = planes.intensity[i];
        sums.planes[half][i] += kResidualStep * static_cast<float>(planes.residual[i]) * intensity;
        sums.planes[half + 1][i] += intensity * intensity;
    }
    ++sums.pictures;
}

}  // namespace bonafide::engine
