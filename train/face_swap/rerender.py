"""Draws another inner face into a picture as swap networks do: re-rendered at the network's size, laid over through a soft mask."""
import cv2
import numpy as np
from scipy.spatial import Delaunay

OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58,
        132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
# Kernel of a transposed convolution with stride 2; even and odd places get nearly the same sum, as trained ones do.
TRANSPOSED = np.array([0.25, 0.51, 0.51, 0.51, 0.25])
UP_SAMPLING = ["nearest", "bilinear", "bicubic", "lanczos", "transposed"]
INTERPOLATION = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "lanczos": cv2.INTER_LANCZOS4}


def face_height(landmarks):
    return float(np.linalg.norm(landmarks[10] - landmarks[152]))


def to_square(landmarks, size, margin):
    """2 x 3 matrix from the picture to an upright square around the face, whose height is 1 / margin of the square."""
    eyes = landmarks[[263, 362]].mean(0) - landmarks[[33, 133]].mean(0)
    angle = np.arctan2(eyes[1], eyes[0])
    scale = size / (margin * face_height(landmarks))
    rotation = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.hstack([rotation, (size / 2 - rotation @ landmarks[OVAL].mean(0))[:, None]])


class LinearDecoder:
    """The best linear autoencoder: projects aligned faces on the first components of a set of faces."""

    def __init__(self, faces):
        flat = faces.reshape(len(faces), -1).astype(np.float32)
        self.mean = flat.mean(0)
        _, _, self.axes = np.linalg.svd(flat - self.mean, full_matrices=False)
        self.shape = faces.shape[1:]

    def __call__(self, face, components):
        axes = self.axes[:components]
        return (self.mean + (face.reshape(-1) - self.mean) @ axes.T @ axes).reshape(self.shape)


