"""How often voice.splice points at a change of the room: sound_rooms.py PROGRAM VOICES FOLDER [--side measured] [--speaker DIR] [--music DIR] [--each 30] [--seed 20]

No long recordings with a label are at hand, so they are pieced together: VOICES holds manifest.csv (file, label, source, source_path, seconds), and clips of one
speaker, or of one recording room, follow each other with short pauses, 80 to 200 s in all. Rooms are made: the image method (Allen and Berkley, JASA 65(4), 1979) for the
first 60 ms, then noise that dies away (Polack's model), in octaves; reverberation times of 0.15 to 1.1 s, 0.35 to 3 m from the microphone, noise 32 to 55 dB below. Joined parts are
matched in loudness and cross-faded over 10 ms. DIRs hold sound files: of one more speaker in one room, and of music (else plucked tones). --side: "chosen" sources are those by which the threshold was set, "measured" ones the others.
Prints, for each kind of recording, how many could be followed, how many were pointed at, and how far off the place was. FFmpeg's program codes and decodes.
"""

import argparse
import collections
import csv
import json
import math
import pathlib
import re
import subprocess
import sys

import numpy as np

RATE_HZ, LEAST = 16000, 5
SHORTEST_S = 1.5
OCTAVES_HZ = [0, 250, 500, 1000, 2000, 4000, 8001]
TILT = np.array([1.2, 1.1, 1.0, 1.0, 0.85, 0.65])  # of the reverberation time over the octaves
EARLY_S, SOUND_M_S = 0.06, 343
LJ_SPEECH = ("hifi-gan-demo/samples/(ss|e2e)/", "vits-demo/.*ss_", "WaveFake/.*LJ0", "ParallelWaveGAN/.*LJ0")
# Clips of one speaker in one room (`single`), of several in one (`panel`), each in another room (`mixed`), and speakers of few clips in rooms of their own (`few`).
SIDES = {
    "chosen": {"single": [(r"styletts2.*LJSpeech",), (r"YourTTS.*/male-en-2/",), (r"YourTTS.*/female-en-5/",)], "panel": (r"(YourTTS|styletts2).*/p\d{3}_",),
               "mixed": (r"sample_voice_data/",), "few": r"YourTTS/.*/((?:Libri-TTS|MLS-PT)/[^/]*)/"},
    "measured": {"single": [LJ_SPEECH, (r"starganv2.*p\d{3}[_x/]",)], "panel": (r"(starganv2|autovc|FreeVC).*p\d{3}[_x/]",), "mixed": (r"Resemblyzer/.*librispeech_train",),
                 "few": r"tortoise/voices/([^/]*)/"},
}
CODERS = {"Opus 24": ("libopus", 24, "ogg"), "MP3 32": ("libmp3lame", 32, "mp3"), "MP3 64": ("libmp3lame", 64, "mp3")}
GENUINE = ("one speaker, own room", "one speaker", "dialogue", "two speakers, one after the other", "distance drifts", "long pauses", "noise rises", "gated", "music", "music between speech")
OTHERS = ("steps away to three times the distance", "music, then speech", "clips of many rooms")
EDITED = ("other room, 1.3 to 1.7 times", "other room, 1.7 to 3.5 times", "other room and speaker", "room put onto a part", "part of another room put in", "two sources, rooms as they are")
LAUNDERED = ("dialogue", "other room, 1.7 to 3.5 times")


def ffmpeg(*arguments, given=None):
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], input=given, capture_output=True, check=True).stdout


def decoded(path):
    return np.frombuffer(ffmpeg("-i", path, "-ac", 1, "-ar", RATE_HZ, "-f", "f32le", "-"), dtype="f4")


def whole_or_none(path):
    """Nothing where the file is damaged."""
    try:
        return decoded(path)
    except subprocess.CalledProcessError:
        return np.zeros(0)


def coded(samples, coder, folder):
    encoder, rate, ending = CODERS[coder]
    path = folder / f"between.{ending}"
    ffmpeg("-f", "f32le", "-ar", RATE_HZ, "-ac", 1, "-i", "-", "-c:a", encoder, "-b:a", f"{rate}k", path, given=samples.astype("f4").tobytes())
    return decoded(path)


