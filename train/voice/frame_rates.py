"""What the traces of frame rates say: features/voice/frame_rates.h, in log odds."""
import numpy


class Traces:
    """For each rate, how far its beats and tones stand out of what recordings have there; then one number for all rates.

    Only recordings are learned from, and of them only what is usual: a rate that no system of the training has counts like any other."""

    def __init__(self, settings, middle, scale):
        self.settings, self.middle, self.scale = settings, middle, scale

    def by_rate(self, traces):
        """A row a window, a column a rate: standard scores of beats and tones together, less the rate's handicap."""
        standard = (traces - self.middle) / self.scale
        beats, tones = numpy.split(standard, 2, axis=1)
        share = self.settings["tones_share"]
        return 2 * ((1 - share) * beats + share * tones) - numpy.array(self.settings["handicap"])

    def scores(self, traces):
        """Log odds: those of a shift of Gaussians, with any of the rates alike; limited on both sides."""
        s = self.settings
        lifted = s["sharpness"] * (self.by_rate(traces) - s["zero"])
        largest = lifted.max(1, keepdims=True)
        odds = largest[:, 0] + numpy.log(numpy.exp(lifted - largest).mean(1))
        return s["weight"] * numpy.clip(odds, s["least"], s["most"])


def fit(settings, traces):
    """`traces` of recordings: their medians, and half of what two thirds of them span, so that hum in a few does not count."""
    low, middle, high = numpy.quantile(traces, [0.16, 0.5, 0.84], axis=0)
    return Traces(settings, middle, (high - low) / 2)
