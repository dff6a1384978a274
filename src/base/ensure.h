#pragma once

namespace bonafide {
/// Reports a broken invariant and aborts. In a worker this costs one input, whose report then says `failed`.
[[noreturn]] void ensure_failed(const char* condition, const char* file, int line);
}  // namespace bonafide

/// A condition that only a bug can break. Input, however hostile, must never reach a failing ENSURE: that is what
/// Result is for.
#define ENSURE(condition)                                              \
    do {                                                               \
        if (!(condition)) {                                            \
            ::bonafide::ensure_failed(#condition, __FILE__, __LINE__); \
        }                                                              \
    } while (false)
