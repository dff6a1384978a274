// Reads hostile reports. What is accepted must come back the same from its own JSON, and must render without breaking
// out of line or page.
#include "base/ensure.h"
#include "report/report.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bonafide;
    const auto report = report::read_report({reinterpret_cast<const char*>(data), size});
    if (!report) {
        return 0;
    }
    const std::string json = report::to_json(*report).dump();
    const auto again = report::read_report(json);
    ENSURE(again.ok());
    ENSURE(report::to_json(*again).dump() == json);
    const std::string text = report::render_text(*report, false, true);
    ENSURE(text.find('\x1b') == std::string::npos);
    const std::string page = report::render_html(*report, {});
    ENSURE(page.find("<script>", page.find("<script>") + 1) == std::string::npos);
    return 0;
}
