#pragma once

#include <string_view>

/// Files of this folder that are compiled in, so that a report needs nothing at run time (CMakeLists.txt).
namespace bonafide::report::embedded {

extern const std::string_view kReportSchema;  ///< schema/bonafide.report.1.schema.json
extern const std::string_view kStyleSheet;    ///< html/report.css
extern const std::string_view kScript;        ///< html/report.js

}  // namespace bonafide::report::embedded
