#!/usr/bin/env python3
"""Whether what face.swap and video.face.swap say of genuine films depends on the size of the face, the length of the film and how strongly it was coded, and the
corrections that follow from it.

usage: strata.py WORK [--write MODELS]
WORK: folder of `make_films.py DATA WORK --versions strata.json` with names.txt, moments.bin, texture_names.txt and texture.bin, as train.sh makes them.
MODELS (models/face): the corrections are put into its swap.json and video_swap.json. A third, for strong coding, is not fitted but set (strata.json).

Corrections are fitted on genuine films alone, every recording with the same say, and no film is judged by a correction that saw its recording; nor by weights of
video.face.swap that did. face.swap has the weights that it ships with, which did see genuine frames of these recordings, before its own correction.
Length: stretches of 10, 14 and 20 moments of each film beside the whole.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import warnings

import numpy as np

import train

HERE = pathlib.Path(__file__).resolve().parent
CURVES = {entry["analyzer"]: np.array(entry["knots"]) for entry in json.loads((HERE.parent.parent / "models/calibration.json").read_text())["curves"]}
SETTINGS = json.loads((HERE / "strata.json").read_text())
STRATA = {
    "face_px": [(0, 90), (90, 130), (130, 192), (192, 1e9)],
    "moments": [(0, 12), (12, 20), (20, 24), (24, 1e9)],
    "bits_per_px": [(0, 0.02), (0.02, 0.06), (0.06, 1e9)],
}
POINTED_AT = 2.0


def bits_per_px(path):
    """Of the coded pictures: bits a second over pixels a second."""
    said = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height,bit_rate,avg_frame_rate", "-of", "json", path],
                          capture_output=True, text=True, check=True).stdout
    stream = json.loads(said)["streams"][0]
    frames, seconds = map(float, stream["avg_frame_rate"].split("/"))
    return float(stream["bit_rate"]) / (stream["width"] * stream["height"] * frames / seconds)


def say_of(films):
    """Every recording the same."""
    _, number, count = np.unique([film["source"] for film in films], return_inverse=True, return_counts=True)
    return 1 / count[number] / len(count)


def small_faces(films):
    """By how much the score of genuine faces falls with every halving of their size below `full_face_px`."""
    size = np.log2([min(film["face_px"], SETTINGS["full_face_px"]) / SETTINGS["full_face_px"] for film in films])
    say = np.sqrt(say_of(films))
    columns = np.column_stack([size, np.ones(len(films))])
    return float(np.linalg.lstsq(columns * say[:, None], np.array([film["score"] for film in films]) * say, rcond=None)[0][0])


def few_moments(films):
    """Variance of genuine scores as of a part that stays and one that falls with the number of moments: (that part times the moments) over the other."""
    counts = [*SETTINGS["stretches"], None]
    rows, variances = [], []
    for count in counts:
        own = [film for film in films if film["stretch"] == count]
        say, scores = say_of(own), np.array([film["score"] for film in own])
        variances.append(say @ (scores - say @ scores) ** 2)
        rows.append([1.0, say @ np.array([1 / film["moments"] for film in own])])
    stays, falls = np.linalg.lstsq(np.array(rows), np.array(variances), rcond=None)[0]
    return float(max(falls, 0) / max(stays, 0.1))


def share_of_coding(film):
    """What is left of what video.face.swap says of a strongly coded film: set by judgement, by what it tells there (STRATA), and by reason: what changes is the coder's doing."""
    none_below, all_from = (np.log(SETTINGS["strong_coding"][bound]) for bound in ("none_below", "all_from"))
    return float(np.clip((np.log(film["bits_per_px"]) - none_below) / (all_from - none_below), 0, 1))


def corrected(film, analyzer, number):
    if analyzer == "face.swap":
        return film["score"] - number * np.log2(min(film["face_px"], SETTINGS["full_face_px"]) / SETTINGS["full_face_px"])
    enough = SETTINGS["enough_moments"]
    return film["score"] * (1 + number / enough) / (1 + number / min(film["moments"], enough))


CORRECTIONS = {"face.swap": small_faces, "video.face.swap": few_moments}


