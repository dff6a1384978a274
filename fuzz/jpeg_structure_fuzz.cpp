#include "media/jpeg.h"

#include <cstddef>
#include <cstdint>

// The marker walk and the coefficients of a JPEG, at a size that keeps one run short.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bonafide::Limits limits;
    limits.pixels = 1 << 18;
    const auto header = bonafide::media::read_jpeg_header({data, size});
    if (header && header->end_offset_bytes > size) {
        __builtin_trap();
    }
    const auto planes = bonafide::media::read_jpeg_coefficients({data, size}, limits);
    if (planes) {
        for (const auto& plane : *planes) {
            if (plane.coefficients.size() !=
                static_cast<std::size_t>(plane.blocks_wide) * static_cast<std::size_t>(plane.blocks_high) * 64) {
                __builtin_trap();
            }
        }
    }
    return 0;
}
