#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace bonafide::service {

/// Takes what a MultipartParser finds. An error ends the parsing and is what feed() returns.
class MultipartSink {
  public:
    virtual ~MultipartSink() = default;
    /// A part begins; its header lines, names in lower case.
    virtual Result<void> part(const std::map<std::string, std::string>& headers) = 0;
    /// Bytes of that part.
    virtual Result<void> data(std::span<const std::uint8_t> bytes) = 0;
};

/// Reads multipart/form-data (RFC 7578, RFC 2046 section 5.1) from bytes that arrive in pieces of any size, and keeps
/// at most one header block of them. Stricter than the RFC where leniency only helps those who want two readers to see
/// different things: no preamble, no text behind a boundary, no folded or repeated header lines, CRLF alone ends lines.
class MultipartParser {
  public:
    static constexpr std::size_t kMostHeaderBytes = 8 * 1024;
    static constexpr int kMostParts = 16;

    /// kInvalid where `boundary` is not 1 to 70 characters of those that RFC 2046 allows.
    static Result<MultipartParser> create(std::string_view boundary);

    /// Takes in the next bytes. kInvalid where they break the form, kLimit where a bound is exceeded; then no more.
    Result<void> feed(std::span<const std::uint8_t> bytes, MultipartSink& sink);
    /// kTruncated unless the closing boundary has been seen.
    Result<void> finish() const;

  private:
    explicit MultipartParser(std::string delimiter) : delimiter_(std::move(delimiter)), held_("\r\n") {}
    enum class Place { kFirstBoundary, kBehindBoundary, kHeaders, kData, kEnd };

    /// Takes one step; false where more bytes are needed.
    Result<bool> step(MultipartSink& sink);
    Result<bool> read_first_boundary();
    Result<bool> read_behind_boundary();
    Result<bool> read_headers(MultipartSink& sink);
    Result<bool> read_data(MultipartSink& sink);

    std::string delimiter_;  ///< CR LF "--" boundary
    std::string held_;       ///< bytes not yet understood
    Place place_ = Place::kFirstBoundary;
    int parts_ = 0;
};

}  // namespace bonafide::service
