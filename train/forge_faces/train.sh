#!/usr/bin/env bash
# All of it: train.sh DATA FOLDER. Goes on where it was stopped. Needs requirements.txt, and Bonafide's package (pip install ./python).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 folder=$2
models=$here/../../models/forge
python=${PYTHON:-python3}
mkdir -p "$folder" "$models"
[[ -e $folder/mixed.npy ]] || "$python" "$here/prepare.py" "$data" "$folder"
"$python" "$here/train.py" "$folder"
"$python" "$here/export.py" "$folder" "$models"
"$python" "$here/figures.py" "$folder" "$models"
