#!/bin/sh
# What both train.sh and strata.sh measure on films: features.sh DATA WORK [option of make_films.py ...]. A build with -DBONAFIDE_TRAIN=ON lies in
# $BUILD (build/release).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=$1
work=$2
shift 2
build=${BUILD:-$here/../../build/release}/train
mkdir -p "$work"
"${PYTHON:-python3}" "$here/make_films.py" "$data" "$work" "$@"
"$build/video_face_swap/bonafide-video-face-swap-features" --names > "$work/names.txt"
"$build/video_face_swap/bonafide-video-face-swap-features" "$work/moments.bin" < "$work/paths.txt"
"$build/face_swap/bonafide-face-swap-features" --names > "$work/texture_names.txt"
"$build/face_swap/bonafide-face-swap-features" "$work/texture.bin" < "$work/paths.txt"
