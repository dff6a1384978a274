#include "service/multipart.h"

#include <algorithm>
#include <optional>

namespace bonafide::service {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBlankLine = "\r\n\r\n";

Error invalid(const char* what) {
    return {ErrorCode::kInvalid, std::string("the multipart body is malformed: ") + what};
}

bool is_boundary(std::string_view text) {
    static constexpr std::string_view kAllowed =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
    return !text.empty() && text.size() <= 70 && text.back() != ' ' &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// "Name: value" into the map; false where the line is anything else, or the name is there already.
bool add_header(std::string_view line, std::map<std::string, std::string>& headers) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) {
        return false;
    }
    std::string name(line.substr(0, colon));
    for (char& c : name) {
        if (c <= 0x20 || c >= 0x7F) {
            return false;
        }
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    const std::string_view value = line.substr(colon + 1);
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; })) {
        return false;
    }
    const std::size_t first = std::min(value.find_first_not_of(" \t"), value.size());
    return headers.emplace(std::move(name), value.substr(first)).second;
}

std::optional<std::map<std::string, std::string>> parse_headers(std::string_view block) {
    std::map<std::string, std::string> headers;
    while (!block.empty()) {
        const std::size_t end = std::min(block.find(kLineEnd), block.size());
        if (!add_header(block.substr(0, end), headers)) {
            return std::nullopt;
        }
        block.remove_prefix(std::min(block.size(), end + kLineEnd.size()));
    }
    return headers;
}

}  // namespace

Result<MultipartParser> MultipartParser::create(std::string_view boundary) {
    if (!is_boundary(boundary)) {
        return invalid("its boundary is missing or holds characters that RFC 2046 forbids");
    }
    return MultipartParser("\r\n--" + std::string(boundary));
}

Result<void> MultipartParser::feed(std::span<const std::uint8_t> bytes, MultipartSink& sink) {
    // In pieces, so that what is held stays small however much is fed at once.
    static constexpr std::size_t kPiece = 64 * 1024;
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), kPiece));
        bytes = bytes.subspan(piece.size());
        held_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        for (;;) {
            const auto stepped = step(sink);
            if (!stepped) {
                return stepped.error();
            }
            if (!*stepped) {
                break;
            }
        }
    }
    return {};
}

Result<void> MultipartParser::finish() const {
    if (place_ == Place::kEnd) {
        return {};
    }
    return Error{ErrorCode::kTruncated, "the multipart body ends before its closing boundary"};
}

Result<bool> MultipartParser::step(MultipartSink& sink) {
    switch (place_) {
        case Place::kFirstBoundary:
            return read_first_boundary();
        case Place::kBehindBoundary:
            return read_behind_boundary();
        case Place::kHeaders:
            return read_headers(sink);
        case Place::kData:
            return read_data(sink);
        case Place::kEnd:
            if (!kLineEnd.starts_with(held_)) {
                return invalid("there is something behind its closing boundary");
            }
            return false;
    }
    return false;
}

/// The line end that every boundary begins with was put before the body when the parser was made.
Result<bool> MultipartParser::read_first_boundary() {
    const std::size_t seen = std::min(held_.size(), delimiter_.size());
    if (held_.compare(0, seen, delimiter_, 0, seen) != 0) {
        return invalid("it does not begin with its boundary");
    }
    if (held_.size() < delimiter_.size()) {
        return false;
    }
    held_.erase(0, delimiter_.size());
    place_ = Place::kBehindBoundary;
    return true;
}

Result<bool> MultipartParser::read_behind_boundary() {
    if (held_.size() < 2) {
        return false;
    }
    const std::string_view mark = std::string_view(held_).substr(0, 2);
    if (mark == "--") {
        if (parts_ == 0) {
            return invalid("it has no parts");
        }
        place_ = Place::kEnd;
        held_.erase(0, 2);
        return true;
    }
    if (mark != kLineEnd) {
        return invalid("there is something behind a boundary on its line");
    }
    if (++parts_ > kMostParts) {
        return Error{ErrorCode::kLimit, "the multipart body has too many parts"};
    }
    // The line end stays: a part without headers is then a blank line like any other.
    place_ = Place::kHeaders;
    return true;
}

Result<bool> MultipartParser::read_headers(MultipartSink& sink) {
    const std::size_t end = held_.find(kBlankLine);
    if (std::min(end, held_.size()) > kMostHeaderBytes) {
        return Error{ErrorCode::kLimit, "a part of the multipart body has too large a header"};
    }
    if (end == std::string::npos) {
        return false;
    }
    const auto headers = parse_headers(end == 0 ? std::string_view() : std::string_view(held_).substr(2, end - 2));
    if (!headers) {
        return invalid("a part's header lines are broken, folded or repeated");
    }
    held_.erase(0, end + kBlankLine.size());
    place_ = Place::kData;
    if (auto taken = sink.part(*headers); !taken) {
        return taken.error();
    }
    return true;
}

Result<bool> MultipartParser::read_data(MultipartSink& sink) {
    const std::size_t end = held_.find(delimiter_);
    const bool found = end != std::string::npos;
    // Without a boundary in sight all is data but what may be the beginning of one.
    const std::size_t sure = found ? end : held_.size() - std::min(held_.size(), delimiter_.size() - 1);
    if (sure > 0) {
        const std::span bytes(reinterpret_cast<const std::uint8_t*>(held_.data()), sure);
        if (auto taken = sink.data(bytes); !taken) {
            return taken.error();
        }
    }
    held_.erase(0, sure + (found ? delimiter_.size() : 0));
    if (found) {
        place_ = Place::kBehindBoundary;
    }
    return found;
}

}  // namespace bonafide::service
