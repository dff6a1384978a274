"""Error measures of detection scores; higher scores are more like spoof. Bona fide speech is the target of the costs."""
import numpy

# ASVspoof 2021: prior of spoof 0.05; a spoof that is let through costs 10, a bona fide recording that is refused costs 1.
SPOOF_PRIOR, MISS_COST, ALARM_COST = 0.05, 10.0, 1.0


def rates(scores, spoof):
    """Thresholds from low to high with the share of spoof below (missed) and of bona fide at or above (false alarms)."""
    order = numpy.argsort(scores, kind="stable")
    labels = numpy.asarray(spoof)[order]
    missed = numpy.concatenate([[0], numpy.cumsum(labels)]) / max(labels.sum(), 1)
    alarms = 1 - numpy.concatenate([[0], numpy.cumsum(1 - labels)]) / max((1 - labels).sum(), 1)
    thresholds = numpy.concatenate([scores[order], [numpy.inf]])
    apart = numpy.concatenate([[True], thresholds[1:] > thresholds[:-1]])  # equal scores stay on one side
    return thresholds[apart], missed[apart], alarms[apart]


def equal_error_rate(scores, spoof):
    _, missed, alarms = rates(scores, spoof)
    at = numpy.argmin(numpy.abs(missed - alarms))
    return (missed[at] + alarms[at]) / 2


def area(scores, spoof):
    """Chance that a spoof scores higher than a bona fide recording; an equal score counts half."""
    spoof = numpy.asarray(spoof).astype(bool)
    _, place, count = numpy.unique(scores, return_inverse=True, return_counts=True)
    order = (numpy.cumsum(count) - (count - 1) / 2)[place]
    high, low = spoof.sum(), (~spoof).sum()
    return (order[spoof].sum() - high * (high + 1) / 2) / (high * low)


def detection_costs(llr, spoof):
    """minDCF and actDCF, as shares of the better of the two trivial answers. `llr` is natural."""
    _, missed, alarms = rates(llr, spoof)
    cost = SPOOF_PRIOR * MISS_COST * missed + (1 - SPOOF_PRIOR) * ALARM_COST * alarms
    trivial = min(SPOOF_PRIOR * MISS_COST, (1 - SPOOF_PRIOR) * ALARM_COST)
    threshold = numpy.log((1 - SPOOF_PRIOR) * ALARM_COST / (SPOOF_PRIOR * MISS_COST))
    spoof = numpy.asarray(spoof).astype(bool)
    acted = SPOOF_PRIOR * MISS_COST * numpy.mean(llr[spoof] < threshold) + (1 - SPOOF_PRIOR) * ALARM_COST * numpy.mean(llr[~spoof] >= threshold)
    return cost.min() / trivial, acted / trivial


def cllr(llr, spoof):
    spoof = numpy.asarray(spoof).astype(bool)
    return (numpy.mean(numpy.logaddexp(0, -llr[spoof])) + numpy.mean(numpy.logaddexp(0, llr[~spoof]))) / 2 / numpy.log(2)


def interval(measure, scores, spoof, group, repeats=300, seed=1):
    """95 % bootstrap interval of `measure` when whole groups are drawn."""
    generator = numpy.random.default_rng(seed)
    members = [numpy.where(group == name)[0] for name in numpy.unique(group)]
    values = []
    for _ in range(repeats):
        drawn = numpy.concatenate([members[i] for i in generator.integers(0, len(members), len(members))])
        if 0 < spoof[drawn].sum() < len(drawn):
            values.append(measure(scores[drawn], spoof[drawn]))
    return numpy.quantile(values, [0.025, 0.975])
