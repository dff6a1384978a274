// What no signature tells: signatures with a few wrong bytes, kinds of text, TGA by its header fields, empty and blank
// files.
#include "ingest/identify_probe.h"

#include <algorithm>
#include <string>

namespace bonafide::ingest {
namespace {

using namespace std::string_view_literals;

constexpr const char* kBinary = "application/octet-stream";

Identity described(const char* media_type, std::string description) {
    return {.container = Container::kUnknown,
            .kind = MediaKind::kUnknown,
            .media_type = media_type,
            .description = std::move(description)};
}

/// Signatures long enough that most of one is telling. A '?' stands for any byte and does not count.
struct LongSignature {
    std::string_view bytes;
    const char* media_type;
    const char* name;
};

constexpr LongSignature kLongSignatures[] = {
    {"GIF89a", "image/gif", "GIF picture"},
    {"GIF87a", "image/gif", "GIF picture"},
    {"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"sv, "image/png", "PNG picture"},
    {"RIFF????WEBPVP8"sv, "image/webp", "WebP picture"},
    {"RIFF????WAVEfmt "sv, "audio/wav", "WAV recording"},
    {"RIFF????AVI LIST"sv, "video/x-msvideo", "AVI film"},
    {"\xFF\xD8\xFF\xE0\0\x10JFIF\0"sv, "image/jpeg", "JPEG picture"},
    {"\xFF\xD8\xFF\xE1??Exif\0\0"sv, "image/jpeg", "JPEG picture"},
};

/// The format whose signature stands at the start but for one or two wrong bytes: damage, not another format.
std::optional<Identity> sniff_damaged(const Probe& probe) {
    for (const LongSignature& signature : kLongSignatures) {
        if (probe.head.size() < signature.bytes.size()) {
            continue;
        }
        std::size_t counted = 0, wrong = 0;
        for (std::size_t i = 0; i < signature.bytes.size(); ++i) {
            if (signature.bytes[i] != '?') {
                ++counted;
                wrong += probe.head[i] != static_cast<std::uint8_t>(signature.bytes[i]) ? 1 : 0;
            }
        }
        if (wrong <= (counted > 8 ? 2U : 1U)) {
            return described(signature.media_type, std::string(signature.name) + " with a damaged signature");
        }
    }
    // Line ends rewritten by a transfer as text.
    if (probe.has(0, "\x89PNG\n"sv) || probe.has(0, "\x89PNG\r\r\n"sv)) {
        return described("image/png", "PNG picture damaged by a transfer as text");
    }
    return std::nullopt;
}

/// TGA has no signature at its start (Truevision TGA 2.0): a footer tells it for sure, else its header fields are
/// weighed.
std::optional<Identity> sniff_tga(const Probe& probe) {
    constexpr std::size_t kFooterBytes = 26, kHeaderBytes = 18;
    if (probe.size_bytes > kFooterBytes + kHeaderBytes &&
        has_text(probe.source.read(probe.size_bytes - kFooterBytes, kFooterBytes), 8, "TRUEVISION-XFILE.")) {
        return described("image/x-tga", "TGA picture");
    }
    const auto& head = probe.head;
    if (head.size() <= kHeaderBytes) {
        return std::nullopt;
    }
    const unsigned type = head[2], depth = head[16];
    const std::uint64_t width = unsigned_le(head, 12, 2), height = unsigned_le(head, 14, 2);
    const bool palette = type == 1 || type == 9, colour = type == 2 || type == 10, grey = type == 3 || type == 11;
    const bool depth_fits = (palette && depth == 8) || (grey && (depth == 8 || depth == 16)) ||
                            (colour && (depth == 15 || depth == 16 || depth == 24 || depth == 32));
    const bool map_fits = palette ? head[1] == 1 && unsigned_le(head, 5, 2) > 0
                                  : head[1] == 0 && unsigned_le(head, 3, 4) == 0 && head[7] == 0;
    const bool size_fits =
        width > 0 && height > 0 && (type >= 9 || probe.size_bytes >= kHeaderBytes + width * height * ((depth + 7) / 8));
    if (!depth_fits || !map_fits || !size_fits || (head[17] & 0xC0) != 0) {
        return std::nullopt;
    }
    return described("image/x-tga", "TGA picture (guess)");
}

/// Whether the head is text: valid UTF-8 (a character cut at the end aside) without control characters.
bool is_text(std::span<const std::uint8_t> bytes) {
    std::size_t pending = 0;
    for (const std::uint8_t byte : bytes) {
        if (pending > 0) {
            if ((byte & 0xC0) != 0x80) {
                return false;
            }
            --pending;
        } else if (byte >= 0xC2 && byte <= 0xF4) {
            pending = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
        } else if (byte >= 0x80 || byte == 0x7F ||
                   (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f')) {
            return false;
        }
    }
    return true;
}

Identity describe_text(const Probe& probe) {
    std::string start;
    for (const std::uint8_t byte : std::span(probe.head).first(std::min<std::size_t>(probe.head.size(), 4096))) {
        start += static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
    start.erase(0, std::min(start.size(), start.find_first_not_of("\xEF\xBB\xBF \t\r\n\f")));
    const auto begins = [&](std::string_view text) { return start.starts_with(text); };
    if (begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body")) {
        return described("text/html", "HTML text");
    }
    if (begins("<svg") || (begins("<?xml") && start.find("<svg") != std::string::npos)) {
        return described("image/svg+xml", "SVG drawing");
    }
    if (begins("<?xml")) {
        return described("application/xml", start.find("<html") != std::string::npos ? "XHTML text" : "XML text");
    }
    if (begins("{") || begins("[")) {
        return described("application/json", "JSON text");
    }
    return described("text/plain", "plain text");
}

}  // namespace

Identity describe_unsupported(const Probe& probe) {
    if (probe.size_bytes == 0) {
        return described(kBinary, "empty file");
    }
    if (probe.head.empty()) {
        return described(kBinary, "unreadable file");
    }
    if (std::optional<Identity> damaged = sniff_damaged(probe)) {
        return *std::move(damaged);
    }
    if (std::all_of(probe.head.begin(), probe.head.end(), [](std::uint8_t byte) { return byte == 0; })) {
        return described(kBinary, "file that begins with nothing but zero bytes");
    }
    if (is_text(probe.head)) {
        return describe_text(probe);
    }
    if (probe.has(0, "\xFF\xFE"sv) || probe.has(0, "\xFE\xFF"sv)) {
        return described("text/plain", "plain text (UTF-16)");
    }
    if (std::optional<Identity> tga = sniff_tga(probe)) {
        return *std::move(tga);
    }
    if (probe.has(0, "ID3")) {
        return described(kBinary, "ID3 tag without known sound behind it");
    }
    return described(kBinary, "unknown binary data");
}

}  // namespace bonafide::ingest
