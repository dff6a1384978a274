// Fingerprints of a gallery, and what workers send back for them.
#include "engine/protocol/camera.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    if (const auto file = bonafide::engine::parse_camera_file(bytes)) {
        if (bonafide::engine::to_bytes(*file).size() != size) {
            std::abort();
        }
    }
    (void)bonafide::engine::parse_camera_planes(bytes);
    (void)bonafide::engine::parse_camera_sums(bytes);
    return 0;
}
