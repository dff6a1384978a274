#pragma once

#include "base/ensure.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace bonafide {

/// Why an operation on untrusted input did not succeed.
enum class ErrorCode {
    kInvalid,      ///< the bytes contradict their own format
    kUnsupported,  ///< recognised, but not a format or feature this build handles
    kTruncated,    ///< the bytes end before the format says they do
    kLimit,        ///< refused because a limit (size, pixels, duration, streams, time, memory) was reached
    kIo,           ///< the operating system could not read or write
    kUsage,        ///< the caller asked for something that does not exist or is out of range
    kInternal      ///< a library failed in a way the input does not explain
};

/// Lower-case name of `code`, for logs and reports.
const char* name_of(ErrorCode code);

/// An error a person can act on: what failed and, where known, what to do about it.
struct Error {
    ErrorCode code = ErrorCode::kInternal;
    std::string message;
};

/// Either a value or an Error. Input errors travel as values; bugs hit ENSURE. Must not be ignored.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & {
        ENSURE(ok());
        return std::get<0>(state_);
    }
    const T& value() const& {
        ENSURE(ok());
        return std::get<0>(state_);
    }
    T&& value() && {
        ENSURE(ok());
        return std::get<0>(std::move(state_));
    }
    const Error& error() const {
        ENSURE(!ok());
        return std::get<1>(state_);
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

  private:
    std::variant<T, Error> state_;
};

/// Result of an operation that has nothing to return but its success.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}
    bool ok() const { return !error_.has_value(); }
    explicit operator bool() const { return ok(); }
    const Error& error() const {
        ENSURE(error_.has_value());
        return *error_;
    }

  private:
    std::optional<Error> error_;
};

}  // namespace bonafide
