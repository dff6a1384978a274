#include "media/image_colour.h"

#include <algorithm>
#include <optional>

namespace bonafide::media {
namespace {

constexpr std::size_t kMostCharacters = 128;

std::optional<std::uint32_t> number(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width) {
    if (offset > bytes.size() || bytes.size() - offset < width) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        value = (value << 8) | bytes[offset + i];
    }
    return value;
}

void append_utf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += code < 0x20 || code == 0x7F ? ' ' : static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0xD800 || code > 0xDFFF) {  // halves of surrogate pairs are left out
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// Type `mluc`: records of language, length and offset; the first one is taken.
std::string unicode_text(std::span<const std::uint8_t> tag) {
    const std::uint32_t length = number(tag, 20, 4).value_or(0), offset = number(tag, 24, 4).value_or(0);
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(length / 2, kMostCharacters); ++i) {
        const std::optional<std::uint32_t> unit = number(tag, std::size_t{offset} + 2 * i, 2);
        if (!unit || *unit == 0) {
            break;
        }
        append_utf8(text, *unit);
    }
    return text;
}

/// Type `desc` of profiles before version 4: a count, then ASCII.
std::string ascii_text(std::span<const std::uint8_t> tag) {
    const std::size_t length = std::min<std::size_t>(number(tag, 8, 4).value_or(0), kMostCharacters);
    std::string text;
    for (std::size_t i = 12; i < std::min(tag.size(), 12 + length) && tag[i] != 0; ++i) {
        append_utf8(text, tag[i] < 0x80 ? tag[i] : std::uint32_t{'?'});
    }
    return text;
}

}  // namespace

std::string icc_description(std::span<const std::uint8_t> profile) {
    constexpr std::uint32_t kDescription = 0x64657363, kMultiLocalized = 0x6D6C7563;  // "desc", "mluc"
    constexpr std::uint32_t kMostTags = 256;
    const std::uint32_t tags = std::min(number(profile, 128, 4).value_or(0), kMostTags);
    for (std::size_t i = 0; i < tags; ++i) {
        if (number(profile, 132 + 12 * i, 4) != kDescription) {
            continue;
        }
        const std::uint32_t offset = number(profile, 136 + 12 * i, 4).value_or(0),
                            length = number(profile, 140 + 12 * i, 4).value_or(0);
        if (offset >= profile.size()) {
            return {};
        }
        const std::span<const std::uint8_t> tag =
            profile.subspan(offset, std::min<std::size_t>(length, profile.size() - offset));
        const std::uint32_t type = number(tag, 0, 4).value_or(0);
        return type == kMultiLocalized ? unicode_text(tag) : type == kDescription ? ascii_text(tag) : std::string{};
    }
    return {};
}

std::string colour_space_of_icc(std::span<const std::uint8_t> profile) {
    if (profile.empty()) {
        return "unspecified";
    }
    const std::string description = icc_description(profile);
    if (description.starts_with("sRGB") || description == "Display P3") {
        return description == "Display P3" ? description : "sRGB";
    }
    return "ICC: " + (description.empty() ? "unnamed" : description);
}

std::string colour_space_of_code_points(int primaries, int transfer) {
    struct Row {
        int primaries, transfer;
        const char* name;
    };
    constexpr Row kRows[] = {{1, 13, "sRGB"},       {12, 13, "Display P3"}, {1, 1, "BT.709"},
                             {9, 16, "BT.2020 PQ"}, {9, 18, "BT.2020 HLG"}, {12, 16, "Display P3 PQ"},
                             {9, 14, "BT.2020"},    {9, 1, "BT.2020"},      {6, 6, "BT.601"},
                             {1, 8, "linear sRGB"}};
    for (const Row& row : kRows) {
        if (row.primaries == primaries && row.transfer == transfer) {
            return row.name;
        }
    }
    // 2 stands for "unspecified"; a file that names neither says nothing.
    if (primaries == 2 && transfer == 2) {
        return "unspecified";
    }
    return "H.273 primaries " + std::to_string(primaries) + ", transfer " + std::to_string(transfer);
}

}  // namespace bonafide::media
