"""Pools of genuine and generated pictures, and the crops that the network learns from.

Both classes go through the same augmentation, drawn from the same distributions: what tells them apart must not be their size, their
JPEG settings, their colours or their metadata. Pictures are split by source (and portraits by every n-th), never at random. Pictures
of the sources that are held out are never learned from.
"""

import csv
import pathlib
import subprocess

import cv2
import numpy as np
import openvino

GENUINE, GENERATED = 0, 1


def rows(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def frames(film, count):
    """Evenly spaced frames of a film as (number, blue first)."""
    stream = cv2.VideoCapture(str(film))
    length = int(stream.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = {length * (2 * i + 1) // (2 * count) for i in range(count)}
    for number in range(length):
        read, frame = stream.read()
        if read and number in wanted:
            yield number, frame


def films(data, config, held_out_set):
    """Genuine films as (name, path, part): `part` is "train" or "held_out"; or "kept", from every network: there are as many sets as networks and one share of the films more."""
    every, held_from = config["held_out_every"]["films"], config["held_out"][held_out_set]["from"]
    for number, row in enumerate(row for row in rows(data / "clips/manifest.csv") if row["label"] != "fake"):
        part = {held_from: "held_out", every - 1: "kept"}.get(number % every, "train")
        yield row["file"], data / "clips" / row["file"], part


def listed(data, config, held_out_set, permissive):
    """Every usable file as (pool, label, source, path, held_out): what may be learned from, and what is kept to test with.

    Some files are neither: where a pool may not be learned from, only every n-th is tested on.
    """
    data = pathlib.Path(data)
    held, held_from = set(config["held_out"][held_out_set]["sources"]), config["held_out"][held_out_set]["from"]
    every = config["held_out_every"]
    for row in rows(data / "pictures/manifest.csv"):
        generated = row["label"] == "generated"
        if generated and row["kind"] != "whole":
            continue
        held_out = row["source"] in held or (permissive and row["source"] in config["not_permissive_sources"])
        yield "generated" if generated else "pictures", GENERATED if generated else GENUINE, row["source"], data / "pictures" / row["file"], held_out
    counts = {}
    for row in rows(data / "faces/manifest.csv"):
        pool = "faces" if row["label"] == "fake" else row["kind"]
        # Portraits of the laboratory set come twice an identity: both shots have one source.
        identity = pathlib.Path(row["source_path"]).name.split("_")[0] if pool == "lab" else row["file"]
        number = counts.setdefault((pool, identity), len([key for key in counts if key[0] == pool]))
        held_out = number % every[pool] == held_from
        if held_out or not (permissive and pool in config["not_permissive_pools"]):
            yield pool, GENERATED if pool == "faces" else GENUINE, identity, data / "faces" / row["file"], held_out
    for number, row in enumerate(rows(data / "photos/manifest.csv")):
        yield "photos", GENUINE, row["camera"], data / "photos" / row["file"], number % every["photos"] == held_from
    for number, row in enumerate(row for row in rows(data / "splices/manifest.csv") if row["label"] == "authentic"):
        held_out = number % every["casia"] == held_from
        if held_out or not (permissive and "casia" in config["not_permissive_pools"]):
            yield "casia", GENUINE, row["file"], data / "splices" / row["file"], held_out


def load_pools(data, config, held_out_set, permissive):
    """{pool: {"label", "train": [(source, path, image)], "held_out": [...]}}; images are RGB uint8 at native size.

    "reconstructed" holds, in place of an image, a genuine one of the training and what an autoencoder made of it; "frames" those of films; "filmed"
    and "filmed generated" pictures of the training as a film's coder leaves them; "made_up" faces of the forge, and "enlarged" genuine ones at their
    resolution.
    """
    pools = {name: {"label": label, "train": [], "held_out": []}
             for name, label in (("generated", GENERATED), ("faces", GENERATED), ("pictures", GENUINE), ("photos", GENUINE), ("ffhq", GENUINE), ("lab", GENUINE), ("casia", GENUINE))}
    for pool, _, source, path, held_out in listed(data, config, held_out_set, permissive):
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is not None and min(image.shape[:2]) >= config["crop_px"]:
            pools[pool]["held_out" if held_out else "train"].append((source, str(path), cv2.cvtColor(image, cv2.COLOR_BGR2RGB)))
    filmed = {label: as_filmed(pools, label, config["filmed"], seed_of(config, held_out_set)) for label in (GENUINE, GENERATED)}
    made = reconstructed(pools, config["reconstruct"], seed_of(config, held_out_set))
    pools["reconstructed"] = {"label": GENERATED, "train": made, "held_out": []}
    pools["filmed"] = {"label": GENUINE, "train": filmed[GENUINE], "held_out": []}
    pools["filmed generated"] = {"label": GENERATED, "train": filmed[GENERATED], "held_out": []}
    pools["frames"] = {"label": GENUINE, "held_out": [],
                       "train": [(name, f"{path} {number}", cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)) for name, path, part in films(pathlib.Path(data), config, held_out_set) if part == "train"
                                 for number, frame in frames(path, config["filmed"]["frames_of_a_film"])]}
    parts = ("train", "held_out")
    pools["made_up"] = {"label": GENERATED, **{part: made_up_faces(config, held_out_set, part) for part in parts}}
    pools["enlarged"] = {"label": GENUINE, **{part: enlarged_faces(pools["lab"][part], config, part) for part in parts}}
    return pools


def seed_of(config, held_out_set):
    return [config["seed"], config["held_out"][held_out_set]["from"]]


def made_up_faces(config, held_out_set, part):
    """[(network, name, image)] of the forge's networks that make up faces (`bonafide forge face`, without its marks), of 64 px enlarged as the forge does; `part` is "train" or "held_out"."""
    settings, result = config["made_up"], []
    for number, kind in enumerate(settings["kinds"]):
        if (kind in config["held_out"][held_out_set]["made_up"]) != (part == "held_out"):
            continue
        file = pathlib.Path(__file__).resolve().parents[2] / f"models/forge/face_{kind}.onnx"
        network = openvino.Core().compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
        rng = np.random.default_rng([number, part == "train"])
        for face in range(settings[part]):
            planes = network(rng.standard_normal(network.inputs[0].shape).astype(np.float32))[0][0]
            image = np.clip(np.rint((planes.transpose(1, 2, 0) + 1) * 127.5), 0, 255).astype(np.uint8)
            result.append((kind, f"{kind} {face}", enlarged(image, settings["side_px"], rng)))
    return result


def enlarged_faces(portraits, config, part):
    """[(source, path, image)] of genuine laboratory portraits, of which the forge's faces were learned, with as little detail: it is not the missing detail that is to tell."""
    settings, rng = config["made_up"], np.random.default_rng(6)
    chosen = [portraits[number] for number in rng.permutation(len(portraits))[:settings[part]]]
    return [(source, path, enlarged(cv2.resize(face_of(image), (64, 64), interpolation=cv2.INTER_AREA), settings["side_px"], rng)) for source, path, image in chosen]


def face_of(portrait):
    """The part of a laboratory portrait that is mostly face."""
    height, width = portrait.shape[:2]
    side = int(0.6 * min(height, width))
    top, left = int(0.1 * height), (width - side) // 2
    return portrait[top:top + side, left:left + side]


def enlarged(face, side_px, rng):
    side = int(rng.integers(*side_px))
    return cv2.resize(face, (side, side), interpolation=KERNELS[1 + rng.integers(len(KERNELS) - 1)])


def as_filmed(pools, label, settings, seed):
    """[(source, path, image)] of parts of some pictures of each pool of a class after H.264, so that the coder of genuine films' frames tells nothing.

    One film a rate holds them all, each as a scene of three frames that pans a little; the last of them is kept.
    """
    rng = np.random.default_rng([*seed, 4])
    side, scenes = settings["side_px"], {}
    for pool in [pool for pool in pools.values() if pool["label"] == label]:
        fitting = [drawn for drawn in pool["train"] if min(drawn[2].shape[:2]) >= side + 6]
        for number in rng.permutation(len(fitting))[:settings["most_of_a_pool"]]:
            source, path, image = fitting[number]
            scale = float(np.exp(rng.uniform(np.log((side + 6.5) / min(image.shape[:2])), 0)))
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            top, left = (int(rng.integers(room - side - 5)) for room in image.shape[:2])
            down, right = rng.integers(0, 3, 2)
            frames_ = [image[top + i * down:top + i * down + side, left + i * right:left + i * right + side] for i in range(3)]
            scenes.setdefault(int(rng.integers(*settings["crf"])), []).append((source, path, frames_))
    result = []
    for crf, drawn in sorted(scenes.items()):
        film = through_h264(np.stack([frame for *_, frames_ in drawn for frame in frames_]), crf)
        result += [(source, path, film[3 * number + 2]) for number, (source, path, _) in enumerate(drawn)]
    return result


def through_h264(film, crf):
    """Frames (RGB, of one size) after libx264, a key frame every three."""
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{film.shape[2]}x{film.shape[1]}", "-r", "25"]
    quiet = ["ffmpeg", "-v", "error", "-threads", "1"]
    coder = ["-c:v", "libx264", "-threads", "1", "-preset", "fast", "-bf", "0", "-g", "3", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-crf", str(crf)]
    coded_film = subprocess.run([*quiet, *raw, "-i", "-", *coder, "-f", "h264", "-"], input=film.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    seen = subprocess.run([*quiet, "-f", "h264", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], input=coded_film, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(seen, np.uint8).reshape(film.shape)


def reconstructed(pools, settings, seed):
    """[(source, path, (genuine part, what an autoencoder made of it))], of at most as many pictures of a pool as the configuration says."""
    rng = np.random.default_rng([*seed, 1])
    autoencoders = [Autoencoder(kind) for kind in settings["kinds"]]
    result = []
    for pool in [pool for pool in pools.values() if pool["label"] == GENUINE]:
        for number in rng.permutation(len(pool["train"]))[:settings["most_of_a_pool"]]:
            source, path, image = pool["train"][number]
            part = random_part(image, settings["side_px"], rng)
            result.append((source, path, (part, as_sharp(autoencoders[len(result) % len(autoencoders)](part), part))))
    return result


def as_sharp(made, wanted):
    """`made` sharpened until its finest detail is as strong as that of `wanted`: that our autoencoders blur is not what is to be learned."""
    fine = cv2.Laplacian(wanted, cv2.CV_32F).std()
    detail = made.astype(np.float32) - cv2.GaussianBlur(made, (0, 0), 1.0).astype(np.float32)
    low, high = 0.0, 4.0
    for _ in range(8):
        middle = (low + high) / 2
        sharpened = np.clip(np.rint(made + middle * detail), 0, 255).astype(np.uint8)
        if cv2.Laplacian(sharpened, cv2.CV_32F).std() < fine:
            low = middle
        else:
            high = middle
    return sharpened


def random_part(image, side, rng):
    """At most `side` px of a picture, as it is or smaller: generators draw at sizes at which a whole scene fits."""
    longest = max(image.shape[:2])
    if longest > side:
        scale = float(np.exp(rng.uniform(np.log(max(side / longest, 0.25)), 0)))
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = min(side, image.shape[0]), min(side, image.shape[1])
    top, left = rng.integers(0, image.shape[0] - height + 1), rng.integers(0, image.shape[1] - width + 1)
    return np.ascontiguousarray(image[top:top + height, left:left + width])


class Autoencoder:
    """What `bonafide forge reconstruct` does (src/forge/reconstruct.cpp, whose constants these are), without its mark."""

    MARGIN, OWN_COLOURS_PX = 32, 2

    def __init__(self, kind):
        file = pathlib.Path(__file__).resolve().parents[2] / "models/forge" / f"reconstruct_{kind}.onnx"
        self.network = openvino.Core().compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
        self.tile = self.network.inputs[0].shape[2]

    def __call__(self, image):
        core, margin = self.tile - 2 * self.MARGIN, self.MARGIN
        height, width = image.shape[:2]
        wide = cv2.copyMakeBorder(image, margin, margin + -height % core, margin, margin + -width % core, cv2.BORDER_REFLECT)
        result = np.zeros((wide.shape[0] - 2 * margin, wide.shape[1] - 2 * margin, 3), np.float32)
        for top in range(0, result.shape[0], core):
            for left in range(0, result.shape[1], core):
                tile = wide[top:top + self.tile, left:left + self.tile].astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
                made = (self.network(tile)[0][0].transpose(1, 2, 0) + 1) * 127.5
                result[top:top + core, left:left + core] = made[margin:-margin, margin:-margin]
        result = result[:height, :width]
        result += cv2.GaussianBlur(image - result, (0, 0), self.OWN_COLOURS_PX)
        return np.clip(np.rint(result), 0, 255).astype(np.uint8)


def coded(image, ending, settings):
    """What is left of an RGB picture after it was saved; OpenCV takes and gives blue first."""
    return cv2.imdecode(cv2.imencode(ending, image[:, :, ::-1], settings)[1], cv2.IMREAD_COLOR)[:, :, ::-1]


def save_jpeg(image, quality, rng):
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444][int(rng.random() < 0.3)]
    return coded(image, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, int(quality), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling])


KERNELS = [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]


def recoloured(part, rng):
    """Other brightness, contrast, tint and saturation, so that the looks of a source's pictures tell nothing."""
    steps = np.arange(256) / 255
    gains = rng.uniform(0.7, 1.25) * rng.uniform(0.93, 1.07, 3)
    table = np.stack([np.clip(gain * steps ** rng.uniform(0.8, 1.25), 0, 1) for gain in gains], axis=1)
    part = np.stack([cv2.LUT(part[:, :, channel], np.rint(255 * table[:, channel]).astype(np.uint8)) for channel in range(3)], axis=2)
    if rng.random() < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        share = rng.uniform(-0.2, 0.6)
        part = cv2.addWeighted(part, 1 - share, grey, share, 0)
    return part


def augmented_crop(image, settings, rng):
    """A crop of the configured size: taken at a random scale, recoloured, saved once or twice, blurred, mirrored, at random."""
    height, width = image.shape[:2]
    size = settings["crop_px"]
    scale = 1.0
    if rng.random() < 0.6:
        low = max(size / min(height, width), settings["smallest_scale"])
        scale = float(np.exp(rng.uniform(np.log(low), np.log(1.4))))
    need = min(height, width, int(np.ceil((size + 16) / scale)))
    top, left = rng.integers(0, height - need + 1), rng.integers(0, width - need + 1)
    part = image[top:top + need, left:left + need]
    if scale != 1.0:
        side = max(size, int(round(need * scale)))
        part = cv2.resize(part, (side, side), interpolation=KERNELS[rng.integers(len(KERNELS))])
    if rng.random() < settings["recoloured_share"]:
        part = recoloured(part, rng)
    if rng.random() < 0.1:
        part = cv2.GaussianBlur(part, (0, 0), rng.uniform(0.3, 1.0))
    if rng.random() < 0.05:
        part = np.clip(part + rng.normal(0, rng.uniform(0.5, 3), part.shape), 0, 255).astype(np.uint8)
    for _ in range(rng.choice(3, p=[0.3, 0.7 - settings["saved_twice_share"], settings["saved_twice_share"]])):
        part = save_jpeg(part, rng.integers(50, 99), rng)
        if min(part.shape[:2]) > size + 8:  # the next saving's grid lies elsewhere
            top, left = rng.integers(0, 8, 2)
            part = part[top:, left:]
    if rng.random() < 0.1:
        part = coded(part, ".webp", [cv2.IMWRITE_WEBP_QUALITY, int(rng.integers(50, 95))])
    top, left = rng.integers(0, part.shape[0] - size + 1), rng.integers(0, part.shape[1] - size + 1)
    part = part[top:top + size, left:left + size]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    return np.ascontiguousarray(part)


def looks(crop):
    """Mean and deviation of the brightness (0 to 255), and bytes as JPEG 90."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return float(grey.mean()), float(grey.std()), len(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 90])[1])


def normalised(crop):
    """H x W x 3 uint8, red first, to 3 x H x W f32 as the backbone was trained: (x - 127) / 128."""
    return ((crop.astype(np.float32) - 127.0) / 128.0).transpose(2, 0, 1)


class Sampler:
    """Draws a class, a pool by the configured share, a source, a picture: sources with many pictures do not drown the others."""

    def __init__(self, pools, settings):
        self.settings = settings
        self.choices, self.kept, self.edges = {}, None, []
        for label, mixture in ((GENUINE, "genuine"), (GENERATED, "generated")):
            names, shares, members = [], [], []
            for name, share in settings["mixture"][mixture].items():
                pool = pools["generated" if (label == GENERATED and name == "pictures") else name]["train"]
                if not pool:
                    continue
                by_source = {}
                for source, _, image in pool:
                    by_source.setdefault(source, []).append(image)
                names.append(name)
                shares.append(share)
                weights = np.sqrt([len(group) for group in by_source.values()])
                members.append((list(by_source.items()), weights / weights.sum()))
            self.choices[label] = (np.array(shares) / sum(shares), members)

    def draw(self, rng):
        """[(crop, label, source)]: one, or a genuine crop and its reconstruction, which went through the same; or none, where even_out() leaves it out."""
        label = int(rng.random() < 0.5)
        shares, members = self.choices[label]
        groups, weights = members[rng.choice(len(members), p=shares)]
        source, group = groups[rng.choice(len(groups), p=weights)]
        drawn = group[rng.integers(len(group))]
        if isinstance(drawn, tuple):
            seed = int(rng.integers(2**62))
            return [(augmented_crop(image, self.settings, np.random.default_rng(seed)), kind, source)
                    for image, kind in zip(drawn, (GENUINE, GENERATED))]
        crop = augmented_crop(drawn, self.settings, rng)
        if self.kept is not None and rng.random() >= self.kept[label][self.bin_of(crop)]:
            return []
        return [(crop, label, source)]

    def bin_of(self, crop):
        return tuple(int(np.searchsorted(edges, value)) for edges, value in zip(self.edges, looks(crop)))

    def even_out(self, settings, seed):
        """From now on crops are left out, so that brightness, contrast and coded size are spread alike in both classes; of pairs both halves have them anyway."""
        rng = np.random.default_rng([*seed, 5])
        drawn = []
        while len(drawn) < settings["crops"]:
            drawn += self.draw(rng)
        values = np.array([looks(crop) for crop, *_ in drawn])
        self.edges = [np.quantile(column, np.arange(1, settings["bins"]) / settings["bins"]) for column in values.T]
        counts = np.full((2,) + (settings["bins"],) * values.shape[1], settings["smoothing"], float)
        for crop, label, _ in drawn:
            counts[(label, *self.bin_of(crop))] += 1
        shares = counts / counts.sum(axis=tuple(range(1, counts.ndim)), keepdims=True)
        self.kept = np.minimum(1, shares[::-1] / shares)

    def batch(self, count, rng):
        """`count` crops; where one half of a pair would be too many, it is left out."""
        drawn = []
        while len(drawn) < count:
            drawn += self.draw(rng)
        return drawn[-count:]


def grid_crops(image, size, most):
    """At most `most` crops of `size` px, evenly over the picture, as the analyzer takes them."""
    height, width = image.shape[:2]
    columns = min(max(int((most * width / height) ** 0.5 + 0.5), 1), width // size)
    rows_ = min(max(most // columns, 1), height // size)
    columns = min(max(most // rows_, 1), columns)
    crops = []
    for row in range(rows_):
        for column in range(columns):
            top = (height - size) // 2 if rows_ == 1 else (height - size) * row // (rows_ - 1)
            left = (width - size) // 2 if columns == 1 else (width - size) * column // (columns - 1)
            crops.append(image[top:top + size, left:left + size])
    return crops
