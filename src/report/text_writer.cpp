#include "report/text_writer.h"

#include "report/text_safety.h"

#include <algorithm>
#include <vector>

namespace bonafide::report {
namespace {

constexpr std::size_t kWidth = 100;

std::string spaces(std::size_t count) {
    return std::string(count, ' ');
}

std::string_view escape_of(Ink ink) {
    switch (ink) {
        case Ink::kPlain:
            return "";
        case Ink::kStrong:
            return "\x1b[1m";
        case Ink::kFaint:
            return "\x1b[2m";
        case Ink::kGreen:
            return "\x1b[1;32m";
        case Ink::kYellow:
            return "\x1b[1;33m";
        case Ink::kRed:
            return "\x1b[1;31m";
        case Ink::kMagenta:
            return "\x1b[1;35m";
    }
    return "";
}

}  // namespace

void TextWriter::put(std::string_view safe, Ink ink) {
    const bool inked = colour_ && ink != Ink::kPlain;
    if (inked) text_ += escape_of(ink);
    text_ += safe;
    if (inked) text_ += "\x1b[0m";
}

void TextWriter::line(std::string_view text, int indent, Ink ink) {
    const auto columns_before = static_cast<std::size_t>(indent);
    for (const std::string& part : wrap(text, kWidth - columns_before)) {
        text_ += spaces(columns_before);
        put(part, ink);
        text_ += '\n';
    }
}

void TextWriter::item(std::string_view text, int indent) {
    pair("-", text, indent, 2);
}

void TextWriter::pair(std::string_view label, std::string_view text, int indent, int width) {
    const auto columns_before = static_cast<std::size_t>(indent + width);
    std::string first = visible(label);
    // A label that does not fit gets a line of its own.
    const bool fits = columns(first) + 1 <= static_cast<std::size_t>(width);
    if (!fits) {
        line(first, indent);
        first.clear();
    }
    const std::vector<std::string> lines = wrap(text, kWidth - columns_before);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string lead = i == 0 ? spaces(static_cast<std::size_t>(indent)) + first : "";
        text_ += lead + spaces(columns_before - columns(lead)) + lines[i] + '\n';
    }
}

void TextWriter::heading(std::string_view text, Ink ink) {
    blank();
    line(text, 0, ink);
}

}  // namespace bonafide::report
