# Compiler options shared by every target: warnings, sanitizers, ccache.
add_library(bonafide_options INTERFACE)
target_compile_options(bonafide_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 reports false alarms of these kinds inside the standard library (under the sanitizers, and from -O2 on).
    target_compile_options(bonafide_options INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
        -Wno-stringop-overflow)
endif()
if(BONAFIDE_WARNINGS_AS_ERRORS)
    target_compile_options(bonafide_options INTERFACE -Werror)
endif()
if(BONAFIDE_SANITIZERS)
    add_compile_options(-fsanitize=${BONAFIDE_SANITIZERS} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1 -g1)
    add_link_options(-fsanitize=${BONAFIDE_SANITIZERS})
    add_compile_definitions(BONAFIDE_SANITIZED=1)
endif()
# Reports replay alike on every machine: no fused multiply-add chosen behind our back.
add_compile_options(-ffp-contract=off)
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

find_program(BONAFIDE_CCACHE ccache)
if(BONAFIDE_CCACHE)
    # Build folders share results: hash neither the working folder nor absolute paths.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${BONAFIDE_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
if(BONAFIDE_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