def of_changes(work, rows, config):
    """video.face.swap: one dictionary a film, and a stretch of it."""
    places = [line.split("\t")[0] for line in (work / "names.txt").read_text().splitlines()][::train.BANDS]
    zones = train.zones_of(places)
    values = np.fromfile(work / "moments.bin", np.float32).reshape(-1, train.HEAD + 3 * train.PLACES * train.BANDS)
    films = []
    for number, row in enumerate(rows):
        own = values[values[:, 0] == number]
        tracks = [own[own[:, train.TRACK] == track] for track in np.unique(own[:, train.TRACK])]
        main = max(tracks, key=lambda each: each[0, train.FRAMES] * each[:, train.FACE_PX].mean(), default=None)
        if main is None or len(main) < config["least_moments"] or np.median(main[:, train.FACE_PX]) < config["least_face_px"]:
            continue
        parts = [(None, main)] + [(count, main[first:first + count]) for count in SETTINGS["stretches"] for first in range(0, len(main) - count + 1, count)]
        for count, part in parts:
            films.append({**row, "moments": len(part), "stretch": count, "face_px": float(np.median(part[:, train.FACE_PX])),
                          "values": train.contrasts(part[:, train.HEAD:].reshape(-1, 3, train.PLACES, train.BANDS), zones)})
    teaching = [film for film in films if film["stretch"] is None and film["label"] != "fake" and film["version"] in config["versions"]]
    for source in {film["source"] for film in films}:
        taught = [film for film in teaching if film["source"] != source]
        model = train.fit(np.array([film["values"] for film in taught]), np.array([film["source"] for film in taught]), config)
        for film in films:
            if film["source"] == source:
                film["score"] = float(train.score(model, film["values"][None], config)[0])
    return films


def of_texture(work, rows):
    """face.swap: one dictionary a film."""
    names = [line.split("\t") for line in (work / "texture_names.txt").read_text().splitlines()]
    seen = train.linear.load(work / "texture.bin", names)
    scores = train.of_texture(work, rows)
    return [{**row, "moments": float(seen[number][1]), "stretch": None, "face_px": float(seen[number][2]), "score": float(scores[row["version"], row["file"]])}
            for number, row in enumerate(rows) if number in seen and seen[number][1] >= 6 and seen[number][2] >= 64]


def drawn(statistic, groups, config):
    """95 % bootstrap over whole recordings."""
    random = np.random.default_rng(SETTINGS["seed"])
    names = np.unique(groups)
    members = {name: np.flatnonzero(groups == name) for name in names}
    values = [statistic(np.concatenate([members[name] for name in random.choice(names, len(names))])) for _ in range(config["bootstrap_rounds"])]
    return np.nanpercentile(values, [2.5, 97.5], axis=0)


def text(value, bounds):
    return f"{value:+.2f} [{bounds[0]:+.2f}, {bounds[1]:+.2f}]"


def tell(title, films, analyzer, config):
    """A line of the table: genuine films of a stratum, and how well the swaps in it are told from them."""
    genuine = [film for film in films if film["label"] != "fake"]
    swaps = [film for film in films if film["label"] == "fake" and film["pair"]]
    groups = np.array([film["source"] for film in genuine])
    cells = [title, f"{len(genuine)} of {len(np.unique(groups))}"]
    for key in ("score", "corrected"):
        scores = np.array([film[key] for film in genuine])
        if len(np.unique(groups)) < 3:
            cells += ["-"] * 4
            continue
        mean, spread = (drawn(lambda rows, of=of: of(scores[rows]), groups, config) for of in (np.mean, np.std))
        area = "-"
        if len({film["source"] for film in swaps}) >= 3:
            fake, source = np.array([False] * len(genuine) + [True] * len(swaps)), np.array([film["source"] for film in genuine + swaps])
            area = train.area(fake, np.array([film[key] for film in genuine + swaps]), source, config)
        cells += [text(scores.mean(), mean), f"{scores.std():.2f} [{spread[0]:.2f}, {spread[1]:.2f}]", f"{(scores >= POINTED_AT).sum()}", area]
    print("| " + " | ".join(cells) + " |")


def slopes(films, key, config):
    """By how much the score of genuine films, and its distance from the mean, grow with a doubling."""
    genuine = [film for film in films if film["label"] != "fake"]
    known = np.log2(np.array([[film["face_px"], film["moments"], film["bits_per_px"]] for film in genuine]))
    scores, groups = np.array([film[key] for film in genuine]), np.array([film["source"] for film in genuine])

    def regressed(rows, target):
        columns = np.column_stack([known[rows] - known[rows].mean(0), np.ones(len(rows))])
        return np.linalg.lstsq(columns, target[rows], rcond=None)[0][:3]

    everything = np.arange(len(genuine))
    for name, target in ((key, scores), ("distance from the mean", np.abs(scores - scores.mean()))):
        bounds = drawn(lambda rows, target=target: regressed(rows, target), groups, config)
        said = ", ".join(f"{what} {text(value, bounds[:, i])}" for i, (what, value) in enumerate(zip(("face size", "moments", "bits a pixel"), regressed(everything, target))))
        print(f"with a doubling the {name} grows by: {said}")


