#!/bin/sh
# From the development pack to the figures of the networks over frames in WORK/network: train.sh DATA WORK. About two hours of one core.
# Needs ffmpeg and requirements.txt; a build with -DBONAFIDE_TRAIN=ON lies in $BUILD (build/release). Started again, it goes on.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
program=${BUILD:-$here/../../../build/release}/train/voice/bonafide-voice-features
export OMP_NUM_THREADS=1
[ -e "$2/conditions/noise20.list" ] || "$python" "$here/../make_conditions.py" "$1/voices" "$2/conditions"
for network in "variances" "variances again" "changes" "means"; do
    "$python" "$here/train.py" "$program" "$1/voices" "$2/conditions" "$2/network/$network" "$network"
    "$python" "$here/judge.py" "$program" "$1/voices" "$2/conditions" "$network" "$2/network/$network"
done
"$python" "$here/judge.py" "$program" "$1/voices" "$2/conditions" "variances" "$2/network/variances" "variances again" "$2/network/variances again" \
    "changes" "$2/network/changes" "means" "$2/network/means"
