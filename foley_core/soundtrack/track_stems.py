"""The stems of a finished track, at its level: the gain of its master is in each of them.

Stems before the limiter sum to the track as it was before the limiter. With the limiter's gain in
each, which is the same for all at every moment, they sum to the track itself. A null test says how
near: it subtracts the track from the sum.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import numpy as np
import soundfile

from foley_core.audio.waveform import cut_blocks, gain_to_db
from foley_core.errors import DecodeError
from foley_core.mixing.curves import GRID_SAMPLES, curves_of
from foley_core.mixing.rendering import Rendering
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.storage.store import Storage
from foley_core.types import F32, Blocks

MIX = "mix"
"""Name of the sum of all stems."""


@dataclass(frozen=True, slots=True)
class NullTest:
    """Nearness of the stems of a track to it.

    Attributes:
        rest_db: root mean square of what is left of the stems, summed and limited as the track was,
            when the track is subtracted, dBFS.
        limited_share: share of the time in which the limiter works; elsewhere the stems sum to the
            track without it.
    """

    rest_db: float
    limited_share: float

    def __str__(self) -> str:
        return (
            f"stems less track leave {self.rest_db:.1f} dBFS; its limiter, which is not in them, "
            f"works in {self.limited_share:.1%} of the time"
        )


class TrackStems:
    """The stems of one track, by class group, from its plan as it was mixed and its master."""

    def __init__(self, store: Storage, plan: MixPlan, gain_db: float, ceiling_db: float) -> None:
        """Read the mix once, for the limiter.

        Raises:
            StorageError: a stem is missing or damaged.
        """
        self.groups = stem_groups(store, plan)
        self.samples = plan.sheet.samples
        self._mix = mix_of(store, plan)
        self._gain_db = gain_db
        self._limiter_db = curves_of(self._mix, self.samples).limiter_db(gain_db, ceiling_db)

    def apart(self) -> dict[str, Blocks]:
        """Return each group before the limiter, and their sum as `mix`."""
        unlimited = np.zeros_like(self._limiter_db)
        whole = {**self.groups, MIX: self._mix}
        return {
            name: Rendering(blocks, self._gain_db, unlimited).blocks
            for name, blocks in whole.items()
        }

    def together(self, buses: Mapping[str, str]) -> dict[str, Blocks]:
        """Return buses with the limiter's gain, and their sum as `mix`.

        Args:
            buses: the bus of each group; a bus whose groups are all missing is silent.
        """
        made = {}
        for bus in dict.fromkeys(buses.values()):
            parts = [blocks for group, blocks in self.groups.items() if buses[group] == bus]
            summed = partial(_sum_of, parts, self.samples)
            made[bus] = Rendering(summed, self._gain_db, self._limiter_db).blocks
        made[MIX] = Rendering(self._mix, self._gain_db, self._limiter_db).blocks
        return made

    def null_test(self, track: BinaryIO, name: str) -> NullTest:
        """Compare the sum of the stems, limited as the track was, with the track.

        Args:
            track: the file of the track, seekable; `name` stands for it in messages.

        Raises:
            DecodeError: it cannot be read, or is not as long as the stems.
        """
        summed = partial(_sum_of, list(self.groups.values()), self.samples)
        limited = Rendering(summed, self._gain_db, self._limiter_db).blocks()
        power, seen = 0.0, 0
        for ours, theirs in zip(limited, _read(track, name), strict=False):
            if ours.shape != theirs.shape:
                break
            power += float(np.square(ours - theirs, dtype=np.float64).sum())
            seen += ours.shape[1]
        if seen != self.samples:
            raise DecodeError(f"{name}: the track is not as long as its stems; run the job again")
        rest_db = gain_to_db(float(np.sqrt(power / (2 * self.samples))))
        return NullTest(rest_db, float(np.mean(self._limiter_db < 0.0)))


def _sum_of(parts: list[Blocks], samples: int) -> Iterator[F32]:
    """Yield the sum of some streams in blocks of one length; silence where there are none."""
    streams = [cut_blocks(part(), 2, GRID_SAMPLES) for part in parts]
    for first in range(0, samples, GRID_SAMPLES):
        block = np.zeros((2, min(GRID_SAMPLES, samples - first)))
        for stream in streams:
            block += next(stream)
        yield block.astype(np.float32)


def _read(track: BinaryIO, name: str) -> Iterator[F32]:
    try:
        with soundfile.SoundFile(track) as sound:
            for block in sound.blocks(GRID_SAMPLES, dtype="float32", always_2d=True):
                yield np.ascontiguousarray(block.T)
    except soundfile.LibsndfileError as error:
        raise DecodeError(f"{name}: the track cannot be read ({error})") from error
