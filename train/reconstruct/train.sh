#!/usr/bin/env bash
# All of it: train.sh DATA RUN. Goes on where it was stopped. Needs requirements.txt.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2
models=$here/../../models/forge
python=${PYTHON:-python3}
mkdir -p "$run" "$models"
[[ -e $run/crops.npy.json ]] || "$python" "$here/crops.py" "$data" "$run/crops.npy"
"$python" "$here/train.py" "$run/crops.npy" "$run"
"$python" "$here/export.py" "$run" "$models"
