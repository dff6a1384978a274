#include "service/file_name.h"

#include "service/percent.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace bonafide::service {
namespace {

constexpr std::size_t kMostBytes = 200;
constexpr std::size_t kMostExtensionBytes = 12;
constexpr std::string_view kNameless = "upload";
/// U+FFFD, and the same in UTF-8.
constexpr std::uint32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

char lowered(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lowered);
    return result;
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~/";  // and '/', for media types
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (lowered(c) >= 'a' && lowered(c) <= 'z') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes a quoted string off the front of `rest`. Only '\"' and '\\' are escapes: browsers send other backslashes as
/// they are.
std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string value;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\')) {
            value.push_back(rest[++at]);
        } else if (rest[at] == '"') {
            rest.remove_prefix(at + 1);
            return value;
        } else {
            value.push_back(rest[at]);
        }
    }
    return std::nullopt;
}

/// The code point at the front of `text` and its length; {0xFFFD, 1} where the bytes are not UTF-8 (RFC 3629).
std::pair<std::uint32_t, std::size_t> decode(std::string_view text) {
    static constexpr std::pair<std::uint32_t, std::size_t> kBroken{kReplacement, 1};
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
        return kBroken;
    }
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0) != 0x80) {
            return kBroken;
        }
        code = code << 6 | (byte(at) & 0x3FU);
    }
    const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return kBroken;
    }
    return {code, length};
}

/// Characters that write to a terminal or show a name as another: controls, and marks that turn the text's direction.
bool is_deceptive(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

/// Cut in the middle, between characters, so that the extension stays.
std::string shortened(const std::string& name) {
    if (name.size() <= kMostBytes) {
        return name;
    }
    const std::size_t dot = name.rfind('.');
    const bool has_extension = dot != std::string::npos && name.size() - dot <= kMostExtensionBytes;
    const std::string extension = has_extension ? name.substr(dot) : std::string();
    std::size_t end = kMostBytes - extension.size();
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) {
        --end;
    }
    return name.substr(0, end) + extension;
}

}  // namespace

std::optional<ParameterisedValue> parse_parameterised(std::string_view text) {
    const std::size_t semicolon = text.find(';');
    const std::string_view word = trimmed(text.substr(0, semicolon));
    if (!is_token(word)) {
        return std::nullopt;
    }
    ParameterisedValue parsed{lower(word), {}};
    std::string_view rest = semicolon == std::string_view::npos ? std::string_view() : text.substr(semicolon + 1);
    while (!(rest = trimmed(rest)).empty()) {
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos || !is_token(trimmed(rest.substr(0, equals)))) {
            return std::nullopt;
        }
        std::string name = lower(trimmed(rest.substr(0, equals)));
        rest = trimmed(rest.substr(equals + 1));
        std::string value;
        if (rest.starts_with('"')) {
            auto quoted = take_quoted(rest);
            if (!quoted) {
                return std::nullopt;
            }
            value = std::move(*quoted);
        } else {
            const std::size_t end = std::min(rest.find(';'), rest.size());
            value = trimmed(rest.substr(0, end));
            rest.remove_prefix(end);
        }
        if (!parsed.parameters.emplace(std::move(name), std::move(value)).second) {
            return std::nullopt;
        }
        rest = trimmed(rest);
        if (!rest.empty()) {
            if (rest.front() != ';') {
                return std::nullopt;
            }
            rest.remove_prefix(1);
        }
    }
    return parsed;
}

std::string file_name_of(const ParameterisedValue& disposition) {
    if (const auto extended = disposition.parameters.find("filename*"); extended != disposition.parameters.end()) {
        static constexpr std::string_view kCharset = "utf-8'";
        const std::string& value = extended->second;
        const std::size_t language_end =
            value.size() > kCharset.size() ? value.find('\'', kCharset.size()) : value.npos;
        if (lower(value.substr(0, kCharset.size())) == kCharset && language_end != std::string::npos) {
            if (auto name = percent_decoded(std::string_view(value).substr(language_end + 1), false)) {
                return *name;
            }
        }
    }
    const auto plain = disposition.parameters.find("filename");
    return plain != disposition.parameters.end() ? plain->second : std::string();
}

std::string harmless_file_name(std::string_view name) {
    const std::size_t slash = name.find_last_of("/\\");
    std::string_view rest = slash == std::string_view::npos ? name : name.substr(slash + 1);
    std::string result;
    while (!rest.empty()) {
        const auto [code, length] = decode(rest);
        if (is_deceptive(code)) {
            result += '_';
        } else if (code == kReplacement) {
            result += kReplacementBytes;
        } else {
            result += rest.substr(0, length);
        }
        rest.remove_prefix(length);
    }
    const std::string_view visible = trimmed(result);
    if (visible.empty() || visible == "." || visible == "..") {
        return std::string(kNameless);
    }
    return shortened(std::string(visible));
}

std::string as_utf8(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto [code, length] = decode(text);
        result += code == kReplacement || code == 0 ? kReplacementBytes : text.substr(0, length);
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace bonafide::service
