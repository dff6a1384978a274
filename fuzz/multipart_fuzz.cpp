// Bodies of uploads: whatever the pieces they come in, they mean the same.
#include "service/file_name.h"
#include "service/multipart.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

class Told final : public bonafide::service::MultipartSink {
  public:
    bonafide::Result<void> part(const std::map<std::string, std::string>& headers) override {
        text += "\npart";
        for (const auto& [name, value] : headers) {
            text += name + "=" + value + ";";
            if (const auto parsed = bonafide::service::parse_parameterised(value)) {
                const std::string harmless =
                    bonafide::service::harmless_file_name(bonafide::service::file_name_of(*parsed));
                if (harmless.empty() || harmless.size() > 200 || harmless.find('/') != std::string::npos) {
                    std::abort();
                }
            }
        }
        text += "\n";
        return {};
    }
    bonafide::Result<void> data(std::span<const std::uint8_t> bytes) override {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::string text;
};

/// What the parser tells of `bytes` in pieces of `piece`; how it ended is told last.
std::string told(std::span<const std::uint8_t> bytes, std::size_t piece) {
    auto parser = bonafide::service::MultipartParser::create("b");
    Told sink;
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(part.size());
        if (auto fed = parser->feed(part, sink); !fed) {
            return fed.error().message;
        }
    }
    const auto ended = parser->finish();
    return ended ? sink.text : ended.error().message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    // Where both refuse, a bound may be met before or behind the mistake: that they refuse must not differ.
    const std::string whole = told(bytes, size + 1), pieces = told(bytes, 7);
    const auto refused = [](const std::string& text) { return !text.starts_with("\npart"); };
    if (refused(whole) != refused(pieces) || (!refused(whole) && whole != pieces)) {
        std::abort();
    }
    return 0;
}
