#!/usr/bin/env bash
# tests/consumer/run.sh BUILD_FOLDER: installs that build into a fresh folder, moves it, builds the consumer project against it and checks
# a picture with it, with the installed program too. Neither may need the build tree or the environment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'consumer: %s\n' "$*" >&2
    exit 1
}

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/moved"
prefix=$work/moved

cmake -S "$here" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release >"$work/configure.log"
cmake --build "$work/build" >"$work/build.log" || { cat "$work/build.log" >&2; fail "does not build"; }

# A 64 x 48 picture as everyone can write one: binary PPM is not an input, uncompressed BMP is.
/usr/bin/python3 - "$work/picture.bmp" <<'PYTHON'
import random, struct, sys
random.seed(1)
width, height = 64, 48
pixels = bytes(max(0, min(255, 2 * (x + y) + random.randint(-4, 4))) for y in range(height) for x in range(width) for _ in range(3))
header = b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
open(sys.argv[1], "wb").write(header + pixels)
PYTHON

answers='likely_authentic|inconclusive|likely_manipulated|likely_synthetic|not_applicable'
verdict=$(env -i "$work/build/consumer" "$work/picture.bmp") || fail "the consumer ended with $?"
[[ $verdict =~ ^($answers)$ ]] || fail "the consumer said '$verdict' for a sound picture"

status=0
env -i "$prefix/bin/bonafide" check --format json "$work/picture.bmp" >"$work/report.json" || status=$?
((status == 0 || status == 1 || status == 3)) || fail "the installed program ended with $status"
grep -qE "\"verdict\": ?\"$verdict\"" "$work/report.json" || fail "program and library disagree"

# Nothing that is installed may look for a library where it was built.
while read -r file; do
    if readelf -d "$file" 2>/dev/null | grep -E 'R(UN)?PATH' | grep -qF "$build"; then fail "$file looks for libraries in the build tree"; fi
done < <(find "$prefix/bin" "$prefix/lib" "$prefix/libexec" -type f)
printf 'consumer: installed library and program say %s\n' "$verdict"
