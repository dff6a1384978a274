#!/usr/bin/env bash
# From the development pack to weights, curve and figures: train.sh DATA RUN. Goes on where it was stopped. Needs requirements.txt, ffmpeg
# with libx264, and the program in $BUILD (build/release).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2
build=${BUILD:-$here/../../build/release}
python=${PYTHON:-python3}
program=$run/program models=$run/program/share/bonafide
mkdir -p "$run/benches"

# The shipped networks, all of them or those that a set is held out from.
members() {
    "$python" -c 'import json, sys
from data import member_of
config = json.load(open("config.json"))
print(*[name for name in config["shipped"] if sys.argv[1] in ("all", member_of(config, name)["held_out"])])' "$1"
}

# The program's own answers, with given networks in it: judged NETWORKS.onnx SET NAME.
judged() {
    cp "$1" "$models/image_generated.onnx"
    "$python" - "$models" <<'PYTHON'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "manifest.json").read_text())
model = next(entry for entry in manifest["models"] if entry["id"] == "image.generated")
model["sha256"] = hashlib.sha256((folder / model["file"]).read_bytes()).hexdigest()
(folder / "manifest.json").write_text(json.dumps(manifest))
PYTHON
    "$program/bin/bonafide" bench "$run/held/$2/manifest.csv" --analyzer image.generated --output "$run/benches/$3.json" --quiet >"$run/benches/$3.txt"
}

merged() { # NAME OF: the mean of the networks of `members OF`
    local files=()
    for member in $(cd "$here" && members "$2"); do files+=("$run/$member.onnx"); done
    "$python" "$here/merge.py" "${files[@]}" "$run/$1.onnx"
}

for member in $(cd "$here" && members all); do
    [[ -e $run/$member/weights.pt ]] || "$python" "$here/train.py" "$data" "$run/$member" "$member"
    [[ -e $run/$member.onnx ]] || "$python" "$here/export.py" "$run/$member/weights.pt" "$run/$member.onnx"
done
cmake --install "$build" --prefix "$program" >/dev/null
# Every file is judged by those networks that have not met its source; frames of films, which some may have met, by all as well.
for held_out in first second third; do
    "$python" "$here/held_out.py" "$data" "$run/held/$held_out" "$held_out"
    merged "not-$held_out" "$held_out"
    judged "$run/not-$held_out.onnx" "$held_out" "$held_out"
done
merged image_generated all
"$python" "$here/held_out.py" "$data" "$run/held/films" films
judged "$run/not-first.onnx" films films
judged "$run/image_generated.onnx" films films-all
cp "$here/../../models/calibration.json" "$run/calibration.json"
"$python" "$here/calibrate.py" "$run/benches" "$run/calibration.json" | tee "$run/calibrate.log"
"$python" "$here/texture.py" "$data" "$run/held" "$run/benches" "$run/texture" | tee "$run/texture.log"
