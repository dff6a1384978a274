#pragma once

#include "base/result.h"

#include <exception>
#include <string>
#include <utility>

namespace bonafide::python {

/// An Error on its way to Python, where it becomes the subclass of bonafide.Error that its code names. May be thrown
/// with and without the interpreter's lock.
class Failure : public std::exception {
  public:
    explicit Failure(Error error) : error_(std::move(error)) {}
    const char* what() const noexcept override { return error_.message.c_str(); }
    const Error& error() const { return error_; }

  private:
    Error error_;
};

[[noreturn]] inline void refuse(ErrorCode code, std::string message) {
    throw Failure({code, std::move(message)});
}

/// The value of `result`; throws Failure where there is none.
template <class T>
T value_or_throw(Result<T> result) {
    if (!result) {
        throw Failure(result.error());
    }
    return std::move(*result);
}

/// Tells the interpreter how Failure, and what OpenCV throws, look in Python.
void register_errors();

}  // namespace bonafide::python
