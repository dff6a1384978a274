#!/bin/sh
# From the development pack to weights, curve and log in WORK/out: train.sh DATA WORK. Needs ffmpeg, and NumPy, SciPy, soundfile and
# scikit-learn (train/requirements.txt); a build with -DBONAFIDE_TRAIN=ON lies in $BUILD (build/release).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
"$python" "$here/make_conditions.py" "$1/voices" "$2/conditions"
"$python" "$here/train.py" "${BUILD:-$here/../../build/release}/train/voice/bonafide-voice-features" "$1/voices" "$2/conditions" "$2/out"
