#include "errors.h"

#include <nanobind/nanobind.h>
#include <opencv2/core.hpp>

namespace bonafide::python {
namespace {

namespace nb = nanobind;

const char* class_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalid:
            return "InvalidError";
        case ErrorCode::kUnsupported:
            return "UnsupportedError";
        case ErrorCode::kTruncated:
            return "TruncatedError";
        case ErrorCode::kLimit:
            return "LimitError";
        case ErrorCode::kIo:
            return "IoError";
        case ErrorCode::kUsage:
            return "UsageError";
        case ErrorCode::kInternal:
            break;
    }
    return "InternalError";
}

void set_error(ErrorCode code, const char* message) {
    const nb::object type = nb::module_::import_("bonafide._errors").attr(class_of(code));
    PyErr_SetString(type.ptr(), message);
}

}  // namespace

void register_errors() {
    nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
        try {
            std::rethrow_exception(thrown);
        } catch (const Failure& failure) {
            set_error(failure.error().code, failure.what());
        } catch (const cv::Exception& problem) {
            set_error(problem.code == cv::Error::StsNoMem ? ErrorCode::kLimit : ErrorCode::kInternal, problem.what());
        }
    });
}

}  // namespace bonafide::python
