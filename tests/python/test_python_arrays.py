"""What arrays the package takes and gives: never a silent copy, never a crash, and long calls let other threads go on."""

import gc
import pathlib
import subprocess
import sys
import threading
import time
import zlib

import bonafide
import numpy
import pytest

PICTURES = numpy.zeros((64, 80, 3), numpy.uint8)


def takers(face):
    """Every function that takes a picture, as a function of the picture alone."""
    return [
        bonafide.faces.detect,
        lambda rgb: bonafide.faces.crop(rgb, face),
        lambda rgb: bonafide.faces.embed(rgb, face),
        lambda rgb: bonafide.forge.blend(rgb, face, 1),
        lambda rgb: bonafide.forge.swap(rgb, face, PICTURES, face),
        lambda rgb: bonafide.forge.launder(rgb, "social"),
        bonafide.features.luma,
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (PICTURES.astype(numpy.float32), "not float32 of shape"),
        (PICTURES.astype(numpy.int8), "not int8"),
        (PICTURES[..., 0], r"shape \(64, 80\)"),
        (PICTURES[..., :2], r"shape \(64, 80, 2\)"),
        (numpy.zeros((2, 64, 80, 3), numpy.uint8), "shape"),
        (PICTURES[:, ::2], "ascontiguousarray"),
        (PICTURES[..., ::-1], "ascontiguousarray"),
        (numpy.asfortranarray(PICTURES), "ascontiguousarray"),
        (PICTURES.transpose(1, 0, 2), "ascontiguousarray"),
        (PICTURES.tolist(), "not a list"),
        ("picture.jpg", "not a str"),
        (None, "NoneType"),
    ],
)
def test_other_arrays_are_refused_with_the_reason(face, wrong, words):
    for taker in takers(face):
        with pytest.raises(TypeError, match=words):
            taker(wrong)


def test_empty_and_huge_pictures_are_refused(face):
    for shape in ((0, 0, 3), (0, 5, 3), (5, 0, 3)):
        for taker in takers(face):
            with pytest.raises(bonafide.UsageError, match="empty"):
                taker(numpy.zeros(shape, numpy.uint8))
    huge = numpy.zeros((1, 200_000_001, 3), numpy.uint8)  # never touched, so it takes no memory
    for taker in takers(face):
        with pytest.raises(bonafide.LimitError, match="pixels"):
            taker(huge)


def test_one_pixel_and_long_strips(face):
    for shape in ((1, 1, 3), (1, 3_000, 3), (3_000, 1, 3), (2, 9, 3)):
        picture = numpy.full(shape, 90, numpy.uint8)
        assert bonafide.faces.detect(picture) == []
        assert bonafide.features.luma(picture).shape == shape[:2]
        assert bonafide.forge.launder(picture, steps=["fit=1000"]).shape[2] == 3
        for needs_the_face in (lambda rgb: bonafide.forge.blend(rgb, face, 1), lambda rgb: bonafide.faces.embed(rgb, face)):
            with pytest.raises(bonafide.UsageError, match="does not lie in this picture"):
                needs_the_face(picture)  # noqa: B023


def test_read_only_arrays_are_read_and_never_written(portrait, face):
    assert not portrait.flags.writeable  # as Pillow gives them
    before = portrait.copy()
    for taker in takers(face)[:1] + takers(face)[2:4] + takers(face)[5:]:
        taker(portrait)
    bonafide.forge.swap(portrait, face, portrait, face)
    assert (portrait == before).all()


def test_what_comes_back_owns_its_memory(portrait, face):
    own = portrait.copy()
    results = [*bonafide.forge.blend(own, face, 1), bonafide.forge.launder(own, steps=["fit=16000"]), bonafide.faces.crop(own, face)]
    results.append(bonafide.features.luma(own))
    assert all(not numpy.shares_memory(result, own) and result.flags.writeable for result in results)
    kept = [result.copy() for result in results]
    own[:] = 0
    del own
    gc.collect()
    assert all((result == copy).all() for result, copy in zip(results, kept, strict=True))


