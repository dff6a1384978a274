#!/usr/bin/env python3
"""What the whole program says of the development pack, as its media are and laundered, as one page of tables.

    bench/accuracy/pack.py PROGRAM DATA WORK [--sets clips,faces,...] [--most N] [--jobs N] [--output docs/guide/accuracy.md]

Makes a manifest a set in WORK, runs `PROGRAM bench --launder` over it, and writes the page: of these sets, and of those that an earlier run left in WORK, each under the revision that it was
measured with. Stopped, it goes on where it was; with another program it starts a set anew. `--most N` draws N files of every kind.
"""

import argparse
import csv
import json
import math
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 20261127
ONE_RECORDING = ("GRID", "wav2lip-source", "Intel-ASL")  # several clips of one session

# What the media of a set taught. Figures of media that taught what judges them are no accuracy.
TAUGHT = {
    "clips": "The genuine clips (24 films of 20 recordings) taught `face.swap` and `video.face.swap` what genuine faces look like, and both curves were set by judgement with these clips in view: **how seldom genuine clips are "
             "called fake is of their own training data**. No fake taught anything, and no clip taught `voice.synthetic`, which heard only the pack's voices. 18 of the genuine clips taught two of the three networks of `video.generated`. How these analyzers do on what they had not met stands in their own READMEs.",
    "faces": "All of them taught at least two of the three networks of `image.generated`: **own training data, worth nothing as accuracy**; what each network says of faces that it had not met stands in the analyzer's README. "
             "Every third portrait of `lab` taught `image.edits.network`; some of both genuine kinds taught the curve of `image.noise.level`.",
    "pictures": "All but the inpainted ones taught two of the three networks of `image.generated`: **own training data, worth nothing as accuracy**; what each network says of sources that it had not met stands in the analyzer's README. "
                "Inpainted pictures taught nothing. Genuine ones of permissive licence taught `image.edits.network`.",
    "photos": "Genuine alone: what is called fake here is a false alarm. They taught `image.generated`. The photographs of 27 of these cameras taught `image.edits.network`, edits of the other cameras' the joint judgement of edits (`fusion.edits`).",
    "splices": "Nothing of CASIA's edited pictures taught anything; its authentic ones taught `image.generated`, and some the curve of `image.noise.level`. **As they are, JPEG tables and metadata alone tell its classes apart** (the two were saved by other programs): "
               "only the laundered columns are about edits, and not purely, since the first save is still in them.",
    "voices": "Every clip taught `voice.synthetic` how voices move, and the genuine ones which traces of frame rates are usual (what it says of sources left out stands in its README): **own training data, worth nothing as accuracy**. The false alarms after laundering are still worth reading: a genuine voice that is called fake although it was taught "
              "as genuine is the least that a stranger's has to expect.",
}


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def clips(data):
    for row in rows_of(data / "clips/manifest.csv"):
        path = data / "clips" / row["file"]
        group = row["pair"] or (row["kind"] if row["kind"] in ONE_RECORDING else path.stem)
        moved = row["label"] == "real-desync"  # genuine pictures, but their sound was moved
        yield path, "desync" if moved else row["label"], "sound moved" if moved else row["kind"], group, ""


def faces(data):
    for row in rows_of(data / "faces/manifest.csv"):
        path = data / "faces" / row["file"]
        person = pathlib.Path(row["source_path"]).name.split("_")[0] if row["kind"] == "lab" else ""
        yield path, row["label"], row["kind"], person, ""


def pictures(data):
    for row in rows_of(data / "pictures/manifest.csv"):
        yield data / "pictures" / row["file"], row["label"], "photograph" if row["label"] == "real" else row["kind"], row["source"], ""


def photos(data):
    for row in rows_of(data / "photos/manifest.csv"):
        yield data / "photos" / row["file"], "real", "camera", "", ""


def splices(data):
    for row in rows_of(data / "splices/manifest.csv"):
        yield data / "splices" / row["file"], row["label"], row["label"], "", str(data / "splices" / row["mask"]) if row["mask"] else ""


def voices(data):
    for row in rows_of(data / "voices/manifest.csv"):
        yield data / "voices" / row["file"], row["label"], row["label"], row["source"], ""


SETS = {each.__name__: each for each in (clips, faces, pictures, photos, splices, voices)}