def loudness(samples):
    size = np.abs(samples)
    return math.sqrt(np.mean(samples[size > 0.1 * size.max()] ** 2) + 1e-12)


def matched(samples):
    return samples * (0.08 / loudness(samples))


def convolved(samples, response):
    """In blocks, each with the tail of those before it."""
    length = max(1 << 16, 2 << len(response).bit_length())
    step, spectrum, made = length - len(response) + 1, np.fft.rfft(response, length), np.zeros(len(samples) + length)
    for at in range(0, len(samples), step):
        made[at : at + length] += np.fft.irfft(np.fft.rfft(samples[at : at + step], length) * spectrum, length)
    return made[: len(samples)]


def room(chance, reverberation_s, distance_m):
    """The response of a box of random size, at random places that far apart; of energy 1."""
    size = chance.uniform([3.5, 3, 2.4], [9, 7, 3.6])
    volume, surface = size.prod(), 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    reflection = math.sqrt(1 - min(1 - math.exp(-0.161 * volume / (surface * reverberation_s)), 0.97))  # Eyring
    microphone = chance.uniform(0.3, 0.7, 3) * size
    direction = chance.normal(size=3) * [1, 1, 0.3]
    distance_m = min(distance_m, 0.6 * size.min()) if distance_m < 2 else distance_m
    speaker = np.clip(microphone + direction / np.linalg.norm(direction) * distance_m, 0.3, size - 0.3)
    response = np.zeros(int((EARLY_S + 1.5 * reverberation_s) * RATE_HZ))
    places, orders = [], []
    for axis in range(3):
        images = np.arange(-int(EARLY_S * SOUND_M_S / (2 * size[axis])) - 2, int(EARLY_S * SOUND_M_S / (2 * size[axis])) + 3)
        places.append(np.concatenate([2 * images * size[axis] + speaker[axis], 2 * images * size[axis] - speaker[axis]]) - microphone[axis])
        orders.append(np.concatenate([np.abs(2 * images), np.abs(2 * images - 1)]))
    far = np.sqrt(places[0][:, None, None] ** 2 + places[1][None, :, None] ** 2 + places[2] ** 2)
    order = orders[0][:, None, None] + orders[1][None, :, None] + orders[2]
    near = far < EARLY_S * SOUND_M_S
    moments, sizes = far[near] / SOUND_M_S * RATE_HZ, reflection ** order[near] / np.maximum(far[near], 0.1)
    whole = moments.astype(int)
    np.add.at(response, whole, sizes * (1 - moments + whole))
    np.add.at(response, whole + 1, sizes * (moments - whole))
    time_s = np.arange(len(response)) / RATE_HZ
    spectrum, frequencies = np.fft.rfft(chance.normal(size=len(response))), np.fft.rfftfreq(len(response), 1 / RATE_HZ)
    tail = np.zeros(len(response))
    for low, high, factor in zip(OCTAVES_HZ, OCTAVES_HZ[1:], TILT ** chance.uniform(0.3, 1.3)):
        band = np.fft.irfft(spectrum * ((frequencies >= low) & (frequencies < high)), len(response))
        tail += band * 10 ** (-3 * (time_s - EARLY_S) / (reverberation_s * factor))
    level = math.sqrt(np.mean(response[int((EARLY_S - 0.02) * RATE_HZ) : int(EARLY_S * RATE_HZ)] ** 2))
    response += tail * level * np.clip((time_s - EARLY_S + 0.02) / 0.02, 0, 1)
    response = response[np.argmax(np.abs(response) > 0) :]
    return response / math.sqrt((response**2).sum())


def any_time(chance):
    return math.exp(chance.uniform(math.log(0.15), math.log(1.1)))


def any_distance(chance):
    return math.exp(chance.uniform(math.log(0.35), math.log(3)))


def noise(chance, length, white=None):
    made = chance.normal(size=length)
    if white is None and chance.random() < 0.7:  # pink
        made = np.fft.irfft(np.fft.rfft(made) / np.sqrt(np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 60)), length)
    return made / made.std()


