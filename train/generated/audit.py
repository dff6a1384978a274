"""What brightness, colour, contrast and coded size alone tell about the crops that the network learns from.

The augmentation is to leave nothing of them: where a forest of trees tells the classes apart by them, on crops of other sources than
it learned from, the training stops.
"""

import sys

import cv2
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score


def looks(crop):
    """Mean and deviation of each colour (0 to 255), bytes as JPEG 90."""
    pixels = crop.reshape(-1, 3).astype(np.float32)
    return [*pixels.mean(0), *pixels.std(0), len(cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, 90])[1])]


def audit(sampler, seed, settings):
    """Prints the AUC, the mean over several divisions of the sources into halves, and ends the program where it is above the configured."""
    rng = np.random.default_rng([*seed, 2])
    drawn = []
    while len(drawn) < settings["audit"]["crops"]:
        drawn += sampler.draw(rng)
    values = np.array([looks(crop) for crop, *_ in drawn])
    labels = np.array([label for _, label, _ in drawn])
    names, of_source = np.unique([source for *_, source in drawn], return_inverse=True)
    areas = []
    for division in range(settings["audit"]["divisions"]):
        # Which sources come together moves the area by .02 to either side: one division alone says little.
        halves = (np.random.default_rng([1, division]).permutation(len(names)) % 2)[of_source]
        scores = np.zeros(len(labels))
        for half in (0, 1):
            forest = RandomForestClassifier(100, class_weight="balanced", random_state=1, min_samples_leaf=8, n_jobs=-1)
            forest.fit(values[halves != half], labels[halves != half])
            scores[halves == half] = forest.predict_proba(values[halves == half])[:, 1]
        areas.append(roc_auc_score(labels, scores))
    auc = float(np.mean(areas))
    print(f"shortcut audit: brightness, colour, contrast and coded size reach AUC {auc:.3f} ({min(areas):.3f} to {max(areas):.3f}) on {len(labels)} crops of sources held out"
          f" (at most {settings['audit']['most_auc']} allowed)", flush=True)
    if auc > settings["audit"]["most_auc"]:
        sys.exit("the shortcut audit failed")
