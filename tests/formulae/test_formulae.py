"""What analyzers measure, against formulae and implementations that are not the engine's: NumPy, SciPy, and Pillow's own libjpeg."""

import io
import math
import re

import numpy as np
import pytest
from PIL import Image
from scipy import fft, ndimage

# ITU-T T.81, table K.1, row by row.
STANDARD = np.array(
    [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62]
    + [18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]
)


def standard_table(quality):
    """The luminance table of `quality`, as libjpeg scales it."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((STANDARD * scale + 50) // 100, 1, 255)


def texture(width, height, seed, noise=1.0):
    """A grey picture with a natural spectrum (amplitude falls as 1/f) and white noise, uint8."""
    random = np.random.default_rng(seed)
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    radius[0, 0] = np.inf
    cloud = np.fft.irfft2(np.fft.rfft2(random.standard_normal((height, width))) / radius, s=(height, width))
    values = 128 + 34 * cloud / cloud.std() + noise * random.standard_normal((height, width))
    return np.clip(np.rint(values), 8, 240).astype(np.uint8)


def jpeg(pixels, **options):
    output = io.BytesIO()
    Image.fromarray(pixels).save(output, "JPEG", **options)
    return output.getvalue()


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture
def measure(bonafide, tmp_path):
    """What one analyzer says of bytes, or of pixels kept without loss: its measurements, those of each place, and its words."""

    def measured(analyzer, content):
        path = tmp_path / ("input.jpg" if isinstance(content, bytes) else "input.png")
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            Image.fromarray(content).save(path)
        report, _ = bonafide.report(path, "--analyzer", analyzer)
        for finding in report["findings"]:
            assert finding["outcome"] == "ran", finding
        places = [{entry["name"]: entry["value"] for entry in finding["measurements"]} for finding in report["findings"]]
        return places[0], places[1:], report["findings"][0]["explanation"]

    return measured


@pytest.mark.parametrize("quality", [12, 50, 77, 96])
def test_jpeg_quality_is_what_libjpeg_was_asked_for(measure, quality):
    data = jpeg(texture(128, 96, 1), quality=quality)
    # Pillow hands tables out in natural order.
    assert np.array_equal(Image.open(io.BytesIO(data)).quantization[0], standard_table(quality)), "the formula of this test"
    values, *_ = measure("image.jpeg.quantisation", data)
    assert values["quality"] == quality
    assert values["table_distance"] == 0


def test_jpeg_quality_of_tables_between_the_standards(measure):
    own = np.clip(np.rint(STANDARD * np.linspace(0.5, 0.25, 64)), 1, 255).astype(int)
    values, *_ = measure("image.jpeg.quantisation", jpeg(texture(128, 96, 1), qtables=[own.tolist()]))
    distances = {quality: np.mean(np.abs(own - standard_table(quality)) / standard_table(quality)) for quality in range(1, 101)}
    nearest = min(distances, key=distances.get)
    assert values["quality"] == pytest.approx(nearest, abs=3)
    assert values["table_distance"] > 2


@pytest.mark.parametrize("quality", [70, 85, 92])
@pytest.mark.parametrize("corner", [(0, 0), (3, 6)])
def test_ghost_is_where_saving_anew_changes_least(measure, quality, corner):
    """Farid 2009 as published: saved anew at every quality on the same grid, the picture changes least at that of its earlier save."""
    x, y = corner
    pixels = decoded(jpeg(texture(400, 304, 2, noise=3), quality=quality))[y:, x:]
    values, places, words = measure("image.jpeg.ghost", pixels)
    whole = pixels[(8 - y) % 8 :, (8 - x) % 8 :].astype(float)
    changes = {again: np.mean((whole - decoded(jpeg(whole.astype(np.uint8), quality=again))) ** 2) for again in range(50, 97)}
    # Finer saves change little, too: the ghost is where the change dips below the line between its neighbours.
    depths = {again: math.log(change + 1e-2) for again, change in changes.items()}
    dips = {again: (depths[again - 1] + depths[again + 1]) / 2 - depths[again] for again in range(51, 96)}
    assert max(dips, key=dips.get) == quality, "the procedure of this test"
    assert values["ghost_quality"] == pytest.approx(quality, abs=1)
    assert values["ghost_strength"] > 0.6
    assert not places, words


@pytest.mark.parametrize("crop", [(3, 5), (6, 1)])
def test_earlier_grid_lies_where_the_crop_put_it(measure, crop):
    x, y = crop
    earlier = decoded(jpeg(texture(560, 400, 3, noise=3), quality=70))[y:, x:]
    *_, words = measure("image.jpeg.grid", jpeg(earlier, quality=93))
    corner = ((8 - x) % 8, (8 - y) % 8)

    def periodicity(left, top):
        """Share of one coefficient of all blocks on that grid that lies on multiples of its earlier step, by SciPy's transform."""
        rows, columns = (earlier.shape[0] - top) // 8, (earlier.shape[1] - left) // 8
        blocks = earlier[top : top + 8 * rows, left : left + 8 * columns].reshape(rows, 8, columns, 8).swapaxes(1, 2).astype(float)
        coefficients = fft.dctn(blocks, axes=(2, 3), norm="ortho")[:, :, 1, 1]
        return np.mean(np.cos(2 * np.pi * coefficients / standard_table(70)[9]))

    grids = [(left, top) for left in range(8) for top in range(8)]
    assert max(grids, key=lambda grid: periodicity(*grid)) == corner, "the computation of this test"
    told = re.search(r"saved before on a grid with a corner at \((\d), (\d)\)", words)
    assert told and (int(told[1]), int(told[2])) == corner, words


