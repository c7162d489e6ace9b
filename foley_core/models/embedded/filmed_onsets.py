"""Onsets of a whole video: the reader of contacts on filmed pictures, the head on rendered ones.

The head and the plain reader know the rendered worlds that they learned from best; on filmed
pictures the reader of contacts finds twice as many onsets. Which of them is in charge follows from
two marks of a rendered picture: little fine texture, and a place that the head is sure of. Between
them their logits are blended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import fill_network, load_weights
from foley_core.models.embedded.contact_grid import ContactRows, contact_rows
from foley_core.models.embedded.contact_joints import joint_stops
from foley_core.models.embedded.contact_onsets import (
    ContactOnsets,
    onsets_at_steps,
    supported_logits,
)
from foley_core.models.embedded.contact_reader import ContactNet
from foley_core.models.embedded.cue_detection import StepReadings
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.weights_folder import (
    CONTACTS_FILE,
    EmbeddedWeights,
    shipped_folder,
)
from foley_core.models.embedded.weights_record import read_record, recorded_sha256
from foley_core.models.sight.looks import joined
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE, STEPS_PER_SCENE
from foley_core.types import F32, F64

SLOW_CONTACTS_FILE = "slow-contacts.safetensors"
"""Weights of the reader for slow videos, in the package. They shape sheets, so new ones need
another `DETECTION_VERSION`."""

# From the first texture on a picture may be filmed, from the second on it surely is; rendered ones
# have 0.9-2.0 (5th to 95th percentile), filmed ones 0.6-2.9.
_TEXTURES = (1.7, 2.1)
# So does a place of less than the first probability, and of less than the second: the head gives
# rendered pictures 0.78-1.00 (median 0.99), filmed ones 0.41-0.99 (median 0.76).
_SURE_PLACES = (0.97, 0.85)
# The video is read as it is and slowed by these factors, and the logits are averaged: people strike
# faster than the worlds that the networks learned from, and reading thrice is less noisy. Chosen on
# real clips: 1.35 or 1.5 beside 1 find about as much, 1.8 and 2.2 no more, 0.7 and 0.85 less. On
# rendered worlds it costs a hundredth or two.
_SLOWER = (1.25, 1.5)
# Scene steps on both sides over which the two marks are averaged: 2.4 s.
_SCENES_AROUND = 5


@dataclass(frozen=True, slots=True, eq=False)
class ContactReading:
    """Trained networks, and how their logits are read.

    Attributes:
        net: the networks.
        level: least probability of an onset.
        lag_s: time by which recorded sound follows its picture, seconds.
        slower: factors by which a video is slowed and read once more.
    """

    net: ContactNet
    level: float
    lag_s: float
    slower: tuple[float, ...]


class FilmedOnsets:
    """The reader of contacts in use: one for slow videos, one for all others."""

    def __init__(self, weights: EmbeddedWeights, device: str) -> None:
        """Load the weights, and the level and lag on their record.

        Raises:
            CheckpointError: weights or record are missing, damaged, or of another shape.
            StorageError: they cannot be fetched.
        """
        self.device = torch.device(device)
        self.usual = self._loaded(
            weights.local(CONTACTS_FILE),
            weights.sha256(CONTACTS_FILE),
            weights.record(CONTACTS_FILE),
            _SLOWER,
        )

    @cached_property
    def slow(self) -> ContactReading:
        """Networks of the package for slow videos, which most jobs never meet.

        Raises:
            CheckpointError: as above.
        """
        package = Storage(str(shipped_folder()))
        # Slowed once more, slow videos are read no better.
        return self._loaded(
            shipped_folder() / SLOW_CONTACTS_FILE,
            recorded_sha256(package, SLOW_CONTACTS_FILE),
            read_record(package, SLOW_CONTACTS_FILE),
            (),
        )

    def _loaded(
        self, path: Path, sha256: str | None, record: Mapping[str, Any], slower: tuple[float, ...]
    ) -> ContactReading:
        advice = f"train them again with 'foley train {path.stem}'"
        try:
            level = float(record["reading"]["level"])
            lag_s = float(record["reading"]["lag_s"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"weights {path} are not those of this reader of contacts ({error!r}); {advice}"
            ) from error
        net = ContactNet()
        fill_network(net, load_weights(path, sha256), path, "this reader of contacts", advice)
        return ContactReading(net.eval().to(self.device), level, lag_s, slower)

    def blended(
        self,
        readings: StepReadings,
        clips: Sequence[ClipFeatures],
        threshold: float,
        slow: bool = False,
    ) -> StepReadings:
        """Return the readings with the onsets of whoever is in charge.

        Args:
            readings: of head and plain reader.
            clips: all clips of the video, in order.
            threshold: least probability of an onset, which the level of this reader becomes.
            slow: the video shows few pictures a second, see `slow_videos`.
        """
        reading = self.slow if slow else self.usual
        found = self.onsets(clips, reading)
        filmed = filmed_share(
            np.concatenate([clip.texture for clip in clips]).astype(np.float32), readings.ambience
        )
        share = np.repeat(filmed, STEPS_PER_SCENE)[: len(readings.onset)]
        logit = found.logit + np.float32(_logit(threshold) - _logit(reading.level))
        mixed = share * logit + (1.0 - share) * _logits(readings.onset)
        return replace(
            readings,
            onset=(1.0 / (1.0 + np.exp(-mixed))).astype(np.float32),
            shift=np.where(share > 0.5, found.shift, readings.shift).astype(np.float32),
        )

    def onsets(self, clips: Sequence[ClipFeatures], reading: ContactReading) -> ContactOnsets:
        """Return what a reader says of every step of a video, see `onsets_at_steps`."""
        logits, rows, stops = self._read(clips, reading)
        supported = supported_logits(logits.mean(axis=0), rows, stops)
        return onsets_at_steps(supported, rows, clips[-1].last_step, reading.lag_s)

    def onsets_by_training(self, clips: Sequence[ClipFeatures]) -> list[ContactOnsets]:
        """Return what each training of the usual one says alone, without any lag."""
        logits, rows, stops = self._read(clips, self.usual)
        return [
            onsets_at_steps(supported_logits(one, rows, stops), rows, clips[-1].last_step, 0.0)
            for one in logits
        ]

    @torch.inference_mode()
    def _read(
        self, clips: Sequence[ClipFeatures], reading: ContactReading
    ) -> tuple[F64, ContactRows, F64]:
        """Return logits (trainings, n), the rows that they were read from, and joints' stops."""
        steps = clips[-1].last_step
        times = np.concatenate([clip.contacts.times for clip in clips])
        numbers = np.concatenate([clip.contacts.numbers for clip in clips]).astype(np.float32)
        seconds = steps / MOTION_RATE
        rows = contact_rows(times, numbers, seconds)
        read = [self._logits(reading.net, rows, rows, 1.0)]
        for slower in reading.slower:
            slowed = contact_rows(slower * times, numbers, slower * seconds)
            read.append(self._logits(reading.net, slowed, rows, slower))
        logits: F64 = np.mean(read, axis=0)
        return logits, rows, joint_stops(joined([clip.looks for clip in clips]), len(rows.rows))

    def _logits(
        self, net: ContactNet, slowed: ContactRows, rows: ContactRows, slower: float
    ) -> F64:
        """Return the logits (trainings, n) at `rows`, read from rows of the slowed video."""
        read = net(torch.from_numpy(slowed.rows)[None].to(self.device))[:, 0].cpu().numpy()
        at = np.arange(len(rows.rows)) * slower
        return np.stack([np.interp(at, np.arange(read.shape[1]), logits) for logits in read])