def write_manifest(name, data, most, path):
    kinds = {}
    for row in SETS[name](data):
        kinds.setdefault(row[2], []).append(row)
    draw = random.Random(SEED)
    drawn = [row for rows in kinds.values() for row in (sorted(draw.sample(rows, most)) if 0 < most < len(rows) else rows)]
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", "label", "kind", "group", "mask"])
        writer.writerows(drawn)


def benched(program, name, work, jobs):
    """The result of `bonafide bench` over the set's manifest; of a run that was stopped, what is left of it."""
    result, state = work / f"{name}.json", work / f"{name}.state"
    command = [program, "bench", work / f"{name}.csv", "--launder", "--output", result, "--resume", state, *(["--jobs", str(jobs)] if jobs else [])]
    result.unlink(missing_ok=True)  # an earlier one's figures are not to pass for this one's
    for _ in range(2):
        done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if "another bench" not in done.stderr:
            break
        state.unlink()  # of another program or manifest
    sys.stderr.write(done.stderr)
    figures_of_both = json.loads(result.read_text()) if result.exists() else {}
    if len(figures_of_both.get("passes", [])) != 2:
        sys.exit(f"{name}: bench did not finish")
    return figures_of_both


def wilson(count, of):
    """95 % interval of a share (Wilson 1927), which of no case among few does not say "never"."""
    if of == 0:
        return 0.0, 1.0
    z, share = 1.959964, count / of
    middle, spread = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + z * z / of)), min(1.0, (middle + spread) / (1 + z * z / of))


def share_text(count, of):
    if of == 0:
        return "-"
    low, high = wilson(count, of)
    return f"{100 * count / of:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def area_text(value, interval):
    if value is None:
        return "-"
    return f"{value:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")


def percent_text(value, interval):
    if value is None:
        return "-"
    return f"{100 * value:.0f} %" + (f" [{100 * interval[0]:.0f}, {100 * interval[1]:.0f}]" if interval else "")


def table(header, rows):
    return ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |", *("| " + " | ".join(row) + " |" for row in rows), ""]


def verdict_lines(passes):
    rows = []
    for native, laundered in zip(passes[0]["verdicts"], passes[1]["verdicts"], strict=True):
        if native["kind"] is None or native["n"] == 0:
            continue
        label = ("fake: " if native["is_manipulated"] else "genuine: ") + native["kind"]
        for name, one in (("as they are", native), ("laundered", laundered)):
            rows.append([label if name == "as they are" else "", name, str(one["n"]), share_text(one["called_manipulated"], one["n"]), share_text(one["called_authentic"], one["n"]),
                         share_text(one["inconclusive"], one["n"]), str(one["not_judged"] + one["failed"])])
    return table(["what it is", "", "files", "called fake", "called genuine", "inconclusive", "not judged"], rows)


def by_id(one_pass):
    return {entry["analyzer"]: entry for entry in one_pass["analyzers"]}


def figures(native, laundered):
    cells = []
    for one in (native, laundered):
        cells += ["-", "-"] if one is None else [area_text(one["auc"], one.get("auc_interval")), percent_text(one["found_at_2_percent"], one.get("found_at_2_percent_interval"))]
    return cells


FIGURES = ["AUC as they are", "found", "AUC laundered", "found"]


def says_something(*entries):
    """Whether an analyzer spoke of both classes, and did not give every file the same number."""
    return any(one is not None and one["auc"] is not None and one["auc_interval"] != [0.5, 0.5] for one in entries)


def stays_line(passes):
    """How many verdicts outlive laundering."""
    native, laundered = ({file["file"]: file["verdict"] for file in one["files"]} for one in passes)
    both = [(native[name], laundered[name]) for name in native if name in laundered]
    fake = ("likely_manipulated", "likely_synthetic")
    named, kept = sum(before in fake for before, _ in both), sum(before in fake and after in fake for before, after in both)
    turned = sum((before in fake and after == "likely_authentic") or (before == "likely_authentic" and after in fake) for before, after in both)
    new = sum(before not in fake and after in fake for before, after in both)
    return f"Of {named} files called fake as they are {kept} are when laundered too; {new} are only then. Laundering turns {turned} verdicts into their opposite.\n"