def worn_by(target, source_picture, source, frame_shape):
    """The source's face in the shape of the target's landmarks, as a warp of triangles; and where it is known."""
    x0, y0 = np.floor(target.min(0)).astype(int)
    x1, y1 = np.ceil(target.max(0)).astype(int)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, frame_shape[1] - 1), min(y1, frame_shape[0] - 1)
    warped = np.zeros((*frame_shape[:2], 3), np.float32)
    known = np.zeros(frame_shape[:2], bool)
    if x1 <= x0 or y1 <= y0:
        return warped, known
    grid = np.stack(np.meshgrid(np.arange(x0, x1 + 1), np.arange(y0, y1 + 1)), -1).reshape(-1, 2).astype(float)
    mesh = Delaunay(target)
    triangle = mesh.find_simplex(grid)
    transform = mesh.transform[triangle]
    two = np.einsum("nij,nj->ni", transform[:, :2], grid - transform[:, 2])
    weights = np.hstack([two, 1 - two.sum(1, keepdims=True)])
    places = np.einsum("ni,nij->nj", weights, source[mesh.simplices[triangle]])
    places[triangle < 0] = -1
    shape = (y1 - y0 + 1, x1 - x0 + 1)
    places = places.reshape(*shape, 2).astype(np.float32)
    warped[y0:y1 + 1, x0:x1 + 1] = cv2.remap(source_picture, places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    known[y0:y1 + 1, x0:x1 + 1] = (triangle >= 0).reshape(shape)
    return warped, known


class Rerender:
    """One way of exchanging a face, drawn once for a clip; `apply` draws what changes from frame to frame."""

    def __init__(self, random, config, decoder, others):
        self.random = random
        self.decoder = decoder
        self.size = int(random.choice(config["network_px"]))
        self.up = str(random.choice(UP_SAMPLING))
        self.margin = random.uniform(1.3, 1.9)
        self.other = others[random.integers(len(others))] if random.random() < 0.6 else None
        self.components = int(random.choice(config["linear_decoder"]["components"])) if random.random() < 0.3 else 0
        self.squeeze = random.normal(0, 0.02, (6, 2)) if self.other is None else None
        self.sharpen = random.choice([0, 0, 0.4, 1.0]) * random.uniform(0.6, 1.2)
        self.smooth = random.choice([0, 0, 1]) * random.uniform(4, 16)
        self.checks = random.choice([0, 0, 1]) * random.uniform(0.3, 1.5)
        self.shape = str(random.choice(["hull", "brows", "ellipse"]))
        self.shrink = random.uniform(0.02, 0.15)
        self.feather = random.uniform(0.03, 0.12)
        self.jitter = random.choice([0, 1]) * random.uniform(0.001, 0.004)
        self.flicker = random.choice([0, 1]) * random.uniform(0.3, 1.5)
        self.colour = str(random.choice(["mean", "spread", "spread", "local", "local"]))
        self.opacity = random.uniform(0.9, 1.0)

    def description(self):
        kind = "linear" if self.components else "resampled"
        return f"{'other' if self.other else 'own'}-{kind}-{self.size}-{self.up}-{self.shape}"

    def mask(self, landmarks, shape):
        points = landmarks[OVAL].copy()
        centre = points.mean(0)
        if self.shape == "brows":  # ends at the brows, as masks of many tools do
            top = landmarks[[70, 63, 105, 66, 107, 336, 296, 334, 293, 300]]
            points = np.vstack([points[5:32], top - np.array([0, 0.06 * face_height(landmarks)])])
        height = face_height(landmarks)
        points = centre + (points - centre) * (1 - self.shrink) + self.random.normal(0, self.jitter * height, 2)
        mask = np.zeros(shape[:2], np.float32)
        if self.shape == "ellipse":
            down = landmarks[152] - landmarks[10]
            axes = int(0.5 * height * (1 - self.shrink)), int(0.37 * height * (1 - self.shrink))
            angle = int(np.degrees(np.arctan2(down[1], down[0])))
            cv2.fillPoly(mask, [cv2.ellipse2Poly((int(centre[0]), int(centre[1])), axes, angle, 0, 360, 5)], 1.0)
        else:
            cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1.0)
        return cv2.GaussianBlur(mask, (0, 0), max(0.7, self.feather * height)) * self.opacity

    def decoded(self, face):
        """What a network of this size would put out for the crop `face` (float, size x size x 3)."""
        if self.components:
            px = self.decoder.shape[0]
            small = cv2.resize(face, (px, px), interpolation=cv2.INTER_AREA)
            face = cv2.resize(self.decoder(small, self.components).astype(np.float32), (self.size, self.size), interpolation=cv2.INTER_CUBIC)
        if self.smooth:
            face = cv2.bilateralFilter(np.clip(face, 0, 255).astype(np.float32), 5, self.smooth, 2)
        half = cv2.resize(face, (self.size // 2, self.size // 2), interpolation=cv2.INTER_AREA)
        if self.up == "transposed":  # a stride of 2 leaves its own grid
            wide = np.zeros_like(face[:self.size // 2 * 2, :self.size // 2 * 2])
            wide[::2, ::2] = half
            grown = cv2.filter2D(wide, -1, np.outer(TRANSPOSED, TRANSPOSED))
            grown = cv2.resize(grown, (self.size, self.size))
        else:
            grown = cv2.resize(half, (self.size, self.size), interpolation=INTERPOLATION[self.up])
            if self.up == "nearest":
                grown = cv2.GaussianBlur(grown, (0, 0), 0.8)
        share = 0.5  # a decoder's last layers put part of the finest detail back
        face = grown + share * (face - grown)
        if self.sharpen:
            face = face + self.sharpen * (face - cv2.GaussianBlur(face, (0, 0), 1.5))
        if self.checks:
            face = face.copy()
            face[::2, ::2] += self.checks
            face[1::2, 1::2] -= self.checks
        return face

    def apply(self, frame, landmarks):
        shape = frame.shape
        below = frame.astype(np.float32)
        known = np.ones(shape[:2], bool)
        if self.other is not None:
            above, known = worn_by(landmarks, *self.other, shape)
            above[~known] = below[~known]
        else:
            above = below
        moved = landmarks + self.random.normal(0, self.jitter * face_height(landmarks), 2)
        matrix = to_square(moved, self.size, self.margin)
        if self.squeeze is not None:  # features of another face lie elsewhere
            matrix = matrix.copy()
            matrix[:, :2] = (np.eye(2) + self.squeeze[:2]) @ matrix[:, :2]
            matrix[:, 2] += self.squeeze[2] * self.size
        shrink = face_height(landmarks) * self.margin / self.size
        softened = cv2.GaussianBlur(above, (0, 0), 0.4 * shrink) if shrink > 1.2 else above
        crop = cv2.warpAffine(softened, matrix, (self.size, self.size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        crop = self.decoded(crop)
        back = cv2.warpAffine(crop, to_square(moved, self.size, self.margin), (shape[1], shape[0]), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                              borderMode=cv2.BORDER_REFLECT_101)
        mask = self.mask(landmarks, shape)
        if not known.all():  # fades before the other face ends
            reach = cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 3) / (2 * self.feather * face_height(landmarks))
            mask = mask * np.clip(reach, 0, 1)
        inside = mask > 0.5
        if inside.sum() > 50:
            if self.colour == "local":  # broad shading of what was there before
                width = 0.12 * face_height(landmarks)
                back = back + cv2.GaussianBlur(below, (0, 0), width) - cv2.GaussianBlur(back, (0, 0), width)
            own, there = back[inside], below[inside]
            gain = np.clip(there.std(0) / np.maximum(own.std(0), 1), 0.7, 1.4) if self.colour == "spread" else 1.0
            back = (back - own.mean(0)) * gain + there.mean(0)
        back = back + self.random.normal(0, self.flicker)
        mask = mask[..., None]
        return np.clip(mask * back + (1 - mask) * below, 0, 255).astype(np.uint8)
