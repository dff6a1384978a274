// The program's own preprocessing as a shared library, so that training sees exactly what the analyzer sees.
#include "analyzers/image/edits_network/planes.h"
#include "base/limits.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/image.h"
#include "media/jpeg.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <cstring>
#include <span>

/// Planes of the picture `bytes`, at most `capacity` floats into `out`; `size` gets rows and columns of blocks.
/// Returns 0, or a code that says what went wrong. Orientation is not looked at: training pictures carry none.
extern "C" __attribute__((visibility("default"))) int bonafide_edits_planes(const std::uint8_t* bytes,
                                                                            std::uint64_t length, float* out,
                                                                            std::uint64_t capacity, int* size) {
    using namespace bonafide;
    const std::span<const std::uint8_t> file(bytes, length);
    const Limits limits;
    const auto source = ingest::open_memory(file);
    const ingest::Identity identity = ingest::identify(*source);
    auto image = media::decode_image(identity, file, limits);
    if (!image || image->rgb.type() != CV_8UC3 || image->orientation != 1) {
        return 1;
    }
    auto planes = media::read_jpeg_coefficients(file, limits);
    const cv::Mat measured =
        analyzers::edits::measure_planes(image->rgb, planes && !planes->empty() ? &planes->front() : nullptr);
    const std::size_t count = measured.total() * static_cast<std::size_t>(measured.channels());
    if (count > capacity) {
        return 2;
    }
    std::memcpy(out, measured.ptr<float>(), count * sizeof(float));
    size[0] = measured.rows;
    size[1] = measured.cols;
    return 0;
}
