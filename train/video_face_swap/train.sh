#!/bin/sh
# From the development pack to weights and figures: train.sh DATA WORK. A build with -DBONAFIDE_TRAIN=ON lies in $BUILD (build/release).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/features.sh" "$1" "$2"
"${PYTHON:-python3}" "$here/train.py" "$2" "$2/out"
