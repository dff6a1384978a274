#!/bin/sh
# From the development pack to the corrections for small faces and few moments: strata.sh DATA WORK. After both train.sh, whose weights it adds to, with a
# build with -DBONAFIDE_TRAIN=ON in $BUILD (build/release). Prints the table.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=$1
work=$2
python=${PYTHON:-python3}
build=${BUILD:-$here/../../build/release}/train
mkdir -p "$work"
"$python" "$here/make_films.py" "$data" "$work" --versions "$here/strata.json"
"$build/video_face_swap/bonafide-video-face-swap-features" --names > "$work/names.txt"
"$build/video_face_swap/bonafide-video-face-swap-features" "$work/moments.bin" < "$work/paths.txt"
"$build/face_swap/bonafide-face-swap-features" --names > "$work/texture_names.txt"
"$build/face_swap/bonafide-face-swap-features" "$work/texture.bin" < "$work/paths.txt"
"$python" "$here/strata.py" "$work" --write "$here/../../models/face"
