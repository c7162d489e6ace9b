"""Takes of one thing beside takes of others: do five hits on a table sound like one table?

Hits are planned as a track plans them: a sheet of a few seconds with one thing, struck again and
again with varied force. Of each hit the spectral centroid is taken, in octaves.
"""

from collections.abc import Iterator

import numpy as np

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.evaluation.evaluate_sound import centroid_hz
from foley_core.ids import seed_of
from foley_core.models.protocol import Generator
from foley_core.soundtrack.planning import Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.soundtrack import temporary_store
from foley_core.soundtrack.stem_plan import StemPlan
from foley_core.soundtrack.stored_detection import Detection
from foley_core.soundtrack.stored_stems import keep_stems, load_stem
from foley_core.soundtrack.video_store import VideoStore
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import Wishes
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE
from foley_core.types import F32, F64

THINGS: tuple[tuple[str, str], ...] = (
    ("footstep_walk", "wood"), ("footstep_walk", "gravel"), ("footstep_run", "grass"),
    ("door_close", "wood"), ("tap", "glass"), ("set_down", "ceramic"), ("drop", "metal"),
    ("strike", "wood"), ("strike", "stone"), ("chop", "wood"), ("slap", "flesh"),
    ("splash", "water"),
)  # fmt: skip
"""Classes and materials of the things that are hit."""
FORCES = (0.9, 0.55, 0.7, 1.0, 0.6, 0.8, 0.5, 0.75)
"""Intensities of the hits of one thing, in turn."""
_APART_SAMPLES = 72_000
"""Distance of two hits: 1.5 s, longer than any of them sounds."""
_HEARD_SAMPLES = SAMPLE_RATE // 2


def spread_ratio(generator: Generator, seed: int) -> float:
    """Return the spread of spectral centroids within a thing over that between things.

    Both are standard deviations in octaves: within, pooled over things; between, of their means.
    """
    centroids = np.stack([_centroids_oct(generator, *thing, seed) for thing in THINGS])
    within = np.sqrt(np.mean(centroids.var(axis=1, ddof=1)))
    between = np.std(centroids.mean(axis=1), ddof=1)
    return float(within / max(float(between), 1e-6))


def _centroids_oct(generator: Generator, name: str, material: str, seed: int) -> F64:
    """Return the centroid of each hit of one thing `(hits,)`, octaves above 1 Hz."""
    return np.array([np.log2(centroid_hz(hit)) for hit in hits_of(generator, name, material, seed)])


def hits_of(generator: Generator, name: str, material: str, seed: int) -> Iterator[F32]:
    """Yield half a second of each hit of one thing `(N,)`, as a track has it."""
    samples = _APART_SAMPLES * (len(FORCES) + 1)
    cues = [
        Cue("action", name, material, place * _APART_SAMPLES, place * _APART_SAMPLES + 9_600, force)
        for place, force in enumerate(FORCES, 1)
    ]
    sheet = CueSheet(samples, tuple(cues))
    steps = samples * MOTION_RATE // SAMPLE_RATE
    detection = Detection.of_seen(sheet, np.full(steps, 255, np.uint8))
    own_seed = seed_of(seed, "thing", name, material) % 2**31
    request = VideoRequest("thing", "file:///thing", Wishes(seed=own_seed))
    scored = score(detection, request, Scoring(load_pack("neutral")), generator)
    track = _hits_alone([plan for plan in scored.stems if plan.channels == 1], generator, samples)
    for cue in cues:
        yield track[cue.onset : cue.onset + _HEARD_SAMPLES]


def _hits_alone(stems: list[StemPlan], generator: Generator, samples: int) -> F32:
    """Return the sum of stems `(N,)`, dry and without gains."""
    storage = temporary_store()
    store = VideoStore(storage, "thing")
    store.trace(plan.key(generator.identity) for plan in stems)
    keep_stems([(store, stems)], generator)
    track = np.zeros(samples + SAMPLE_RATE * 10, np.float32)
    for plan in stems:
        stem = load_stem(storage, plan.key(generator.identity))[0]
        track[plan.start : plan.start + len(stem)] += stem
    return track
