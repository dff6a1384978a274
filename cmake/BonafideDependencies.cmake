# Everything foreign, found once, under the names the modules link to. Debian packages through pkg-config or their own
# configuration files; OpenVINO and libc2pa from the pinned wheels that `tools/dev setup` unpacks, unless a system copy is found first.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto SSL)
find_package(CLI11 REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers alone: Beast and Asio
find_package(ZLIB REQUIRED)

foreach(pair IN ITEMS
        "JPEG:libjpeg" "PNG:libpng" "WEBP:libwebp;libwebpdemux" "HEIF:libheif" "AVIF:libavif" "JXL:libjxl;libjxl_threads" "TIFF:libtiff-4" "GIF:libgif"
        "FFMPEG:libavformat;libavcodec;libavutil;libswscale;libswresample" "EXIF:libexif" "SECCOMP:libseccomp" "PUGIXML:pugixml" "BROTLI:libbrotlidec"
        "SQLITE:sqlite3" "SODIUM:libsodium" "PANGO:pangocairo;cairo-pdf;cairo-png;fontconfig")
    string(REPLACE ":" ";" parts "${pair}")
    list(POP_FRONT parts name)
    pkg_check_modules(BONAFIDE_${name} REQUIRED IMPORTED_TARGET ${parts})
    add_library(bonafide_dependency_${name} INTERFACE)
    target_link_libraries(bonafide_dependency_${name} INTERFACE PkgConfig::BONAFIDE_${name})
endforeach()

# PostgreSQL's client library: its header alone, for the service loads the library when it is told to use a server (docs/adr/0016-postgresql.md).
pkg_check_modules(BONAFIDE_LIBPQ REQUIRED libpq)
add_library(bonafide_dependency_LIBPQ INTERFACE)
target_include_directories(bonafide_dependency_LIBPQ SYSTEM INTERFACE ${BONAFIDE_LIBPQ_INCLUDE_DIRS})

# OpenCV: only the modules we use. Debian's OpenCVConfig.cmake would want all of them (and their 200 dependencies) installed.
find_path(BONAFIDE_OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
foreach(module IN ITEMS core imgproc flann features2d calib3d)
    find_library(BONAFIDE_OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
    add_library(opencv_${module} SHARED IMPORTED)
    set_target_properties(opencv_${module} PROPERTIES IMPORTED_LOCATION "${BONAFIDE_OPENCV_${module}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${BONAFIDE_OPENCV_INCLUDE_DIR}")
endforeach()

# OpenVINO brings its own libtbb.so.12, newer than Debian's. One copy serves the whole program: everything links to OpenVINO's.
set(_openvino "${BONAFIDE_DEPS_DIR}/wheels/openvino")
find_package(OpenVINO REQUIRED COMPONENTS Runtime HINTS "${_openvino}/cmake")
find_package(TBB REQUIRED CONFIG HINTS "${_openvino}/cmake")
set(BONAFIDE_OPENVINO_LIBS "${_openvino}/libs" CACHE PATH "Folder of OpenVINO's libraries and plugins")

find_library(BONAFIDE_C2PA_LIBRARY c2pa_c HINTS "${BONAFIDE_DEPS_DIR}/wheels/c2pa/libs" REQUIRED)
add_library(bonafide_dependency_C2PA SHARED IMPORTED)
set_target_properties(bonafide_dependency_C2PA PROPERTIES IMPORTED_LOCATION "${BONAFIDE_C2PA_LIBRARY}" IMPORTED_NO_SONAME ON)
