#include "ingest/identify.h"
#include "media/image.h"

#include <cstddef>
#include <cstdint>

// Every picture decoder, chosen by the bytes as the program does, at a size that keeps one run short.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bonafide::Limits limits;
    limits.pixels = 1 << 18;
    limits.memory_bytes = 256 << 20;
    const auto source = bonafide::ingest::open_memory({data, size});
    const auto image = bonafide::media::decode_image(bonafide::ingest::identify(*source), {data, size}, limits);
    if (image && (image->rgb.empty() || image->rgb.channels() != 3 || image->decoded_fraction <= 0 ||
                  image->decoded_fraction > 1 || image->orientation < 1 || image->orientation > 8)) {
        __builtin_trap();
    }
    return 0;
}
