#!/usr/bin/env bash
# From the development pack to weights, curve and figures: train.sh DATA RUN [--permissive]. Goes on where it was stopped. Needs requirements.txt and ffmpeg with libx264.
# With --permissive what may not be used commercially is not learned from; it is judged all the same.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$1 run=$2 sources=(${3:+"$3"})
python=${PYTHON:-python3}

# A network each set of sources, which it does not learn from.
sets=(first second third)
networks=()
for held_out in "${sets[@]}"; do
    [[ -e $run/$held_out/weights.pt ]] || "$python" "$here/train.py" "$data" "$run/$held_out" "$held_out" "${sources[@]}"
    "$python" "$here/export.py" "$run/$held_out/weights.pt" "$run/$held_out.onnx"
    networks+=("$run/$held_out.onnx")
done
"$python" "$here/merge.py" "${networks[@]}" "$run/image_generated.onnx"

# Every file is judged by the network that has not met its source; frames of films that none has met, by all.
for held_out in "${sets[@]}" films; do
    "$python" "$here/held_out.py" "$data" "$run/held/$held_out" "$held_out"
done
for network in "${sets[@]}"; do
    for folder in "$network" films; do
        scores=$run/scores/$network-$folder.json
        [[ -e $scores ]] || "$python" "$here/score.py" "$run/$network.onnx" "$run/held/$folder" "$scores"
    done
done
cp "$here/../../models/calibration.json" "$run/calibration.json"
"$python" "$here/calibrate.py" "$run/scores" "$run/calibration.json" | tee "$run/calibrate.log"
"$python" "$here/films.py" "$data" "$run" | tee "$run/films.log"
"$python" "$here/passed_on.py" "$run" | tee "$run/passed_on.log"