def test_landmarks_are_a_view_that_keeps_the_face(portrait):
    landmarks = bonafide.faces.detect(portrait)[0].landmarks_px
    gc.collect()
    assert landmarks.shape == (468, 3) and landmarks.dtype == numpy.float32
    assert numpy.isfinite(landmarks).all() and not landmarks.flags.writeable and not landmarks.flags.owndata


# Numbers of the other inputs.


def test_planes_and_sounds_are_checked():
    features = bonafide.features
    for function in (features.sensor_residual, features.residual_co_occurrences):
        with pytest.raises(TypeError, match="float32"):
            function(numpy.zeros((64, 64)))
        with pytest.raises(bonafide.UsageError, match="finite"):
            function(numpy.full((64, 64), numpy.nan, numpy.float32))
    with pytest.raises(bonafide.UsageError, match="cell_px"):
        features.residual_co_occurrences(numpy.zeros((64, 64), numpy.float32), cell_px=0)
    with pytest.raises(bonafide.UsageError, match="at least"):
        features.residual_co_occurrences(numpy.zeros((19, 64), numpy.float32))
    with pytest.raises(TypeError, match="float32"):
        features.voice_windows(numpy.zeros(16000, numpy.int16))
    with pytest.raises(bonafide.UsageError, match="finite"):
        features.voice_windows(numpy.full(16000, numpy.inf, numpy.float32))
    assert features.voice_windows(numpy.zeros(0, numpy.float32))[4].shape == (0, 486)


# Threads.


def test_other_threads_go_on(portrait, made):
    wide = numpy.ascontiguousarray(numpy.tile(portrait, (2, 2, 1)))
    luma = bonafide.features.luma(wide)
    long_calls = [
        lambda: bonafide.faces.detect(wide, smallest_face_px=16),
        lambda: bonafide.features.sensor_residual(luma),
        lambda: bonafide.forge.launder(wide, "reposted"),
        lambda: bonafide.check(made["all"] / "camera.jpg", analyzers=["metadata.*"]),
    ]
    for call in long_calls:
        seen, stop = [0], threading.Event()

        def count(seen=seen, stop=stop):
            while not stop.is_set():
                seen[0] += 1
                time.sleep(0.001)

        counter = threading.Thread(target=count)
        counter.start()
        # A call that kept the lock would let the other thread count once or twice, before and after it.
        gained = 0
        for _ in range(20):
            before = seen[0]
            call()
            gained = max(gained, seen[0] - before)
            if gained >= 10:
                break
        stop.set()
        counter.join()
        assert gained >= 10, call


def test_threads_that_call_at_once_get_what_one_gets(portraits):
    alone = [[face.box_px for face in bonafide.faces.detect(picture)] for picture in portraits]
    found = {}

    def work(number):
        for _ in range(4):
            picture = portraits[number % len(portraits)]
            faces = bonafide.faces.detect(picture)
            blended = bonafide.forge.blend(picture, faces[0], 7)[0]
            found.setdefault(number, []).append(([face.box_px for face in faces], zlib.crc32(blended)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for number, answers in found.items():
        assert [boxes for boxes, _ in answers] == [alone[number % len(portraits)]] * 4
        assert len({checksum for _, checksum in answers} | {found[number % len(portraits)][0][1]}) == 1


def test_interrupting_a_check_ends_it(made, tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text(
        "import os, signal, sys, threading, time\n"
        f"sys.path.insert(0, {str(pathlib.Path(bonafide.__file__).parents[1])!r})\n"
        "import bonafide\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins deaf to it\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    for _ in range(100):\n"
        "        bonafide.check(sys.argv[1])\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    done = subprocess.run([sys.executable, script, made["all"] / "film.mp4"], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "interrupted\n" and done.returncode == 0, done.stderr


# Type stubs.


def test_stubs_name_everything_that_is_there():
    folder = pathlib.Path(bonafide.__file__).parent
    assert (folder / "py.typed").exists()
    for name in ("faces", "forge", "features"):
        stub = (folder / "_core" / f"{name}.pyi").read_text()
        for public in getattr(bonafide, name).__all__:
            item = getattr(bonafide, name)
            if getattr(getattr(item, public), "__module__", "").startswith("bonafide._core"):
                assert f"def {public}(" in stub or f"class {public}" in stub, public
        assert "std::" not in stub and "object" not in stub