def noisy(samples, chance, below_db=None, white=None):
    below_db = chance.choice([55, 45, 38, 32]) if below_db is None else below_db
    return samples + noise(chance, len(samples), white) * loudness(samples) / 10 ** (below_db / 20)


def speech(clips, seconds, chance, pause_s=(0, 0.5)):
    """Clips in random order, each once before any comes again."""
    parts, length, waiting = [], 0, []
    while length < seconds * RATE_HZ:
        waiting = waiting or list(chance.permutation(len(clips)))
        clip = matched(clips[waiting.pop()])
        edge = np.clip(np.minimum(np.arange(len(clip)), np.arange(len(clip))[::-1]) / 80, 0, 1)
        parts += [clip * edge, np.zeros(int(chance.uniform(*pause_s) * RATE_HZ))]
        length += len(parts[-1]) + len(parts[-2])
    return np.concatenate(parts)[: int(seconds * RATE_HZ)]


def music(pieces, seconds, chance):
    """Part of a piece, or plucked tones of a scale."""
    if pieces:
        piece = pieces[chance.integers(len(pieces))]
        return piece[int(chance.uniform(0, max(0, len(piece) - seconds * RATE_HZ))) :][: int(seconds * RATE_HZ)]
    made, at, pace_s, decay_s = np.zeros(int(seconds * RATE_HZ)), 0.0, chance.uniform(0.2, 0.6), chance.uniform(0.3, 1.5)
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    while at < seconds - 2:
        frequency = 110 * 2 ** ((chance.choice([0, 2, 4, 5, 7, 9, 11]) + 12 * chance.integers(0, 3)) / 12)
        tone = sum(np.sin(2 * np.pi * frequency * h * time_s) / h for h in range(1, 9)) * np.exp(-time_s / decay_s) * np.minimum(time_s / 0.01, 1)
        first = int(at * RATE_HZ)
        made[first : first + len(tone)] += tone[: len(made) - first] * chance.uniform(0.3, 1)
        at += pace_s * chance.choice([1, 1, 2])
    return made


def gated(samples, chance):
    """As noise suppressors do: what is not far above the quiet of its band is turned down."""
    window = np.sin(np.pi * (np.arange(512) + 0.5) / 512)
    frames = np.lib.stride_tricks.sliding_window_view(samples, 512)[::256] * window
    spectra = np.fft.rfft(frames, axis=1)
    least = np.quantile(np.abs(spectra), 0.15, axis=0) * chance.uniform(2, 4)
    frames = np.fft.irfft(spectra * np.where(np.abs(spectra) > least, 1, 10 ** (-chance.uniform(12, 30) / 20)), 512, axis=1) * window
    made = np.zeros(len(samples))
    for number, frame in enumerate(frames):
        made[number * 256 : number * 256 + 512] += frame
    return made


def joined(parts, fade=160):
    made, weight = matched(parts[0]), (np.arange(fade) + 0.5) / fade
    for part in map(matched, parts[1:]):
        made = np.concatenate([made[:-fade], made[-fade:] * (1 - weight) + part[:fade] * weight, part[fade:]])
    return made, [sum(map(len, parts[: i + 1])) / RATE_HZ for i in range(len(parts) - 1)]


