#!/usr/bin/env bash
# All of it: train.sh DATA RUN. Goes on where it was stopped. Needs requirements.txt and ffmpeg.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2
models=$here/../../models/forge
python=${PYTHON:-python3}
mkdir -p "$run" "$models"
[[ -e $run/sounds.npz ]] || "$python" "$here/sounds.py" "$data" "$run/sounds.npz"
"$python" "$here/train.py" "$run/sounds.npz" "$run"
"$python" "$here/export.py" "$run" "$models"
