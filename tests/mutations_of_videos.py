"""Videos with damage from a seed: flipped bits, cuts, numbers in headers, pieces moved about.

`outcome` reads one as a job does and says how it ended. `faults` does so for many, in a process of
their own, so that a crash or an endless loop inside FFmpeg is a fault of one video and not of the
whole run.
"""

import contextlib
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import videos

from foley_core.errors import FoleyError
from foley_core.media.black_bars import find_bars
from foley_core.media.decode import pictures
from foley_core.media.encode import write_track
from foley_core.media.full_pictures import full_pictures
from foley_core.media.mux import mux
from foley_core.media.original import original_sound
from foley_core.media.probe import probe
from foley_core.timebase import motion_steps

# Container, codec and whether there is sound.
BASES = (
    ("a.mp4", "libx264", True),
    ("f.mp4", "libx264", False),
    ("a.mkv", "libx264", True),
    ("a.ts", "libx264", True),
    ("a.avi", "mpeg4", False),
    ("a.webm", "libvpx-vp9", False),
)
LONGEST_S = 30.0
MOST_BYTES = 1 << 30
"""Time and additional memory that one video may take."""

_EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF00)
_HEADER_BYTES = 1500
_LOOKED_STEPS = 60


@cache
def bases() -> tuple[tuple[str, bytes], ...]:
    """The whole videos, about 10 kB each: name and bytes."""
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for index, (name, codec, sound) in enumerate(BASES):
            path = Path(folder) / f"{index}{name}"
            flags = {"movflags": "frag_keyframe+empty_moov"} if name == "f.mp4" else {}
            options = {"g": "10", "crf": "38", "b": "60000"}
            videos.render(
                path, seconds=1, width_px=96, height_px=64, codec=codec, sound=sound,
                options=options, container_options=flags,
            )  # fmt: skip
            made.append((name, path.read_bytes()))
        return tuple(made)


def mutated(seed: int) -> tuple[str, bytes]:
    """Name and bytes of the mutated video of a seed."""
    rng = np.random.default_rng([seed, 17])
    name, whole = bases()[seed % len(BASES)]
    data = bytearray(whole)
    for _ in range(int(rng.integers(1, 4))):
        _damage(data, rng)
    return f"{seed}_{name}", bytes(data)


def _damage(data: bytearray, rng: np.random.Generator) -> None:
    kind = int(rng.integers(6))
    if len(data) < 16:
        return
    # Half of the damage is where the headers are: at the beginning, or at the end (mp4).
    at = int(rng.integers(len(data) - 8))
    if rng.random() < 0.5:
        at %= min(_HEADER_BYTES, len(data) - 8)
        at = at if rng.random() < 0.5 else len(data) - 8 - at
    if kind == 0:
        for _ in range(int(rng.integers(1, 20))):
            data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        data[at] ^= 1 << int(rng.integers(8))
    elif kind == 2:
        del data[at : at + int(rng.integers(1, len(data)))]
    elif kind == 3:
        width = int(rng.choice([1, 2, 4]))
        value = int(rng.choice(_EXTREMES)) % (1 << (8 * width))
        data[at : at + width] = value.to_bytes(width, "big" if rng.random() < 0.6 else "little")
    elif kind == 4:
        piece = data[at : at + int(rng.integers(1, 2000))]
        place = int(rng.integers(len(data)))
        data[place:place] = piece
    else:
        data[at : at + int(rng.integers(1, 400))] = bytes(int(rng.integers(1, 400)))


def outcome(name: str, data: bytes) -> str:
    """Probe, look, listen and copy as a job does: "fine", or the reason why the file is set aside.

    Raises:
        Exception: whatever is not an error of the project: a fault.
    """
    try:
        with io.BytesIO(data) as file:
            info = probe(file, name)
            steps = motion_steps(info.duration_s)
            find_bars(file, name, info, Fraction(0), info.duration_s)
            for _ in pictures(file, name, info, 0, min(steps, _LOOKED_STEPS)):
                pass
            if steps > _LOOKED_STEPS:
                for _ in pictures(file, name, info, steps // 2, steps // 2 + 3):
                    pass
            for _ in full_pictures(
                file, name, info, Fraction(0), min(info.duration_s, Fraction(1))
            ):
                pass
            for _ in original_sound(file, name, info, Fraction(0), 48_000):
                pass
            with tempfile.TemporaryDirectory() as folder:
                length_s, out = min(info.duration_s, Fraction(1, 3)), Path(folder) / "out.mkv"
                mux(file, name, _track(Path(folder)), out, info, Fraction(0), length_s)
    except FoleyError as error:
        return str(error)
    return "fine"


def _track(folder: Path) -> Path:
    """A third of a second of silence."""
    path = folder / "track.wav"
    silence = np.zeros((2, 16_000), np.float32)
    write_track(path, [silence], channels=2, samples=16_000, encoding="wav16")
    return path


def faults(seeds: range) -> Iterator[str]:
    """Yield a sentence for each mutated video that ended otherwise than it may.

    A process of its own reads them one after another; after a crash or too long a time another one
    goes on with the next.
    """
    context = multiprocessing.get_context("spawn")
    at = seeds.start
    while at < seeds.stop:
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_read_all, args=(there, at, seeds.stop), daemon=True)
        child.start()
        there.close()
        try:
            while at < seeds.stop:
                if not here.poll(LONGEST_S + (30.0 if at == seeds.start else 0.0)):
                    yield f"{mutated(at)[0]}: not done after {LONGEST_S:g} s"
                    break
                if sentence := here.recv():
                    yield sentence
                at += 1
        except EOFError:
            child.join()
            yield f"{mutated(at)[0]}: the process died (exit code {child.exitcode})"
        finally:
            child.kill()
            child.join()
        at += 1


def _read_all(answers: Connection, first: int, last: int) -> None:
    """Send a sentence, or nothing, for each seed in turn."""
    for seed in range(first, last):
        name, data = mutated(seed)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sentence = ""
        try:
            outcome(name, data)
        except Exception as error:
            sentence = f"{name}: {type(error).__name__}: {error}"
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        if not sentence and grown > MOST_BYTES:
            sentence = f"{name}: took {grown >> 20} MB more"
        with contextlib.suppress(BrokenPipeError):
            answers.send(sentence)


if __name__ == "__main__":
    first, count = (int(word) for word in sys.argv[1:3])
    began = time.perf_counter()
    found = 0
    for line in faults(range(first, first + count)):
        found += 1
        print(line, flush=True)
    print(f"{count} mutated videos, {found} faults, {time.perf_counter() - began:.0f} s")
