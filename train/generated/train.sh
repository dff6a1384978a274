#!/usr/bin/env bash
# From the development pack to weights, curve and figures: train.sh DATA RUN. Goes on where it was stopped. Needs requirements.txt and ffmpeg with libx264.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2
python=${PYTHON:-python3}

# "NETWORK SET" of each shipped network: the set that it was not trained on.
shipped() {
    (cd "$here" && "$python" -c 'import json
from data import member_of
config = json.load(open("config.json"))
print(*[name + " " + member_of(config, name)["held_out"] for name in config["shipped"]], sep="\n")')
}

networks=()
while read -r network _; do
    [[ -e $run/$network/weights.pt ]] || "$python" "$here/train.py" "$data" "$run/$network" "$network"
    "$python" "$here/export.py" "$run/$network/weights.pt" "$run/$network.onnx"
    networks+=("$run/$network.onnx")
done < <(shipped)
"$python" "$here/merge.py" "${networks[@]}" "$run/image_generated.onnx"

# Every file is judged by those networks that have not met its source; frames of films that none has met, by all.
for held_out in first second third films; do
    "$python" "$here/held_out.py" "$data" "$run/held/$held_out" "$held_out"
done
while read -r network held_out; do
    for folder in "$held_out" films; do
        scores=$run/scores/$network-$folder.json
        [[ -e $scores ]] || "$python" "$here/score.py" "$run/$network.onnx" "$run/held/$folder" "$scores"
    done
done < <(shipped)
cp "$here/../../models/calibration.json" "$run/calibration.json"
"$python" "$here/calibrate.py" "$run/scores" "$run/calibration.json" | tee "$run/calibrate.log"
"$python" "$here/texture.py" "$data" "$run/held" "$run/scores" "$run/texture" | tee "$run/texture.log"
