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


class Mixture:
    """A linear model for each condition that sound can be in, each weighing as much as the sound seems to be in its condition."""

    def __init__(self, names, pooled, gate_weight, gate_offset, experts):
        self.names, self.pooled, self.gate_weight, self.gate_offset, self.experts = names, pooled, gate_weight, gate_offset, experts
        self.mean, self.scale, self.clip = pooled.mean, pooled.scale, pooled.clip

    def standard(self, features):
        return self.pooled.standard(features)

    def shares(self, features):
        """A row a window, a column a condition; rows add up to 1."""
        logits = self.standard(features) @ self.gate_weight.T + self.gate_offset
        shares = numpy.exp(logits - logits.max(1, keepdims=True))
        return shares / shares.sum(1, keepdims=True)

    def scores(self, features):
        return (self.shares(features) * numpy.stack([expert.scores(features) for expert in self.experts], 1)).sum(1)


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


def fit_roughness(model, features, source, condition, copies, copies_source, ridge, spared, size):
    """Direction that parts recordings (`features`, of `source`) from their own copies through a vocoder, inside each source, on the
    first `size` standard scores of `model`: the other weights are 0. Its log odds are 0 at the score that only the share `spared` of the recordings reaches in the condition
    where most do: AAC of few bits roughens."""
    recorded, copied = model.standard(features)[:, :size], model.standard(copies)[:, :size]
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
    zero = max(numpy.quantile(recorded[condition == kind] @ weight, 1 - spared) for kind in numpy.unique(condition))
    weight = numpy.concatenate([weight, numpy.zeros(features.shape[1] - size)])
    return LinearModel(model.mean, model.scale, slope * weight, -slope * zero, model.clip)


def sums_inside(standard, spoof, source, condition):
    """Over the classes of each source in each condition: scatter around their means, and their number; over those with both classes:
    difference and middle of the two means, and their number."""
    size = standard.shape[1]
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
    return scatter, groups, difference, middle, pairs


def pointed(model, scatter, direction, middle, difference, ridge):
    """`model` with the weights that part classes whose means lie `direction` apart. A unit from the middle between the classes to each
    of their means, which lie `difference` apart, in the mean over sources: about the natural log odds. A regression on the pooled
    scores would follow the one source that lies far from the rest."""
    model.weight = numpy.linalg.solve(scatter + ridge * numpy.eye(len(direction)), direction)
    model.weight *= 2 / (difference @ model.weight)
    model.offset = -(middle @ model.weight)
    return model


def fit_mixture(features, spoof, source, condition, clean, ridge, clip, sharpness):
    """A discriminant for each condition, and how much a window seems to be in each. Coders and noise move scores and press them
    together, more for some conditions than what they do to the direction: so a condition's unit, offset and standard scores are its
    own, its direction is that of its own sound and of the `clean` condition's together."""
    names = list(numpy.unique(condition))
    pooled = LinearModel(features.mean(0), features.std(0) + 1e-9, None, 0.0, clip)
    gate_weight, gate_offset = fit_gate(pooled.standard(features), spoof, source, condition, names, ridge)
    experts = []
    for name in names:
        own = condition == name
        model = LinearModel(features[own].mean(0), features[own].std(0) + 1e-9, None, 0.0, clip)
        scatter, direction = [], []
        for part in dict.fromkeys((clean, name)):
            rows = condition == part
            sums = sums_inside(model.standard(features[rows]), spoof[rows], source[rows], condition[rows])
            scatter.append(sums[0] / sums[1])
            direction.append(sums[2] / sums[4])
            if part == name:
                difference, middle = sums[2] / sums[4], sums[3] / sums[4]
        experts.append(pointed(model, numpy.mean(scatter, 0), numpy.mean(direction, 0), middle, difference, ridge))
    return Mixture(names, pooled, sharpness * gate_weight, sharpness * gate_offset, experts)


def fit_calibrated_mixture(features, spoof, source, condition, clean, ridge, clip, sharpness, parts):
    """fit_mixture() in a unit, and from a zero, such that it gives log odds of sources that it never saw: their classes lie nearer
    together than those that the directions were learned from. One unit and one zero for all conditions: those of each condition's own,
    blended by shares, part the classes worse. The sources are left out in `parts` turns to learn both from."""
    mixture = fit_mixture(features, spoof, source, condition, clean, ridge, clip, sharpness)
    names = numpy.unique(source)
    scores, weights = numpy.zeros(len(spoof)), numpy.zeros(len(spoof))
    for part in range(parts):
        out = numpy.isin(source, names[part::parts])
        rest = fit_mixture(features[~out], spoof[~out], source[~out], condition[~out], clean, ridge, clip, sharpness)
        scores[out] = rest.scores(features[out])
    for name in mixture.names:
        own = condition == name
        weights[own] = balanced_weights(spoof[own], source[own])
    unit, zero = log_odds(scores, spoof, weights)
    for expert in mixture.experts:
        expert.weight, expert.offset = unit * expert.weight, unit * expert.offset + zero
    return mixture


def fit_gate(standard, spoof, source, condition, names, ridge):
    """Weights and offsets, a row a condition, whose softmax says how likely each is: Gaussians of one scatter (inside sources, classes
    and conditions, and of the sources' means), at equal odds. Sources and classes have the same say, so that neither is told by it."""
    size = standard.shape[1]
    scatter, groups, means = numpy.zeros((size, size)), 0, []
    for name in numpy.unique(source):
        for label in (0, 1):
            parts = [standard[(source == name) & (spoof == label) & (condition == kind)] for kind in names]
            if min(len(part) for part in parts) < 3:
                continue
            means.append([part.mean(0) for part in parts])
            for part in parts:
                scatter += (part - part.mean(0)).T @ (part - part.mean(0)) / len(part)
                groups += 1
    means = numpy.array(means)
    scatter = scatter / groups + numpy.mean([numpy.cov(means[:, number].T) for number in range(len(names))], 0)
    middle = means.mean(0)
    weight = numpy.linalg.solve(scatter + ridge * numpy.eye(size), middle.T).T
    return weight, -0.5 * (weight * middle).sum(1)


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