def filmed_share(texture: F32, ambience: F32) -> F32:
    """Return how surely each scene step is filmed, (S,) 0..1.

    Args:
        texture: (S,), see `vision.texture`.
        ambience: (S, ambiences) log probability of each place.
    """
    unsure = np.exp(ambience).max(axis=1)
    marks = [
        np.interp(_around(texture), _TEXTURES, (0.0, 1.0)),
        # `np.interp` wants rising places.
        np.interp(-_around(unsure), [-place for place in _SURE_PLACES], (0.0, 1.0)),
    ]
    return np.maximum(*marks).astype(np.float32)


def _around(values: F32) -> F32:
    """Return the means (S,) over `_SCENES_AROUND` scene steps on both sides."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    scenes = np.arange(len(values))
    first = np.maximum(scenes - _SCENES_AROUND, 0)
    last = np.minimum(scenes + _SCENES_AROUND + 1, len(values))
    means: F32 = ((sums[last] - sums[first]) / (last - first)).astype(np.float32)
    return means


def _logits(probability: F32) -> F32:
    clipped = np.clip(probability, 1e-6, 1.0 - 1e-6).astype(np.float32)
    logits: F32 = np.log(clipped / (1.0 - clipped))
    return logits


def _logit(probability: float) -> float:
    return float(np.log(probability / (1.0 - probability)))
