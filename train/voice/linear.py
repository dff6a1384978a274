"""The linear models of speech statistics: Fisher discriminants within sources, balanced over sources."""
import numpy


class LinearModel:
    """Standard score, clipped, then one weighted sum: log odds of spoof at equal priors (natural logarithm)."""

    def __init__(self, mean, scale, weight, offset, clip):
        self.mean, self.scale, self.weight, self.offset, self.clip = mean, scale, weight, offset, clip

    def standard(self, features):
        return numpy.clip((features - self.mean) / self.scale, -self.clip, self.clip)

    def scores(self, features):
        return self.standard(features) @ self.weight + self.offset


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


def log_odds(scores, spoof, weights, steps=100):
    """Slope and offset of a weighted logistic regression on one number, by Newton's method."""
    slope, offset = 1.0, 0.0
    for _ in range(steps):
        chance = 1 / (1 + numpy.exp(-numpy.clip(slope * scores + offset, -30, 30)))
        error, spread = weights * (spoof - chance), weights * chance * (1 - chance)
        gradient = numpy.array([error @ scores, error.sum()])
        curvature = numpy.array([[spread @ scores**2, spread @ scores], [spread @ scores, spread.sum()]])
        step = numpy.linalg.solve(curvature + 1e-9 * numpy.eye(2), gradient)
        slope, offset = slope + step[0], offset + step[1]
        if numpy.abs(step).max() < 1e-10:
            break
    return slope, offset


def fit_roughness(model, features, source, copies, copies_source, ridge, spared):
    """Direction that parts recordings (`features`, of `source`) from their own copies through a vocoder, inside each source, on the
    standard scores of `model`. Its log odds are 0 at the score that only the share `spared` of the recordings reaches."""
    recorded, copied = model.standard(features), model.standard(copies)
    size = features.shape[1]
    scatter, difference, groups = numpy.zeros((size, size)), [], 0
    for name in numpy.unique(copies_source):
        pair = [recorded[source == name], copied[copies_source == name]]
        if min(len(members) for members in pair) < 3:
            continue
        difference.append(pair[1].mean(0) - pair[0].mean(0))
        for members in pair:
            rest = members - members.mean(0)
            scatter += rest.T @ rest / len(members)
            groups += 1
    weight = numpy.linalg.solve(scatter / groups + ridge * numpy.eye(size), numpy.mean(difference, 0))
    # The classes hardly overlap, so that no slope is to be had from their odds: Gaussians whose means lie apart by `distance` times
    # the scatter inside have that slope.
    inside = numpy.sqrt(weight @ (scatter / groups) @ weight)
    distance = numpy.mean(difference, 0) @ weight / inside
    slope = distance / inside
    zero = numpy.quantile(recorded @ weight, 1 - spared)
    return LinearModel(model.mean, model.scale, slope * weight, -slope * zero, model.clip)


def fit_discriminant(features, spoof, source, condition, ridge, clip):
    """Direction that parts the classes inside each source (and condition), against the scatter inside a source's class. What a
    source's recordings share, its microphone and speakers, has no part in either. `ridge` is added to the scatter of standard
    scores, whose variances are about 1."""
    model = LinearModel(features.mean(0), features.std(0) + 1e-9, None, 0.0, clip)
    standard = model.standard(features)
    size = features.shape[1]
    scatter, difference, middle, groups, pairs = numpy.zeros((size, size)), numpy.zeros(size), numpy.zeros(size), 0, 0
    for name in numpy.unique(source):
        for kind in numpy.unique(condition):
            means = []
            for label in (0, 1):
                members = standard[(source == name) & (condition == kind) & (spoof == label)]
                if len(members) < 3:
                    continue
                rest = members - members.mean(0)
                scatter += rest.T @ rest / len(members)
                groups += 1
                means.append(members.mean(0))
            if len(means) == 2:
                difference += means[1] - means[0]
                middle += (means[0] + means[1]) / 2
                pairs += 1
    difference, middle = difference / pairs, middle / pairs
    model.weight = numpy.linalg.solve(scatter / groups + ridge * numpy.eye(size), difference)
    # A unit from the middle between the classes to each of their means, in the mean over sources: about the natural log odds. A
    # regression on the pooled scores would follow the one source that lies far from the rest.
    model.weight *= 2 / (difference @ model.weight)
    model.offset = -(middle @ model.weight)
    return model


def fit_regression(features, spoof, source, strength, clip):
    """The recipe this model replaced (LRc): logistic regression of penalty 1 / `strength`, each source centred on the mean of its
    class means. Kept to compare with."""
    from sklearn.linear_model import LogisticRegression

    model = LinearModel(features.mean(0), features.std(0) + 1e-9, None, 0.0, clip)
    standard = model.standard(features)
    shifted, weights = standard.copy(), balanced_weights(spoof, source)
    for name in numpy.unique(source):
        members = source == name
        means = [standard[members & (spoof == label)].mean(0) for label in (0, 1) if (members & (spoof == label)).any()]
        shifted[members] -= numpy.mean(means, axis=0)
    regression = LogisticRegression(C=strength, max_iter=3000).fit(shifted, spoof, sample_weight=weights)
    slope, offset = log_odds(standard @ regression.coef_[0], spoof, weights)
    model.weight, model.offset = slope * regression.coef_[0], offset
    return model
