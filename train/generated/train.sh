#!/usr/bin/env bash
# From the development pack to weights, curve and figures: train.sh DATA RUN. Goes on where it was stopped. Needs requirements.txt, and
# the program in $BUILD (build/release).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2
build=${BUILD:-$here/../../build/release}
python=${PYTHON:-python3}
for member in first second; do
    [[ -e $run/$member/weights.pt ]] || "$python" "$here/train.py" "$data" "$run/$member" "$member"
    # Each network alone judges what it has not met, in a program of its own.
    program=$run/$member/program
    cmake --install "$build" --prefix "$program" >/dev/null
    models=$(dirname "$(find "$program" -name manifest.json -path '*models*')")
    "$python" "$here/export.py" "$run/$member/weights.pt" "$models/image_generated.onnx"
    "$python" - "$models" <<'PYTHON'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "manifest.json").read_text())
model = next(entry for entry in manifest["models"] if entry["id"] == "image.generated")
model["sha256"] = hashlib.sha256((folder / model["file"]).read_bytes()).hexdigest()
(folder / "manifest.json").write_text(json.dumps(manifest))
PYTHON
    "$python" "$here/held_out.py" "$data" "$run/$member/held" "$member"
    "$program/bin/bonafide" bench "$run/$member/held/manifest.csv" --analyzer image.generated --output "$run/$member/bench.json" --quiet >"$run/$member/bench.txt"
done
"$python" "$here/export.py" "$run/first/weights.pt" "$run/second/weights.pt" "$run/image_generated.onnx"
cp "$here/../../models/calibration.json" "$run/calibration.json"
"$python" "$here/calibrate.py" "$run/first/bench.json" "$run/second/bench.json" "$run/calibration.json" | tee "$run/calibrate.log"
