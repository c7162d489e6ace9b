"""The plan of one stem, before it exists: its tiles, its place, and its name in the store."""

from dataclasses import dataclass
from typing import TypeAlias

from foley_core.ids import digest
from foley_core.mixing.placement import Levels, Path, Place
from foley_core.models.protocol import SoundSpec
from foley_core.music.composed_spec import ComposedSpec
from foley_core.music.played_spec import PlayedSpec

STEMS_VERSION = 2
STEMS_FOLDER = f"stems-store/v{STEMS_VERSION}/"

TileSpec: TypeAlias = SoundSpec | ComposedSpec | PlayedSpec
"""A request for one sound: generated, composed by a style pack, or played by an instrument."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One generated sound inside a stem: from `offset` samples on, faded at its joints.

    `cut` samples of it sound, if it is not None; the rest was damped.
    """

    offset: int
    spec: TileSpec
    fade_in: int = 0
    fade_out: int = 0
    cut: int | None = None

    @property
    def samples(self) -> int:
        """Length that sounds."""
        return self.spec.samples if self.cut is None else min(self.cut, self.spec.samples)


@dataclass(frozen=True, slots=True)
class StemPlan:
    """One stem before it exists: its tiles, and where it goes on the timeline."""

    start: int
    group: str
    gain_db: float
    fade_in: int
    fade_out: int
    tiles: tuple[Tile, ...]
    filter_db: float = 0.0
    place: Place | None = None
    path: Path = ()
    levels: Levels = ()

    @property
    def is_bed(self) -> bool:
        """True for a layer of a scene."""
        return self.place is None

    @property
    def channels(self) -> int:
        """1 for actions, 2 for beds."""
        return self.tiles[0].spec.channels

    @property
    def samples(self) -> int:
        """Length of the stem."""
        return max(tile.offset + tile.samples for tile in self.tiles)

    def key(self, generator: str) -> str:
        """Content address of the stem that `generator` (its identity) makes of this."""
        name = digest(
            {
                "version": STEMS_VERSION,
                "parts": [
                    [
                        tile.offset,
                        tile.fade_in,
                        tile.fade_out,
                        tile.samples,
                        tile.spec.key(generator),
                    ]
                    for tile in self.tiles
                ],
            }
        )
        return f"{STEMS_FOLDER}{name[:2]}/{name}.flac"
