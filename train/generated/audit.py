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


def audit(sampler, settings, config):
    """Prints the AUC over two halves of the sources, and ends the program where it is above config["audit"]["most_auc"]."""
    rng = np.random.default_rng([settings["seed"][0], 2])
    values, labels, sources = [], [], []
    while len(labels) < config["audit"]["crops"]:
        for crop, label, source in sampler.draw(rng):
            values.append(looks(crop))
            labels.append(label)
            sources.append(source)
    values, labels = np.array(values), np.array(labels)
    names = sorted(set(sources))
    half_of = dict(zip(names, np.random.default_rng(1).permutation(len(names)) % 2))
    halves = np.array([half_of[name] for name in sources])
    scores = np.zeros(len(labels))
    for half in (0, 1):
        forest = RandomForestClassifier(100, class_weight="balanced", random_state=1, min_samples_leaf=8)
        forest.fit(values[halves != half], labels[halves != half])
        scores[halves == half] = forest.predict_proba(values[halves == half])[:, 1]
    auc = roc_auc_score(labels, scores)
    print(f"shortcut audit: brightness, colour, contrast and coded size reach AUC {auc:.3f} on {len(labels)} crops of sources held out"
          f" (at most {config['audit']['most_auc']} allowed)", flush=True)
    if auc > config["audit"]["most_auc"]:
        sys.exit("the shortcut audit failed")
