#include "ingest/identify.h"

#include <cstddef>
#include <cstdint>
#include <string>

// Identification and the comparison with a name, which is taken from the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto source = bonafide::ingest::open_memory({data, size});
    const bonafide::ingest::Identity identity = bonafide::ingest::identify(*source);
    const std::string name(reinterpret_cast<const char*>(data), size < 64 ? size : 64);
    (void)bonafide::ingest::extension_agrees(name, identity);
    if (identity.description.empty() || identity.media_type.empty()) {
        __builtin_trap();
    }
    return 0;
}
