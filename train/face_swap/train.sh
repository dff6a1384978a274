#!/bin/sh
# From the development pack to weights and figures: train.sh DATA WORK. A build with -DBONAFIDE_TRAIN=ON lies in $BUILD (build/release).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=$1
work=$2
python=${PYTHON:-python3}
program=${BUILD:-$here/../../build/release}/train/face_swap/bonafide-face-swap-features
mkdir -p "$work"
"$python" "$here/make_pairs.py" "$data" "$program" "$work/pairs"
"$python" "$here/make_test.py" "$data" "$work/test"
"$program" --names > "$work/pairs/names.txt"
tail -n +2 "$work/pairs/pairs.csv" | cut -d, -f1 | sed "s|^|$work/pairs/|" | "$program" "$work/pairs/features.bin"
"$program" "$work/test/features.bin" < "$work/test/paths.txt"
"$python" "$here/audit.py" "$work/pairs"
"$python" "$here/train.py" "$work/pairs" "$work/test" "$work/out"
