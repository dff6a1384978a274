#include "report/text_safety.h"

#include "base/ensure.h"

#include <cstdint>
#include <cstdio>

namespace bonafide::report {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

struct Decoded {
    char32_t code = kReplacement;
    std::size_t bytes = 1;
    bool valid = false;
};

/// One code point at `offset`, by the table of well-formed byte sequences in the Unicode Standard (table 3-7): neither
/// overlong forms nor surrogates.
Decoded decode(std::string_view text, std::size_t offset) {
    const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(text[offset + index]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    std::size_t length = 0;
    std::uint8_t low = 0x80, high = 0xBF;
    char32_t code = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
        code = first & 0x1Fu;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        code = first & 0x0Fu;
        low = first == 0xE0 ? 0xA0 : 0x80;
        high = first == 0xED ? 0x9F : 0xBF;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        code = first & 0x07u;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF;
    } else {
        return {};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (offset + i >= text.size() || byte(i) < low || byte(i) > high) return {};
        code = (code << 6) | (byte(i) & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    return {code, length, true};
}

bool is_between(char32_t code, char32_t first, char32_t last) {
    return code >= first && code <= last;
}

/// Characters that show nothing but change what is seen around them. Zero-width joiners stay: scripts and pictographs
/// need them.
bool deceives(char32_t code) {
    return code < 0x20 || is_between(code, 0x7F, 0x9F) || code == 0xAD || code == 0x61C || code == 0x180E ||
           code == 0x200B || is_between(code, 0x200E, 0x200F) || is_between(code, 0x202A, 0x202E) ||
           is_between(code, 0x2060, 0x206F) || code == 0xFEFF || is_between(code, 0xFFF9, 0xFFFB) ||
           is_between(code, 0xE0000, 0xE0FFF);
}

bool breaks_line(char32_t code) {
    return code == '\t' || code == '\n' || code == '\r' || code == '\v' || code == '\f' || code == 0x85 ||
           code == 0x2028 || code == 0x2029;
}

std::size_t width_of(char32_t code) {
    if (is_between(code, 0x300, 0x36F) || is_between(code, 0x200C, 0x200D) || is_between(code, 0xFE00, 0xFE0F) ||
        is_between(code, 0x1AB0, 0x1AFF) || is_between(code, 0x20D0, 0x20FF)) {
        return 0;
    }
    const bool wide =
        is_between(code, 0x1100, 0x115F) || is_between(code, 0x2E80, 0xA4CF) || is_between(code, 0xAC00, 0xD7A3) ||
        is_between(code, 0xF900, 0xFAFF) || is_between(code, 0xFE30, 0xFE6F) || is_between(code, 0xFF00, 0xFF60) ||
        is_between(code, 0xFFE0, 0xFFE6) || is_between(code, 0x1F300, 0x1FAFF) || is_between(code, 0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

/// Bytes of the longest beginning of `word` that fits into `width` columns; at least one character.
std::size_t fitting_bytes(std::string_view word, std::size_t width) {
    std::size_t used = 0, offset = 0;
    while (offset < word.size()) {
        const Decoded next = decode(word, offset);
        if (offset > 0 && used + width_of(next.code) > width) break;
        used += width_of(next.code);
        offset += next.bytes;
    }
    return offset;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t offset = 0; offset < text.size();) {
        const Decoded next = decode(text, offset);
        result += next.valid ? text.substr(offset, next.bytes) : kReplacementBytes;
        offset += next.bytes;
    }
    return result;
}

std::string visible(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t offset = 0; offset < text.size();) {
        const Decoded next = decode(text, offset);
        if (!next.valid) {
            result += kReplacementBytes;
        } else if (breaks_line(next.code)) {
            result += ' ';
        } else if (deceives(next.code)) {
            char name[16];
            std::snprintf(name, sizeof name, "<U+%04X>", static_cast<unsigned>(next.code));
            result += name;
        } else {
            result += text.substr(offset, next.bytes);
        }
        offset += next.bytes;
    }
    return result;
}

std::string escape_html(std::string_view text) {
    std::string result;
    for (const char letter : visible(text)) {
        switch (letter) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += letter;
        }
    }
    return result;
}

std::size_t columns(std::string_view text) {
    std::size_t total = 0;
    for (std::size_t offset = 0; offset < text.size();) {
        const Decoded next = decode(text, offset);
        total += width_of(next.code);
        offset += next.bytes;
    }
    return total;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    ENSURE(width >= 2);
    const std::string safe = visible(text);
    std::vector<std::string> lines(1);
    std::size_t used = 0;
    std::string_view rest = safe;
    while (!rest.empty()) {
        const std::size_t space = rest.find(' ');
        std::string_view word = rest.substr(0, space);
        rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
        while (!word.empty()) {
            const std::size_t needed = columns(word);
            const std::size_t gap = used > 0 ? 1 : 0;
            if (used + gap + needed <= width) {
                lines.back().append(gap, ' ').append(word);
                used += gap + needed;
                break;
            }
            if (used > 0) {
                lines.emplace_back();
                used = 0;
                continue;
            }
            const std::size_t bytes = fitting_bytes(word, width);
            lines.back().append(word.substr(0, bytes));
            used = columns(word.substr(0, bytes));
            word.remove_prefix(bytes);
        }
    }
    return lines;
}

}  // namespace bonafide::report
