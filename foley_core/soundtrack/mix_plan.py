"""The mix plan: all that mixing needs to know of one video and region, in one stored object.

Direction and stem planning happen where the generator is; mixing happens elsewhere and needs
neither the generator nor the style packs. The plan is content-addressed, so it also says, long
after, what a track was made of.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, TypeVar, cast

from foley_core.cues.sheet import CueSheet
from foley_core.errors import StorageError
from foley_core.ids import canonical_json, digest
from foley_core.mixing.placement import Levels, Path, Place, Placement
from foley_core.mixing.spaces import SpaceSpan
from foley_core.models.protocol import ClipGenerator, Generator
from foley_core.parsing import parsed_json
from foley_core.soundtrack.stem_plan import STEMS_FOLDER
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.styles.direct import MusicBed
from foley_core.types import Json


@dataclass(frozen=True, slots=True)
class MixPlan:
    """All that is mixed: the directed cue sheet, stems in their places, music, spaces and notes."""

    sheet: CueSheet
    placements: tuple[Placement, ...]
    music: MusicBed | None = None
    notes: tuple[str, ...] = ()
    spaces: tuple[SpaceSpan, ...] = ()

    @property
    def has_filter_gains(self) -> bool:
        """True where sound filters or corrections of people raise or lower anything in it."""
        return self != self.without_filter_gains()

    def without_filter_gains(self) -> "MixPlan":
        """The same mix with every sound at the level it would have without those."""
        return replace(
            self,
            placements=tuple(replace(_unfiltered(p), levels=()) for p in self.placements),
            music=_unfiltered(self.music) if self.music else None,
        )

    def noting(self, remarks: Sequence[str]) -> "MixPlan":
        """The same mix with further notes."""
        return replace(self, notes=(*self.notes, *remarks)) if remarks else self

    def to_bytes(self) -> bytes:
        """Canonical JSON, schema version 1."""
        return canonical_json(
            {
                "schema_version": 1,
                "sheet": json.loads(self.sheet.to_json()),
                "placements": [cast(Json, asdict(place)) for place in self.placements],
                "music": cast(Json, asdict(self.music)) if self.music else None,
                "notes": list(self.notes),
                "spaces": [cast(Json, asdict(span)) for span in self.spaces],
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "MixPlan":
        """Inverse of `to_bytes`.

        Raises:
            StorageError: the object is not a mix plan.
        """
        try:
            document = parsed_json(data)
            return cls(
                sheet=CueSheet.from_json(json.dumps(document["sheet"]).encode()),
                placements=tuple(_placement_of(row) for row in document["placements"]),
                music=_music_of(document["music"]),
                notes=tuple(document["notes"]),
                # Plans that were stored before there were spaces have none.
                spaces=tuple(SpaceSpan(**span) for span in document.get("spaces", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StorageError(
                f"{name} is not a mix plan ({error}); delete it and rerun"
            ) from error


def _placement_of(row: dict[str, Any]) -> Placement:
    place = row.get("place")
    # Plans that were stored before sounds moved have no path, and older ones no levels.
    path = tuple((int(at), Place(**one)) for at, one in row.get("path", ()))
    levels = tuple((int(at), float(level_db)) for at, level_db in row.get("levels", ()))
    placed = Place(**place) if place else None
    return Placement(**{**row, "place": placed, "path": path, "levels": levels})


def _music_of(document: dict[str, Any] | None) -> MusicBed | None:
    if document is None:
        return None
    return MusicBed(**{**document, "instruments": tuple(document["instruments"])})


Levelled = TypeVar("Levelled", Placement, MusicBed)


def _unfiltered(sound: Levelled) -> Levelled:
    return replace(sound, gain_db=round(sound.gain_db - sound.filter_db, 3), filter_db=0.0)


class Placeable(Protocol):
    """A stem before it exists: of a cue group, or of a whole clip."""

    @property
    def start(self) -> int: ...
    @property
    def samples(self) -> int: ...
    @property
    def gain_db(self) -> float: ...
    @property
    def fade_in(self) -> int: ...
    @property
    def fade_out(self) -> int: ...
    @property
    def group(self) -> str: ...
    @property
    def filter_db(self) -> float: ...
    @property
    def place(self) -> Place | None: ...
    @property
    def is_bed(self) -> bool: ...
    @property
    def path(self) -> Path: ...
    @property
    def levels(self) -> Levels: ...
    def key(self, generator: str) -> str: ...


def place_stems(
    plans: Sequence[Placeable], generator: Generator | ClipGenerator
) -> tuple[Placement, ...]:
    """Return the place of each stem in the mix."""
    return tuple(
        Placement(
            stem=plan.key(generator.identity),
            start=plan.start,
            samples=plan.samples,
            gain_db=plan.gain_db,
            fade_in=plan.fade_in,
            fade_out=plan.fade_out,
            group=plan.group,
            filter_db=plan.filter_db,
            place=plan.place,
            is_bed=plan.is_bed,
            path=plan.path,
            levels=plan.levels,
        )
        for plan in plans
    )


def keep_plan(store: VideoStore, plan: MixPlan) -> str:
    """Store a mix plan under its content; the key."""
    key = plan_key(plan)
    store.add(key, plan.to_bytes())
    return key


def plan_key(plan: MixPlan) -> str:
    """Content address of a mix plan."""
    name = digest({"plan": plan.to_bytes().decode()})
    return f"{STEMS_FOLDER}{name[:2]}/{name}.json"


def plan_keys(plan: MixPlan) -> list[str]:
    """Return the keys of a mix plan and of its stems."""
    return [plan_key(plan), *(place.stem for place in plan.placements)]


def load_plan(store: Storage, key: str) -> MixPlan:
    """The mix plan kept under `key`.

    Raises:
        StorageError: it is missing or damaged.
    """
    return MixPlan.from_bytes(store.read(key), store.uri(key))
