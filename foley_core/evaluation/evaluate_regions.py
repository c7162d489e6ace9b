"""Test: can one hear for which region a track is? Packs' reference ambiences against whole mixes.

A classifier learns from ambiences alone: every scene of the taxonomy, by day and by night, rendered
with each pack. It is asked about finished tracks at delivery loudness: the footsteps, doors and
blows of worlds rendered from other seeds, in whatever place and at whatever time they have.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.region_classifier import RegionClassifier, track_features
from foley_core.ids import seed_of
from foley_core.mixing.target import LoudnessTarget
from foley_core.models.protocol import Generator
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.finishing import finish
from foley_core.soundtrack.mix_plan import plan_keys
from foley_core.soundtrack.planning import Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, Span
from foley_core.soundtrack.stored_detection import Detection
from foley_core.soundtrack.stored_stems import keep_stems
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.styles.pack import StylePack
from foley_core.styles.wishes import Wishes
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE
from foley_core.types import F32, F64, I32, Progress, TimeOfDay
from foley_core.world.random_scenes import render_random_scene

MIX_SECONDS = 10
"""Length of every track."""
_REFERENCE_TIMES: tuple[TimeOfDay, ...] = ("day", "night")
_ENERGY = 128
"""Motion energy 0..255 of the videos that are asked about: steady and moderate."""


@dataclass(frozen=True, slots=True)
class RegionConfusion:
    """The classifier's answers about tracks.

    Attributes:
        regions: names.
        confusion: counts (regions, regions), the true region down, the answer across.
    """

    regions: tuple[str, ...]
    confusion: I32

    @property
    def figures(self) -> dict[str, float]:
        """The accuracy as a whole and of each region, that of chance, and every confusion.

        A confusion is a share of the tracks of its true region.
        """
        shares = self.confusion / np.maximum(1, self.confusion.sum(axis=1, keepdims=True))
        places = list(enumerate(self.regions))
        return {
            "region_accuracy": float(np.trace(self.confusion) / self.confusion.sum()),
            "region_accuracy_chance": 1.0 / len(self.regions),
            "region_accuracy_worst": float(np.diag(shares).min()),
            "region_tracks": float(self.confusion.sum()),
            **{f"region_accuracy[{name}]": float(shares[i, i]) for i, name in places},
            **{
                f"region_confused[{name} as {other}]": float(shares[i, j])
                for (i, name), (j, other) in product(places, places)
                if i != j and shares[i, j]
            },
        }


@dataclass(frozen=True, slots=True)
class _Video:
    """A detection, and the request of its row."""

    detection: Detection
    request: VideoRequest


def evaluate_regions(
    packs: Sequence[StylePack],
    generator: Generator,
    seed: int,
    progress: Progress,
    *,
    scenes: Sequence[str] = (),
    videos: int = 24,
) -> RegionConfusion:
    """Train on reference ambiences, ask about finished tracks, and count the answers.

    Args:
        packs: one for each region.
        generator: generates the stems of all tracks.
        seed: another seed takes other videos and sounds; references and videos never share one.
        progress: told a share 0..1 and a sentence.
        scenes: ambience classes of the references; all, if none are named.
        videos: how many videos are soundtracked for every pack.
    """
    names = scenes or tuple(one.name for one in taxonomy().trained_of_kind("ambience"))
    references = [_reference(scene, time, seed) for scene, time in product(names, _REFERENCE_TIMES)]
    asked = [_random_video(number, seed) for number in range(videos)]
    everything = [*references, *asked]
    known: list[F64] = []
    for number, video in enumerate(everything):
        progress(number / len(everything), "soundtracks for every region")
        known += [track_features(track) for track in _tracks(video, packs, generator)]
    labels = [pack.name for _ in everything for pack in packs]
    # References come first, a track for each pack; the rest is asked about.
    split = len(references) * len(packs)
    # Trained on ambiences, asked about whole mixes: what it recognises is the region alone.
    classifier = RegionClassifier.trained(np.stack(known[:split]), labels[:split])
    confusion = classifier.confusion(np.stack(known[split:]), labels[split:])
    return RegionConfusion(classifier.regions, confusion)


def _reference(scene: str, time: TimeOfDay, seed: int) -> _Video:
    """Return a place in which nothing happens."""
    cue = Cue("ambience", scene, None, 0, MIX_SECONDS * SAMPLE_RATE, intensity=0.5)
    sheet = CueSheet(cue.offset, (cue,))
    own_seed = seed_of("reference", seed, scene, time)
    return _Video(
        Detection(sheet, np.zeros(MIX_SECONDS * MOTION_RATE, np.uint8)),
        VideoRequest(f"{scene}-{time}", "", Wishes(seed=own_seed, time_of_day=time)),
    )


def _random_video(number: int, seed: int) -> _Video:
    """Return the true cue sheet of a random world, at a time of day that goes round."""
    own_seed = seed_of("asked", seed, number)
    sheet = render_random_scene(own_seed % 2**31, float(MIX_SECONDS)).sheet
    times: tuple[TimeOfDay, ...] = get_args(TimeOfDay)
    return _Video(
        Detection(sheet, np.full(MIX_SECONDS * MOTION_RATE, _ENERGY, np.uint8)),
        VideoRequest(
            f"video{number}",
            "",
            Wishes(seed=own_seed, time_of_day=times[number % len(times)]),
        ),
    )


def _tracks(video: _Video, packs: Sequence[StylePack], generator: Generator) -> Iterator[F32]:
    """Yield the mastered track `(2, N)` for each pack; stems that packs share are made once."""
    samples = video.detection.sheet.samples
    footage = Footage(video.request, Span("", Fraction(0), Fraction(samples, SAMPLE_RATE)))
    # All packs share one store, as in a job: a stem is made once for all regions that want it.
    with TemporaryDirectory(prefix="foley-regions-") as folder:
        store = VideoStore(Storage(folder), video.request.video_id)
        for pack in packs:
            scored = score(video.detection, video.request, Scoring(pack), generator)
            store.trace(plan_keys(scored.mix_plan))
            keep_stems([(store, scored.stems)], generator)
            target = LoudnessTarget(pack.mix.loudness_lufs, pack.mix.true_peak_dbtp)
            delivery, scratch = Delivery(target=target), Path(folder) / "mix.f32"
            mastered = finish(store.storage, footage, scored.mix_plan, delivery, scratch).mastered
            yield np.concatenate(list(mastered.blocks()), axis=1)
