#!/bin/sh
# usage: train/voice/train.sh PACK WORK: from the voices pack to weights, curve and log in WORK/out. Needs ffmpeg, and NumPy, SciPy,
# soundfile and scikit-learn (train/requirements.txt); a build with -DBONAFIDE_TRAIN=ON lies in $BUILD (build/release).
set -eu
here=$(dirname "$0")
python3 "$here/make_conditions.py" "$1" "$2/conditions"
python3 "$here/train.py" "${BUILD:-build/release}/train/voice/bonafide-voice-features" "$1" "$2/conditions" "$2/out"
