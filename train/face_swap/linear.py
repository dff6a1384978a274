"""The measurements as the analyzer compares them, and the regression on them."""
import numpy as np
from sklearn.linear_model import LogisticRegression

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

    def standard(self, values):
        scores = np.clip((values - self.mean) / self.scale, -self.clip, self.clip)
        return np.where(np.isfinite(scores), scores, 0)

    def __call__(self, values):
        return self.standard(values) @ self.weight + self.offset


def centred(scores, fake, source):
    """Each source less the mean of its two class means, so that what a source looks like says nothing."""
    result = scores.copy()
    for name in np.unique(source):
        own = source == name
        result[own] -= 0.5 * (scores[own & fake].mean(0) + scores[own & ~fake].mean(0))
    return result


def steady(scores, fake, source, least_share):
    """Which columns differ with the same sign in at least this share of the sources."""
    differences = np.array([scores[(source == s) & fake].mean(0) - scores[(source == s) & ~fake].mean(0) for s in np.unique(source)])
    share = (np.sign(differences) == np.sign(differences.mean(0))).mean(0)
    return share >= least_share


def fit(values, fake, source, weight, config, columns=None):
    """Logistic regression, strongly regularised, every source and class the same say (times `weight` of the source)."""
    mean, scale = np.nanmean(values, 0), np.nanstd(values, 0) + 1e-6
    base = Model(mean, scale, np.zeros(values.shape[1]), 0.0, config["clip"])
    standard = base.standard(values)
    shifted = centred(standard, fake, source)
    spread = config["source_spread"]
    used = shifted + spread * (standard - shifted)
    keep = steady(standard, fake, source, config["least_steady_share"])
    if columns is not None:
        keep &= columns
    say = np.zeros(len(values))
    for name in np.unique(source):
        for label in (False, True):
            own = (source == name) & (fake == label)
            say[own] = weight[own] / max(1, own.sum())
    say *= len(say) / say.sum()
    regression = LogisticRegression(C=config["regularisation"], max_iter=2000)
    regression.fit(used[:, keep], fake, say)
    base.weight[keep] = regression.coef_[0]
    base.offset = float(regression.intercept_[0])
    return base
