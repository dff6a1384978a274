#!/bin/sh
# From the development pack to weights and figures: train.sh DATA WORK [FOLDER OF THE TWO PROGRAMS' BUILDS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=$1
work=$2
build=${3:-$here/../../build/release/train}
mkdir -p "$work"
python3 "$here/make_films.py" "$data" "$work"
"$build/video_face_swap/bonafide-video-face-swap-features" --names > "$work/names.txt"
"$build/video_face_swap/bonafide-video-face-swap-features" "$work/moments.bin" < "$work/paths.txt"
"$build/face_swap/bonafide-face-swap-features" --names > "$work/texture_names.txt"
"$build/face_swap/bonafide-face-swap-features" "$work/texture.bin" < "$work/paths.txt"
python3 "$here/train.py" "$work" "$work/out"
