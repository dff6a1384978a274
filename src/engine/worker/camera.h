#pragma once

#include "base/limits.h"
#include "engine/protocol/camera.h"
#include "features/sensor_fingerprint.h"
#include "ingest/byte_source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::engine {

/// What the picture in `source` says about its camera's sensor; an error in words where it is of no use for that.
Result<CameraPlanes> camera_planes(const ingest::ByteSource& source, const Limits& limits);

/// The fingerprint's file out of the CameraSums in `source`.
Result<std::vector<std::uint8_t>> camera_fingerprint(const ingest::ByteSource& source);

/// The fingerprint of the camera `name` in the file's `bytes`.
Result<features::SensorFingerprint> read_camera(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace bonafide::engine
