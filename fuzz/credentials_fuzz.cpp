// Content credentials: an even first byte gives the rest as the validator's JSON to the summary, an odd one as a file
// to the validator itself.
#include "analyzers/provenance/credentials/credentials.h"
#include "analyzers/provenance/credentials/manifest_summary.h"

#include <array>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using bonafide::ingest::Container;
    static constexpr std::array kContainers = {
        Container::kJpeg, Container::kPng, Container::kWebp, Container::kIsoBmff, Container::kHeif,
        Container::kTiff, Container::kGif, Container::kWav,  Container::kMp3,     Container::kJxl};
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        const std::string_view json(reinterpret_cast<const char*>(data) + 1, size - 1);
        static_cast<void>(bonafide::analyzers::credentials::summarise(json, data[0] % 4 == 0));
        return 0;
    }
    bonafide::ingest::Identity identity;
    identity.container = kContainers[data[0] / 2 % kContainers.size()];
    const auto source = bonafide::ingest::open_memory(std::span<const std::uint8_t>(data + 1, size - 1));
    static_cast<void>(bonafide::analyzers::read_credentials(*source, identity, {}));
    return 0;
}