def analyzer_lines(passes):
    native, laundered = map(by_id, passes)
    rows = []
    for name, entry in native.items():
        other = laundered.get(name)
        if says_something(entry, other):
            mark = "" if entry["score"] == "llr" else " (no ratio)"
            rows.append([f"`{name}`{mark}", f"{entry['ran']}, {other['ran'] if other else 0}", *figures(entry, other)])
    return table(["analyzer", "spoke of", *FIGURES], rows) if rows else []


def kind_lines(passes):
    native, laundered = map(by_id, passes)
    rows = []
    for name, entry in native.items():
        other = laundered.get(name)
        if entry["score"] != "llr" or other is None or not says_something(entry, other):
            continue
        for one, again in zip(entry["kinds"], other["kinds"], strict=True):
            if one["is_manipulated"] and any(each["auc"] is not None and each.get("auc_interval") != [0.5, 0.5] for each in (one, again)):
                rows.append([f"`{name}`", one["kind"], *figures(one, again)])
    return table(["analyzer", "kind against all genuine", *FIGURES], rows) if rows else []


def pair_lines(passes):
    native, laundered = map(by_id, passes)
    rows = [[f"`{name}`", str(entry["groups_of_both"]), area_text(entry["in_order"], entry["in_order_interval"]), area_text(laundered[name]["in_order"], laundered[name]["in_order_interval"])]
            for name, entry in native.items() if entry["groups_of_both"] and name in laundered and name in ("face.swap", "video.face.swap", "fusion")]
    return table(["analyzer", "pairs", "in the right order as they are", "laundered"], rows) if rows else []


def section(name, result, files):
    passes, used = result["passes"], result["manifest"]["used"]
    with_what = f"Bonafide {result['tool']['version']} ({result['tool']['revision']}), calibration {result['calibration_sha256'][:12]}."
    lines = [f"## {name}: {used} files" + (f", drawn at random by kind from {files}" if used < files else "") + "\n", with_what + " " + TAUGHT[name] + "\n", *verdict_lines(passes), stays_line(passes), *analyzer_lines(passes)]
    kinds = {(entry["kind"], entry["is_manipulated"]) for entry in passes[0]["verdicts"] if entry["is_manipulated"] and entry["kind"]}
    lines += kind_lines(passes) if len(kinds) > 1 else []
    return lines + (pair_lines(passes) if name == "clips" else [])


def page(results, data):
    one = next(iter(results.values()))
    description = one["passes"][1]["description"]
    lines = [
        "<!-- Written by bench/accuracy/pack.py; do not edit. -->\n", "# What is said of the development pack\n",
        "`bench/accuracy/pack.py PROGRAM DATA WORK`; each set was measured with the revision that is named under its heading. Every file is checked whole, by itself, at prior 0.5; once as it is "
        f"and once laundered ({description}).\n",
        "**Much of this pack taught the analyzers. What is said under each heading tells which figures are of media that taught what judges them; such figures show that the program holds together, not how often it is right elsewhere.** "
        "Where no fake taught anything, or both classes were left out, it is said too.\n",
        "Shares have 95 % intervals after Wilson, as if files were independent; areas under the curve (AUC) and `found` (share of the fakes above the threshold at which 2 % of the genuine files alarm) have bootstrap intervals over whole "
        "sources. \"Spoke of\": files as they are, and laundered. An analyzer without a ratio has no say by itself; those of edits are judged together, as `fusion.edits`. What gives every file the same number is left out. [measuring.md](measuring.md) explains every figure.\n"]
    for name, result in results.items():
        lines += section(name, result, sum(1 for _ in SETS[name](data)))
    return "\n".join(lines).rstrip() + "\n"


def with_earlier(results, work):
    """`results`, and those of other sets that are finished in `work`, in the order of SETS."""
    for name in SETS:
        kept = work / f"{name}.json"
        if name not in results and kept.exists():
            result = json.loads(kept.read_text())
            if len(result.get("passes", [])) == 2:
                results[name] = result
    return {name: results[name] for name in SETS if name in results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs/guide/accuracy.md")
    options = parser.parse_args()
    data = options.data.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    names = options.sets.split(",")
    results = {}
    for name in names:
        write_manifest(name, data, options.most, options.work / f"{name}.csv")
        print(name, flush=True)
        results[name] = benched(options.program, name, options.work, options.jobs)
        options.output.write_text(page(with_earlier(dict(results), options.work), data), encoding="utf-8")


if __name__ == "__main__":
    main()
