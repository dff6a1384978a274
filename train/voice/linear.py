"""The linear model of speech statistics: source-centred, balanced logistic regression (LRc)."""
import numpy
from sklearn.linear_model import LogisticRegression


class LinearModel:
    """Standard score, clipped, then one weighted sum: log odds of spoof at equal priors (natural logarithm)."""

    def __init__(self, mean, scale, weight, offset, clip):
        self.mean, self.scale, self.weight, self.offset, self.clip = mean, scale, weight, offset, clip

    def scores(self, features):
        return self.standard(features) @ self.weight + self.offset

    def standard(self, features):
        return numpy.clip((features - self.mean) / self.scale, -self.clip, self.clip)


def balanced_weights(spoof, source):
    """Every source has the same say within a class, and both classes have the same say."""
    weights = numpy.zeros(len(spoof))
    for name in numpy.unique(source):
        for label in (0, 1):
            members = (source == name) & (spoof == label)
            if members.any():
                weights[members] = 1 / members.sum()
    for label in (0, 1):
        weights[spoof == label] *= len(spoof) / 2 / weights[spoof == label].sum()
    return weights


def centred(standard, spoof, source):
    """Takes from each source the mean of its class means: what a source's recordings share says nothing of the class."""
    result = standard.copy()
    for name in numpy.unique(source):
        members = source == name
        means = [standard[members & (spoof == label)].mean(0) for label in (0, 1) if (members & (spoof == label)).any()]
        result[members] -= numpy.mean(means, axis=0)
    return result


def fit(features, spoof, source, strength, clip):
    """`strength` is the inverse of the penalty (C of scikit-learn)."""
    model = LinearModel(features.mean(0), features.std(0) + 1e-9, None, 0.0, clip)
    standard = centred(model.standard(features), spoof, source)
    regression = LogisticRegression(C=strength, max_iter=5000, tol=1e-8)
    regression.fit(standard, spoof, sample_weight=balanced_weights(spoof, source))
    model.weight = regression.coef_[0]
    # Centred sources say nothing of where 0 lies for a new one: half-way between the classes as they are.
    raw = model.standard(features) @ model.weight
    weights = balanced_weights(spoof, source)
    model.offset = -0.5 * sum(numpy.average(raw[spoof == label], weights=weights[spoof == label]) for label in (0, 1))
    return model
