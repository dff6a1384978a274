"""The measurements as the analyzer compares them, and what genuine faces lead to expect of one of them."""
import numpy as np

PLACES, CHANNELS, HEAD = 33, 13, 5
LEAST_REFERENCE_RING, LEAST_REFERENCES = 1.25, 5


def load(path, names):
    """{line: (frames seen, frames measured, face px, places x channels)} of the face that is seen longest in each file."""
    rows = np.fromfile(path, np.float32).reshape(-1, HEAD + PLACES * CHANNELS)
    best = {}
    for row in rows:
        line = int(row[0])
        if row[3] > 0 and (line not in best or row[2] * row[4] > best[line][0] * best[line][2]):
            best[line] = (row[2], row[3], row[4], row[HEAD:].reshape(PLACES, CHANNELS))
    return best


def is_reference(place):
    parts = place.split()
    return len(parts) == 2 and float(parts[1]) >= LEAST_REFERENCE_RING


def against_surroundings(textures, places):
    """n x places x channels; less each channel's mean over the places around the face."""
    reference = np.array([is_reference(place) for place in places])
    return textures - np.nanmean(textures[:, reference], axis=1, keepdims=True)


class Model:
    """Standard scores clipped, weighted, summed."""

    def __init__(self, mean, scale, weight, offset, clip):
        self.mean, self.scale, self.weight, self.offset, self.clip = mean, scale, weight, offset, clip

    def __call__(self, values):
        scores = np.clip((values - self.mean) / self.scale, -self.clip, self.clip)
        return np.where(np.isfinite(scores), scores, 0) @ self.weight + self.offset


def contrast(channel, config, places, channels):
    """Weights of every column for: a channel around the face less the same along its outline, beside and below it."""
    weights = np.zeros(len(places) * len(channels))
    for rings, sign in ((config["around"], 1.0), (config["outline"], -1.0)):
        own = [i for i, place in enumerate(places) if len(place.split()) == 2 and place.split()[0] in config["sectors"] and float(place.split()[1]) in rings]
        for place in own:
            weights[place * len(channels) + channels.index(channel)] = sign / len(own)
    return weights


def fit(values, source, config, places, channels):
    """How far the fine detail along the outline falls short of what genuine faces with the same coarse detail and the same correlations of
    detail show: ridge regression over genuine faces alone, every source the same say. In standard deviations of genuine sources."""
    weights = np.array([contrast(channel, config, places, channels) for channel in [config["looked_at"], *config["expected_from"]]])
    filled = np.where(np.isfinite(values), values, np.nanmean(values, 0))
    features = filled @ weights.T
    names, number = np.unique(source, return_inverse=True)
    say = np.sqrt(1 / np.bincount(number)[number])[:, None]
    mean = (features * say ** 2).sum(0) / (say ** 2).sum()
    spread = np.sqrt((((features - mean) * say) ** 2).sum(0) / (say ** 2).sum())
    standard = (features - mean) / spread
    known, wanted = standard[:, 1:] * say, standard[:, :1] * say
    slope = np.linalg.solve(known.T @ known + config["ridge"] * np.eye(known.shape[1]), known.T @ wanted)[:, 0]
    combination = np.concatenate([[1.0], -slope]) / spread
    coefficient = combination @ weights
    column_mean, column_spread = np.nanmean(values, 0), np.nanstd(values, 0) + 1e-6
    model = Model(column_mean, column_spread, coefficient * column_spread, 0.0, config["clip"])
    scores = model(values)
    by_source = np.array([scores[number == i].mean() for i in range(len(names))])
    model.weight, model.offset = model.weight / by_source.std(), -by_source.mean() / by_source.std()
    return model, dict(zip(config["expected_from"], slope.round(3).tolist()))
