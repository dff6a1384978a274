#include "base/result.h"

namespace bonafide {

const char* name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalid:
            return "invalid";
        case ErrorCode::kUnsupported:
            return "unsupported";
        case ErrorCode::kTruncated:
            return "truncated";
        case ErrorCode::kLimit:
            return "limit";
        case ErrorCode::kIo:
            return "io";
        case ErrorCode::kUsage:
            return "usage";
        case ErrorCode::kInternal:
            return "internal";
    }
    return "internal";
}

}  // namespace bonafide