def ratio_of_both(texture, change, shrunk):
    """The two analyzers' ratio together, as fusion joins a group of correlation 0.5; without `change` (None, or coded so strongly that it does not apply), face.swap's."""
    ratio = {"face.swap": np.interp(texture["corrected"], *CURVES["face.swap"].T), "video.face.swap": 0.0}
    share = share_of_coding(change) if change and shrunk else 1.0
    if change and share > 0:
        ratio["video.face.swap"] = np.interp(share * change["corrected"], *CURVES["video.face.swap"].T)
    joined = 0.0
    for sign in (1, -1):
        strong, weak = sorted((max(0.0, sign * value) for value in ratio.values()), reverse=True)
        joined += sign * (strong + weak / 3)
    return joined


def together(changes, textures, config):
    """Whole films: how well the two tell swaps from genuine films together, before and after strongly coded films count less."""
    changes = {(film["version"], film["file"]): film for film in changes if film["stretch"] is None}
    print("\nboth together, whole films: swaps against genuine, AUC, and pairs in order\n\n| | films | bits a pixel, median | every film alike | pairs | strongly coded ones less | pairs |\n" + "| --- " * 7 + "|")
    for version in dict.fromkeys(film["version"] for film in textures):
        films = [film for film in textures if film["version"] == version and (film["label"] != "fake" or film["pair"])]
        fake, pair, source = (np.array([film[key] for film in films]) for key in ("label", "pair", "source"))
        cells = [version, str(len(films)), f"{np.median([film['bits_per_px'] for film in films]):.3f}"]
        for shrunk in (False, True):
            scores = np.array([ratio_of_both(film, changes.get((version, film["file"])), shrunk) for film in films])
            both = [one for one in np.unique(pair[pair != ""]) if len(set(fake[pair == one])) == 2]
            order = sum(scores[(pair == one) & (fake == "fake")].max() > scores[(pair == one) & (fake != "fake")].max() for one in both)
            cells += [train.area(fake == "fake", scores, source, config), f"{order} of {len(both)}"]
        print("| " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)  # medians of places that lie outside every picture
    config = json.loads((HERE / "config.json").read_text())
    rows = list(csv.DictReader(open(options.work / "films.csv")))
    for row, path in zip(rows, (options.work / "paths.txt").read_text().splitlines(), strict=True):
        row["bits_per_px"] = bits_per_px(path)
    numbers, judged = {}, {}
    for analyzer, films in (("video.face.swap", of_changes(options.work, rows, config)), ("face.swap", of_texture(options.work, rows))):
        correction = CORRECTIONS[analyzer]
        genuine = [film for film in films if film["label"] != "fake"]
        for source in {film["source"] for film in films}:
            number = correction([film for film in genuine if film["source"] != source])
            for film in films:
                if film["source"] == source:
                    film["corrected"] = corrected(film, analyzer, number)
        numbers[analyzer], judged[analyzer] = correction(genuine), films
        groups = np.array([film["source"] for film in genuine])
        bounds = drawn(lambda drawn_rows: correction([genuine[row] for row in drawn_rows]), groups, {"bootstrap_rounds": 200})
        print(f"\n{analyzer}: {correction.__name__} {text(numbers[analyzer], bounds)}\n\n| | genuine, of recordings | mean | spread | from {POINTED_AT:g} on | swaps against genuine, AUC | corrected: mean | spread | from {POINTED_AT:g} on | AUC |\n"
              + "| --- " * 10 + "|")
        tell("all", films, analyzer, config)
        for version in dict.fromkeys(film["version"] for film in films):
            tell(version, [film for film in films if film["version"] == version and film["stretch"] is None], analyzer, config)
        for measure, bounds in STRATA.items():
            for low, high in bounds:
                name = f"{measure}{f' from {low:g}' if low else ''}{f' to {high:g}' if high < 1e9 else ''}"
                tell(name, [film for film in films if low <= film[measure] < high], analyzer, config)
        print()
        for key in ("score", "corrected"):
            slopes(films, key, config)
    together(judged["video.face.swap"], judged["face.swap"], config)
    if options.write:
        for analyzer, file, entry in (("face.swap", "swap.json", {"below_px": SETTINGS["full_face_px"], "a_halving": round(numbers["face.swap"], 3)}),
                                      ("video.face.swap", "video_swap.json", {"enough": SETTINGS["enough_moments"], "noise": round(numbers["video.face.swap"], 2)})):
            path = options.write / file
            document = json.loads(path.read_text())
            document["small_faces" if analyzer == "face.swap" else "few_moments"] = entry
            if analyzer == "video.face.swap":
                document["strong_coding"] = SETTINGS["strong_coding"]
            path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
