#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bonafide::engine {

/// The largest picture of which a fingerprint is made, pixels: the sums of two halves must fit into a worker.
inline constexpr std::uint64_t kMostCameraPixels = 64'000'000;

/// The name under which a worker sends what it made of or for a camera.
inline constexpr const char* kCameraArtifact = "camera";
/// No fingerprint's file is larger.
inline constexpr std::uint64_t kMostCameraFileBytes = 2 * kMostCameraPixels + 64;

/// What one picture says about its camera's sensor, in the orientation in which the camera stored it. Fixed-point, so
/// that a hostile picture can weigh no more than another one.
struct CameraPlanes {
    std::uint32_t width_px = 0, height_px = 0;
    std::vector<std::int16_t> residual;   ///< weighted noise residual, 1/256 of an 8-bit level
    std::vector<std::uint8_t> intensity;  ///< weighted luminance, 8-bit levels; 0: says nothing
};
inline constexpr float kResidualStep = 1 / 256.0F;

/// The planes of several pictures added up, in two halves.
struct CameraSums {
    std::uint32_t width_px = 0, height_px = 0, pictures = 0;
    /// Products of residual and intensity, then squares of intensity, of the first half and of the second.
    std::array<std::vector<float>, 4> planes;
};

/// A camera's fingerprint as it is kept in a gallery (docs/guide/camera-fingerprints.md describes the bytes).
struct CameraFile {
    std::uint32_t width_px = 0, height_px = 0;
    std::uint32_t pictures = 0;         ///< that it was made from
    float step = 0;                     ///< relative sensitivity that one unit of the pattern stands for
    float agreement = 0;                ///< correlation of two halves of the pictures, -1 to 1
    std::vector<std::int16_t> pattern;  ///< rows from the top
    std::string sha256;                 ///< of the whole, as the file says and as it is
};

std::vector<std::uint8_t> to_bytes(const CameraPlanes& planes);
std::vector<std::uint8_t> to_bytes(const CameraSums& sums);
/// Computes the digest; `file.sha256` is not looked at.
std::vector<std::uint8_t> to_bytes(const CameraFile& file);

/// kInvalid or kLimit where `bytes` are not what to_bytes() writes, of another size than they say, not finite, or (of a
/// file) altered.
Result<CameraPlanes> parse_camera_planes(std::span<const std::uint8_t> bytes);
Result<CameraSums> parse_camera_sums(std::span<const std::uint8_t> bytes);
Result<CameraFile> parse_camera_file(std::span<const std::uint8_t> bytes);

/// Adds the planes of one more picture to the half whose turn it is. ENSURE: the sizes are the same.
void add(const CameraPlanes& planes, CameraSums& sums);

}  // namespace bonafide::engine
