// Container structure: the first byte chooses the format, the rest is the file.
#include "analyzers/container/structure/structure.h"
#include "media/jpeg.h"

#include <array>
#include <optional>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using bonafide::ingest::Container;
    static constexpr std::array kContainers = {Container::kJpeg, Container::kPng,     Container::kGif,
                                               Container::kTiff, Container::kWebp,    Container::kAvi,
                                               Container::kWav,  Container::kHeif,    Container::kAvif,
                                               Container::kJxl,  Container::kIsoBmff, Container::kMatroska};
    if (size == 0) {
        return 0;
    }
    bonafide::ingest::Identity identity;
    identity.container = kContainers[data[0] % kContainers.size()];
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    std::optional<bonafide::media::JpegHeader> header;
    if (identity.container == Container::kJpeg) {
        if (auto read = bonafide::media::read_jpeg_header(bytes)) {
            header = std::move(*read);
        }
    }
    const auto source = bonafide::ingest::open_memory(bytes);
    static_cast<void>(bonafide::analyzers::examine_structure(identity, *source, header ? &*header : nullptr));
    return 0;
}
