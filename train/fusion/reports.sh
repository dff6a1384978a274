#!/bin/sh
# Reports and maps of a labelled set: reports.sh PROGRAM SET OUTPUT [SPLIT]
# A folder of SET at a time, since maps are kept by file name.
set -eu
program=$(realpath "$1")
set_folder=$2
mkdir -p "$3"
output=$(realpath "$3")
split=${4:-}
cd "$set_folder"
python3 - "$split" > "$output/files.txt" <<'PYTHON'
import csv, sys

with open("manifest.csv", newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        if not sys.argv[1] or row["split"] == sys.argv[1]:
            print(row["file"])
PYTHON
for folder in $(cut -d/ -f1 "$output/files.txt" | sort -u); do
    grep "^$folder/" "$output/files.txt" | tr '\n' '\0' |
        xargs -0 "$program" check --skip 'container.*' --skip 'provenance.*' --skip 'metadata.*' --skip 'camera.*' --maps "$output/$folder" \
            --format jsonl --quiet > "$output/$folder.jsonl" || [ $? -eq 123 ]
done
