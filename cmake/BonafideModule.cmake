# A module is a folder: every .cpp in it, except *_test.cpp, is the library bonafide_<name>; its *_test.cpp are one test program.
# bonafide_module(<name> [EXCLUDE folders...] [PUBLIC targets...] [PRIVATE targets...] [TEST targets...]); EXCLUDE: folders below that are
# modules of their own.
function(bonafide_module name)
    cmake_parse_arguments(arg "" "" "EXCLUDE;PUBLIC;PRIVATE;TEST" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
    foreach(folder IN LISTS arg_EXCLUDE)
        list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${folder}/")
    endforeach()
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    if(NOT sources)
        return()
    endif()
    add_library(bonafide_${name} STATIC ${sources})
    target_include_directories(bonafide_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/generated")
    target_link_libraries(bonafide_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} bonafide_options)
    if(BONAFIDE_TESTS AND tests)
        bonafide_test(${name}_test SOURCES ${tests} LIBRARIES bonafide_${name} ${arg_TEST})
    endif()
endfunction()

# bonafide_optimise_loops(<target>): for loops over pixels and samples, most of which -O2 leaves as they are written, one value at a time.
function(bonafide_optimise_loops target)
    target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo,Release>:-O3>)
endfunction()

# bonafide_test(<name> SOURCES files... LIBRARIES targets...): one GoogleTest program, registered test by test. Below a folder, or in a
# function, that sets BONAFIDE_COMPUTES it belongs to the half of the tests that run optimised.
function(bonafide_test name)
    if((BONAFIDE_TESTS STREQUAL "SANITIZED" AND BONAFIDE_COMPUTES) OR (BONAFIDE_TESTS STREQUAL "OPTIMISED" AND NOT BONAFIDE_COMPUTES))
        return()
    endif()
    cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_executable(${name} ${arg_SOURCES} "${PROJECT_SOURCE_DIR}/tests/sanitizers.cpp")
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} bonafide_fixtures bonafide_options GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name} PRIVATE BONAFIDE_TEST_BUILD_DIR="${PROJECT_BINARY_DIR}" BONAFIDE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    if(BONAFIDE_SANITIZERS OR BONAFIDE_TESTS STREQUAL "OPTIMISED")
        # The tests' own code takes half as long to compile unoptimised; what they test keeps its optimisation.
        target_compile_options(${name} PRIVATE -O0)
    endif()
    # Without the variable, oneTBB loads a helper with RTLD_DEEPBIND, which the address sanitizer refuses.
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 ENVIRONMENT TBB_ENABLE_SANITIZERS=1)
endfunction()
