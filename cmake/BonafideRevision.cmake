# The source revision, for reports and --version. A tarball without .git says "unknown".
find_package(Git QUIET)
set(BONAFIDE_REVISION "unknown")
if(Git_FOUND AND EXISTS "${PROJECT_SOURCE_DIR}/.git")
    execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=12 HEAD WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        OUTPUT_VARIABLE BONAFIDE_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE _failed)
    if(_failed)
        set(BONAFIDE_REVISION "unknown")
    endif()
    # A commit moves HEAD: look again before the next build, or reports name a revision that is gone.
    if(EXISTS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
        set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
    endif()
endif()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/base/version.h" CONTENT
"#pragma once
namespace bonafide {
inline constexpr const char* kVersion = \"@PROJECT_VERSION@\";
inline constexpr const char* kRevision = \"@BONAFIDE_REVISION@\";
}  // namespace bonafide
" @ONLY)
