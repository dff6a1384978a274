#include "analyzers/container/structure/findings.h"

#include <algorithm>

namespace bonafide::analyzers::structure {
namespace {

constexpr std::size_t kMostSigns = 200;

}  // namespace

void Structure::add(SignKind kind, std::string text) {
    const bool known = std::any_of(signs.begin(), signs.end(), [&](const Sign& sign) { return sign.text == text; });
    if (!known && signs.size() < kMostSigns) {
        signs.push_back({kind, std::move(text)});
    }
}

int Structure::count(SignKind kind) const {
    return static_cast<int>(
        std::count_if(signs.begin(), signs.end(), [&](const Sign& sign) { return sign.kind == kind; }));
}

bool Structure::has(SignKind kind, const std::string& part_of_text) const {
    return std::any_of(signs.begin(), signs.end(), [&](const Sign& sign) {
        return sign.kind == kind && sign.text.find(part_of_text) != std::string::npos;
    });
}

std::string printable(const std::string& text, std::size_t most) {
    std::string result = text.substr(0, most);
    std::replace_if(
        result.begin(), result.end(), [](char letter) { return letter < 0x20 || letter > 0x7E; }, '?');
    return result;
}

}  // namespace bonafide::analyzers::structure
