#!/bin/sh
# Builds the program's own preprocessing as a shared library for training: build_planes.sh BUILD_FOLDER OUTPUT.so
# BUILD_FOLDER is a finished build of the program; nothing of it changes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$1
output=$2
libraries=$(pkg-config --libs libjpeg libpng libwebp libwebpdemux libtiff-4 libheif libavif libjxl libbrotlidec libexif pugixml libcrypto zlib \
    libavformat libavcodec libavutil libswscale libswresample 2>/dev/null || true)
[ -n "$libraries" ] || libraries="-ljpeg -lpng -lz -lwebp -lwebpdemux -ltiff -lheif -lavif -ljxl -lbrotlidec -lexif -lpugixml -lcrypto -lavformat -lavcodec -lavutil -lswscale -lswresample"
# shellcheck disable=SC2086  # a list of options
g++ -std=c++20 -O2 -fPIC -shared -ffp-contract=off -I "$root/src" -I "$build/generated" -isystem /usr/include/opencv4 \
    "$here/planes_library.cpp" "$root/src/analyzers/image/edits_network/planes.cpp" \
    "$root/src/analyzers/image/edits_network/residual_planes.cpp" "$root/src/analyzers/image/edits_network/coefficient_planes.cpp" \
    "$build/src/features/libbonafide_features.a" "$build/src/media/libbonafide_media.a" "$build/src/ingest/libbonafide_ingest.a" \
    "$build/src/base/libbonafide_base.a" $libraries -lgif -lopencv_imgproc -lopencv_core -o "$output"
