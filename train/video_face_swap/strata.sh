#!/bin/sh
# From the development pack to the corrections for small faces and few moments: strata.sh DATA WORK. After both train.sh, whose weights it adds to, with a
# build with -DBONAFIDE_TRAIN=ON in $BUILD (build/release). Prints the table.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/features.sh" "$1" "$2" --versions "$here/strata.json"
"${PYTHON:-python3}" "$here/strata.py" "$2" --write "$here/../../models/face"
