#!/bin/sh
# From genuine pictures to models/calibration.json: refit.sh PROGRAM WORK_FOLDER PICTURE_FOLDER...
# PYTHON names an interpreter with train/requirements.txt installed (default: python3).
set -eu
program=$1
work=$2
shift 2
here=$(dirname "$0")
python=${PYTHON:-python3}
"$python" "$here/make_pairs.py" --output "$work" "$@"
# Exit codes 1 and 3 are verdicts; 2 means that an input could not be analysed, which ends the run.
"$program" check --format jsonl --quiet --output "$work/reports.jsonl" "$work/genuine" "$work/changed" || [ $? -ne 2 ]
"$python" "$here/fit.py" --manifest "$work/manifest.csv" --reports "$work/reports.jsonl" \
    --about "pairs of genuine pictures and script-made edits of them (train/calibration/make_pairs.py)" \
    --output "$here/../../models/calibration.json" --log "$here/fit.log"