def genuine(kind, pools, chance):
    one, seconds = pools["single"][chance.integers(len(pools["single"]))], chance.uniform(80, 200)
    reverberation_s, distance_m = any_time(chance), any_distance(chance)
    response = room(chance, reverberation_s, distance_m)
    if kind == "one speaker, own room":
        return speech(one, seconds, chance)
    if kind == "clips of many rooms":
        return speech(pools["mixed"], seconds, chance)
    if kind == "dialogue":
        turns = []
        while sum(map(len, turns)) < seconds * RATE_HZ:
            turns.append(matched(speech((one, pools["panel"])[len(turns) % 2], chance.uniform(2, 12), chance)) * 10 ** (chance.uniform(-3, 3) / 20))
        return noisy(convolved(np.concatenate(turns), response), chance)
    if kind == "two speakers, one after the other":
        return noisy(convolved(np.concatenate([matched(speech(clips, seconds / 2, chance)) for clips in (one, pools["panel"])]), response), chance)
    if kind in ("distance drifts", "steps away to three times the distance"):
        said, seed = speech(one, seconds, chance), chance.integers(1 << 30)
        near_m, far_m = (0.35, 2.5) if kind == "distance drifts" else (0.5, 1.5)
        near, far = (matched(convolved(said, room(np.random.default_rng(seed), reverberation_s, m))) for m in (near_m, far_m))
        share = np.linspace(0, 1, len(said)) if kind == "distance drifts" else (np.arange(len(said)) > len(said) / 2).astype(float)
        share = share if chance.random() < 0.5 else 1 - share
        return noisy(near * np.sqrt(1 - share) + far * np.sqrt(share), chance)
    if kind == "long pauses":
        return noisy(convolved(speech(one, 1.5 * seconds, chance, (1, 8)), response), chance)
    if kind == "noise rises":
        said = convolved(speech(one, seconds, chance), response)
        below_db = np.where(np.arange(len(said)) < len(said) / 2, 55, chance.uniform(20, 40))
        return said + noise(chance, len(said)) * loudness(said) / 10 ** (below_db / 20)
    if kind == "gated":
        return gated(noisy(convolved(speech(one, seconds, chance), response), chance), chance)
    if kind == "music":
        return music(pools["music"], seconds, chance)
    if kind in ("music between speech", "music, then speech"):
        said = [noisy(convolved(speech(one, seconds / 2, chance), response), chance, 45) for _ in range(2)]
        played = music(pools["music"], chance.uniform(20, 60), chance)
        return joined([said[0], played, said[1]] if "between" in kind else [played, said[1]])[0]
    return noisy(convolved(speech(one, seconds, chance), response), chance)


def edited(kind, pools, chance):
    """Samples and the times of the joints."""
    one, seconds = pools["single"][chance.integers(len(pools["single"]))], chance.uniform(80, 200)
    if kind == "two sources, rooms as they are":
        parts = [speech(one, chance.uniform(25, 50), chance), speech(pools["few"][chance.integers(len(pools["few"]))], chance.uniform(20, 40), chance)]
        return joined(parts if chance.random() < 0.5 else parts[::-1])
    least, most = (1.3, 1.7) if "1.3" in kind else (1.7, 3.5)
    second_s = 0
    while not 0.12 < second_s < 1.5:
        first_s = any_time(chance)
        second_s = first_s * math.exp(chance.choice([-1, 1]) * chance.uniform(math.log(least), math.log(most)))
    responses = [room(chance, s, any_distance(chance)) for s in (first_s, second_s)]
    if kind == "room put onto a part":
        responses = [np.ones(1), room(chance, max(second_s, 0.35), any_distance(chance))][:: chance.choice([1, -1])]
    split = chance.uniform(0.35, 0.65) * seconds
    lengths = [chance.uniform(30, 60) for _ in range(3)] if kind == "part of another room put in" else [split, seconds - split]
    said = [one, pools["panel"] if kind == "other room and speaker" else one, one]
    return joined([noisy(convolved(speech(said[i], length, chance), responses[i % 2]), chance) for i, length in enumerate(lengths)])


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in (".flac", ".g722", ".mp3", ".ogg", ".opus", ".wav"))


def load(voices, side, speakers_in, music_in):
    """Clips by pool."""
    with open(voices / "manifest.csv", newline="", encoding="utf-8") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["label"] == "bona_fide" and float(row["seconds"]) >= SHORTEST_S]
    read = {}

    def clips(patterns):
        chosen = [row for row in rows if any(re.search(p, f"{row['source']}/{row['source_path']}") for p in patterns)]
        return [read.setdefault(row["file"], decoded(voices / row["file"])) for row in chosen]

    wanted = SIDES[side]
    speakers = collections.Counter(m.group(1) for row in rows if (m := re.search(wanted["few"], f"{row['source']}/{row['source_path']}")))
    more = [[sound for sound in map(decoded, files(folder)) if len(sound) >= SHORTEST_S * RATE_HZ] for folder in speakers_in]
    pieces = [sound[: 300 * RATE_HZ] for folder in music_in for sound in map(whole_or_none, files(folder)) if len(sound) >= 60 * RATE_HZ]
    return {"single": [clips(patterns) for patterns in wanted["single"]] + more, "music": pieces, "panel": clips(wanted["panel"]), "mixed": clips(wanted["mixed"]),
            "few": [clips((re.escape(f"/{speaker}/"),)) for speaker, count in speakers.items() if count >= 4]}