@pytest.mark.parametrize("sigma", [1.5, 4.0, 9.0])
def test_noise_level_is_the_deviation_that_was_added(measure, sigma):
    random = np.random.default_rng(4)
    slope = np.linspace(70, 180, 512)[None, :] + np.zeros((384, 1))
    pixels = np.rint(slope + sigma * random.standard_normal(slope.shape)).astype(np.uint8)
    values, *_ = measure("image.noise.level", pixels)
    # Immerkær 1996: the mean amount of the difference of two Laplacians.
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    immerkaer = math.sqrt(math.pi / 2) / 6 * np.mean(np.abs(ndimage.convolve(pixels.astype(float), mask)[1:-1, 1:-1]))
    assert immerkaer == pytest.approx(math.hypot(sigma, math.sqrt(1 / 12)), rel=0.03), "the estimate of this test"
    assert values["noise_level"] == pytest.approx(immerkaer, rel=0.06)


@pytest.mark.parametrize("factor", [1.28, 1.4, 1.7])
def test_resampling_leaves_the_frequency_of_its_factor(measure, factor):
    """Gallagher 2005: the variance of an interpolated signal's second difference has the period of the factor."""
    enlarged = ndimage.zoom(texture(480, 360, 5, noise=4).astype(float), factor, order=1)
    # Zoom maps corner to corner: the factor that it really applied.
    real = (enlarged.shape[1] - 1) / (480 - 1)
    pixels = np.clip(np.rint(enlarged), 0, 255).astype(np.uint8)
    values, *_ = measure("image.resampling", pixels)
    second = np.abs(np.diff(pixels.astype(float), 2, axis=1)).mean(axis=0)
    spectrum = np.abs(np.fft.rfft((second - second.mean()) * np.hanning(second.size), 8 * second.size))
    frequencies = np.fft.rfftfreq(8 * second.size)
    peak = frequencies[np.argmax(np.where(frequencies > 0.05, spectrum, 0))]
    folded = abs(1 / real - round(1 / real))
    assert peak == pytest.approx(folded, abs=0.003), "the spectrum of this test"
    assert values["whole_trace"] > 8
    # Its spectrum has 128 bins.
    assert values["whole_frequency"] == pytest.approx(folded, abs=1.1 / 128)
    assert values["whole_enlargement"] == pytest.approx(real, rel=0.02)


@pytest.mark.parametrize("parity", [0, 1])
def test_mosaic_is_seen_where_green_was_measured(measure, parity):
    """Bilinear demosaicing as convolution, of colour planes whose green lies where row + column has `parity`."""
    random = np.random.default_rng(6)
    scene = np.stack([texture(512, 384, 7 + plane, noise=0).astype(float) for plane in range(3)], axis=2) * 0.4
    scene += 0.6 * texture(512, 384, 6, noise=0)[:, :, None] + 3 * random.standard_normal((384, 512, 3))
    row, column = np.indices((384, 512))
    green = (row + column) % 2 == parity
    red, blue = ~green & (row % 2 == 0), ~green & (row % 2 == 1)
    cross = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 4
    square = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4
    planes = [ndimage.convolve(scene[:, :, plane] * cells, kernel) for plane, (cells, kernel) in enumerate([(red, square), (green, cross), (blue, square)])]
    values, *_ = measure("image.cfa.mosaic", np.clip(np.rint(np.stack(planes, axis=2)), 0, 255).astype(np.uint8))
    assert values["green_shift"] == parity
    assert values["agreement_nfa"] < -3


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.0), (20, 1.0), (-35, 1.15)])
def test_copy_is_found_with_the_motion_that_made_it(measure, degrees, scale):
    """A disc copied by SciPy's spline interpolation with a known turn (counter-clockwise as seen) and size."""
    picture = texture(640, 480, 8, noise=6).astype(float)
    source, target, radius = np.array([150.0, 160.0]), np.array([320.0, 450.0]), 70
    angle = math.radians(degrees)
    # Row and column of the source for those of the copy: rows run downwards.
    back = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]) / scale
    moved = ndimage.affine_transform(picture, back, source - back @ target, order=3, mode="mirror")
    row, column = np.indices(picture.shape)
    disc = np.hypot(row - target[0], column - target[1]) < radius * scale
    picture[disc] = moved[disc]
    _, places, words = measure("image.copy_move", np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    assert places, words
    copy = places[0]
    # Either place may be called the first.
    way = 1 if copy["shift_x"] > 0 else -1
    assert way * copy["shift_x"] == pytest.approx(target[1] - source[1], abs=12)
    assert way * copy["shift_y"] == pytest.approx(target[0] - source[0], abs=12)
    assert (way * copy["rotation"] - degrees + 180) % 360 - 180 == pytest.approx(0, abs=2)
    assert copy["scale"] ** way == pytest.approx(scale, rel=0.03)
    assert copy["mirrored"] == 0
