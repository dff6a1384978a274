#include "media/metadata_text.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

namespace bonafide::media {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kInflateStepBytes = 64 * 1024;

/// Length of the well-formed UTF-8 sequence at the start of `text` (not empty), 0 where there is none. RFC 3629,
/// section 4.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0) != 0x80) return 0;
    }
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    const bool too_high = first == 0xF4 && byte(1) > 0x8F;
    return overlong || surrogate || too_high ? 0 : length;
}

void append_code_point(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | code >> 6);
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | code >> 12);
        text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | code >> 18);
        text += static_cast<char>(0x80 | (code >> 12 & 0x3F));
        text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

void trim(std::string& text) {
    constexpr std::string_view kBlank = " \t\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string::npos) {
        text.clear();
        return;
    }
    text.erase(text.find_last_not_of(kBlank) + 1);
    text.erase(0, first);
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t length = sequence_length(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

std::string clean_utf8(std::string_view bytes, std::size_t most_bytes) {
    bytes = bytes.substr(0, bytes.find('\0'));
    std::string text;
    text.reserve(std::min(bytes.size(), most_bytes));
    while (!bytes.empty()) {
        const std::size_t length = sequence_length(bytes);
        std::string_view piece = bytes.substr(0, std::max<std::size_t>(length, 1));
        bytes.remove_prefix(piece.size());
        const auto first = static_cast<unsigned char>(piece[0]);
        if (piece == "\r") {
            // CR LF and a lone CR (old Macintosh) are both one line feed.
            if (!bytes.empty() && bytes[0] == '\n') bytes.remove_prefix(1);
            piece = "\n";
        } else if (length == 0 || (first < 0x20 && first != '\t' && first != '\n') || first == 0x7F) {
            piece = kReplacement;
        }
        if (text.size() + piece.size() > most_bytes) break;
        text += piece;
    }
    trim(text);
    return text;
}

std::string latin1_to_utf8(std::string_view bytes) {
    bytes = bytes.substr(0, std::min(bytes.find('\0'), kMostTextBytes));
    std::string text;
    for (const char character : bytes) {
        append_code_point(text, static_cast<unsigned char>(character));
    }
    return clean_utf8(text);
}

std::string guess_to_utf8(std::string_view bytes) {
    bytes = bytes.substr(0, bytes.find('\0'));
    return is_utf8(bytes) ? clean_utf8(bytes) : latin1_to_utf8(bytes);
}

std::string utf16_to_utf8(std::span<const std::uint8_t> bytes, bool big_endian) {
    const auto unit_at = [&](std::size_t offset) {
        const std::uint32_t first = bytes[offset], second = bytes[offset + 1];
        return big_endian ? first << 8 | second : second << 8 | first;
    };
    std::size_t offset = 0;
    if (bytes.size() >= 2 && unit_at(0) == 0xFFFE) big_endian = !big_endian;
    if (bytes.size() >= 2 && unit_at(0) == 0xFEFF) offset = 2;
    std::string text;
    for (; offset + 1 < bytes.size() && text.size() < kMostTextBytes; offset += 2) {
        std::uint32_t code = unit_at(offset);
        if (code == 0) break;
        if (code >= 0xD800 && code < 0xE000) {
            const std::uint32_t low = offset + 3 < bytes.size() ? unit_at(offset + 2) : 0;
            const bool paired = code < 0xDC00 && low >= 0xDC00 && low < 0xE000;
            code = paired ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
            offset += paired ? 2 : 0;
        }
        append_code_point(text, code);
    }
    return clean_utf8(text);
}

Inflated inflate_zlib(std::span<const std::uint8_t> bytes, std::size_t most_bytes) {
    Inflated result;
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) {
        result.failure = InflateFailure::kDamaged;
        return result;
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), UINT32_MAX));
    int state = Z_OK;
    while (state == Z_OK && result.bytes.size() < most_bytes) {
        const std::size_t before = result.bytes.size();
        const std::size_t step = std::min(kInflateStepBytes, most_bytes - before);
        result.bytes.resize(before + step);
        stream.next_out = result.bytes.data() + before;
        stream.avail_out = static_cast<uInt>(step);
        state = inflate(&stream, Z_NO_FLUSH);
        result.bytes.resize(before + step - stream.avail_out);
    }
    if (state == Z_OK) {
        result.failure = InflateFailure::kTooLong;
    } else if (state != Z_STREAM_END) {
        result.failure = InflateFailure::kDamaged;
    }
    return result;
}

Inflated inflate_brotli(std::span<const std::uint8_t> bytes, std::size_t most_bytes) {
    Inflated result;
    const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> state(
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance);
    if (!state) {
        result.failure = InflateFailure::kDamaged;
        return result;
    }
    const std::uint8_t* input = bytes.data();
    std::size_t input_left = bytes.size();
    BrotliDecoderResult outcome = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (outcome == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && result.bytes.size() < most_bytes) {
        const std::size_t before = result.bytes.size();
        std::size_t room = std::min(kInflateStepBytes, most_bytes - before);
        result.bytes.resize(before + room);
        std::uint8_t* output = result.bytes.data() + before;
        outcome = BrotliDecoderDecompressStream(state.get(), &input_left, &input, &room, &output, nullptr);
        result.bytes.resize(result.bytes.size() - room);
    }
    if (outcome == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        result.failure = InflateFailure::kTooLong;
    } else if (outcome != BROTLI_DECODER_RESULT_SUCCESS) {
        result.failure = InflateFailure::kDamaged;
    }
    return result;
}

}  // namespace bonafide::media
