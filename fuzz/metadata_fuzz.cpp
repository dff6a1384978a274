// Metadata of every container. The first byte chooses the container, the rest is the file.
#include "media/metadata.h"
#include "media/metadata_text.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <span>

namespace {

using bonafide::ingest::Container;

constexpr Container kContainers[] = {Container::kJpeg, Container::kPng,     Container::kWebp, Container::kHeif,
                                     Container::kAvif, Container::kJxl,     Container::kTiff, Container::kGif,
                                     Container::kAvi,  Container::kIsoBmff, Container::kWav,  Container::kMp3,
                                     Container::kAdts};

void expect(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    bonafide::ingest::Identity identity;
    identity.container = kContainers[data[0] % std::size(kContainers)];
    const auto source = bonafide::ingest::open_memory(std::span(data + 1, size - 1));
    const bonafide::media::Metadata metadata = bonafide::media::read_metadata(identity, *source);
    // What the header promises: bounded, and valid UTF-8 throughout.
    for (const auto* properties : {&metadata.exif, &metadata.xmp, &metadata.iptc}) {
        for (const auto& [key, value] : *properties) {
            expect(bonafide::media::is_utf8(key) && bonafide::media::is_utf8(value));
            expect(value.size() <= bonafide::media::kMostTextBytes);
        }
    }
    for (const bonafide::media::TextEntry& entry : metadata.texts) {
        expect(bonafide::media::is_utf8(entry.keyword) && bonafide::media::is_utf8(entry.text));
        expect(entry.text.size() <= bonafide::media::kMostTextBytes);
    }
    for (const std::string& problem : metadata.problems)
        expect(bonafide::media::is_utf8(problem));
    return 0;
}
