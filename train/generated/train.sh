#!/usr/bin/env bash
# From the development pack to weights, curve and figures: train.sh DATA RUN. Goes on where it was stopped. Needs requirements.txt, and
# the program in $BUILD (build/release).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2
build=${BUILD:-$here/../../build/release}
python=${PYTHON:-python3}
for member in plain varied; do
    [[ -e $run/$member/weights.pt ]] || "$python" "$here/train.py" "$data" "$run/$member" "$member"
    "$python" "$here/export.py" "$run/$member/weights.pt" "$run/$member.onnx"
done
"$python" "$here/merge.py" "$run/plain.onnx" "$run/varied.onnx" "$run/image_generated.onnx"
# What was held out is judged by the program itself, with the new networks in it.
program=$run/program
cmake --install "$build" --prefix "$program" >/dev/null
models=$program/share/bonafide
cp "$run/image_generated.onnx" "$models/image_generated.onnx"
"$python" - "$models" <<'PYTHON'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "manifest.json").read_text())
model = next(entry for entry in manifest["models"] if entry["id"] == "image.generated")
model["sha256"] = hashlib.sha256((folder / model["file"]).read_bytes()).hexdigest()
(folder / "manifest.json").write_text(json.dumps(manifest))
PYTHON
"$python" "$here/held_out.py" "$data" "$run/held" first
"$program/bin/bonafide" bench "$run/held/manifest.csv" --analyzer image.generated --output "$run/bench.json" --quiet >"$run/bench.txt"
cp "$here/../../models/calibration.json" "$run/calibration.json"
"$python" "$here/calibrate.py" "$run/bench.json" "$run/calibration.json" | tee "$run/calibrate.log"