def interval(hits, count):
    """Wilson's, 95 %, in per cent."""
    z = 1.96
    middle, spread = hits + z * z / 2, z * math.sqrt(hits * (count - hits) / count + z * z / 4)
    return max(0, 100 * (middle - spread) / (count + z * z)), 100 * (middle + spread) / (count + z * z)


def print_table(rows, side, file):
    print(f"{'recordings (' + side + ')':56} {'all':>4} {'hours':>6} {'followed':>8} {'found':>5}  {'of all, 95 %':>16} {'median':>7} {'largest':>7} {'median off':>10}", file=file)

    def line(name, measured):
        values = [value for value, _, _ in measured if value is not None]
        hits = sum(value >= LEAST for value in values)
        low, high = interval(hits, len(measured))
        off_s = [off for _, offs, _ in measured for off in offs]
        print(f"{name:56} {len(measured):4} {sum(s for _, _, s in measured) / 3600:6.1f} {len(values):8} {hits:5}  {low:6.1f} to {high:5.1f} % "
              f"{np.median(values) if values else math.nan:7.1f} {max(values, default=math.nan):7.1f} {f'{np.median(off_s):.1f} s' if off_s else '':>10}", file=file)

    for kind in GENUINE + OTHERS + EDITED:
        for version, measured in rows.items():
            if version.split(";")[0] == kind:
                line(version, measured)
    line("all genuine", [row for version, measured in rows.items() if version.split(";")[0] in GENUINE for row in measured])
    for version, measured in sorted(rows.items()):
        values = sorted((value for value, _, _ in measured if value is not None), reverse=True)
        print(f"{version}: {', '.join(f'{value:.1f}' for value in values)}", file=file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("voices", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--side", choices=SIDES, default="measured")
    parser.add_argument("--speaker", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--music", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--table", type=pathlib.Path, default=pathlib.Path("sound_rooms.txt"), help="written anew after every round")
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    pools, chance = load(given.voices, given.side, given.speaker, given.music), np.random.default_rng(given.seed)
    rows = collections.defaultdict(list)
    for _ in range(given.each):
        made = {}
        for kind in GENUINE + OTHERS + EDITED:
            samples, joints = edited(kind, pools, chance) if kind in EDITED else (matched(genuine(kind, pools, chance)), [])
            versions = {kind: samples}
            if kind in LAUNDERED:
                versions |= {f"{kind}; {coder}": coded(samples, coder, given.folder) for coder in CODERS} | {f"{kind}; noise 30 dB": noisy(samples, chance, 30, white=True)}
            for version, sound in versions.items():
                path = given.folder / f"{len(made)}.wav"
                ffmpeg("-f", "f32le", "-ar", RATE_HZ, "-ac", 1, "-i", "-", path, given=sound.astype("f4").tobytes())
                made[path.name] = (version, len(sound) / RATE_HZ, joints)
        for between in given.folder.glob("between.*"):
            between.unlink()
        done = subprocess.run([given.program, "check", given.folder, "--analyzer", "voice.splice", "--format", "jsonl"], capture_output=True, text=True, check=False)
        for report in map(json.loads, done.stdout.splitlines()):
            version, length_s, joints = made[pathlib.Path(report["input"]["path"]).name]
            found = [f for f in report["findings"] if f["analyzer"] == "voice.splice" and any(m["name"] == "room_change" for m in f["measurements"])]
            values = [m["value"] for f in found for m in f["measurements"] if m["name"] == "room_change"]
            places = [(f["where"]["start_s"] + f["where"]["end_s"]) / 2 for f in found if f["where"]["start_s"] is not None]
            off_s = [min(abs(place - joint) for place in places) for joint in joints] if places else []
            rows[version].append((max(values, default=None), off_s, length_s))
        with open(given.table, "w", encoding="utf-8") as table:
            print_table(rows, given.side, table)
    print_table(rows, given.side, sys.stdout)


if __name__ == "__main__":
    main()
