"""Layouts of stems: which files the sound of a track is taken apart into, and how they are called.

`stems`: one for each class group, before the limiter, 32-bit float. `m-and-e`: foley, design,
backgrounds, music and their mix, as music-and-effects masters are asked for; `film`: feet, cloth,
props, effects, backgrounds, music and their mix. These two have the limiter's gain and 24 bits, and
sum to the track.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foley_core.media.encode import Encoding
from foley_core.provenance.mark_file import mark_file
from foley_core.provenance.marking import Marker
from foley_core.soundtrack.track_stems import MIX, TrackStems
from foley_core.storage.store import Storage
from foley_core.types import Blocks
from pipelines.delivery.edit_timeline import EditTimeline, SoundFile
from pipelines.delivery.format_names import Layout
from pipelines.delivery.groups import category_of, group_of, sound_groups
from pipelines.delivery.row_mix import mix_of_row
from pipelines.delivery.sound_file import Described, file_name, write_sound

_CALLED: dict[Layout, str] = {"stems": "", "m-and-e": "ME ", "film": "Film "}
_BUS_CATEGORIES = {
    "foley": "FOLYMisc",
    "design": "DSGNMisc",
    "backgrounds": "AMBMisc",
    "music": "MUSCMisc",
    "feet": "FEETMisc",
    "cloth": "FOLYClth",
    "props": "FOLYProp",
    "effects": "DSGNMisc",
    MIX: "FOLYMisc",
}


@dataclass(frozen=True, slots=True)
class StemsOfRow:
    """The stems of a metadata row, and what their files say of who made them."""

    stems: TrackStems
    made_by: str


def stems_of(store: Storage, row: Mapping[str, Any]) -> StemsOfRow:
    """Return the stems of a row's track, from the store.

    Raises:
        ConfigError: the track is of an earlier version, which kept no plan of its mix.
        StorageError: a stem or the plan is missing.
    """
    mix = mix_of_row(store, row)
    return StemsOfRow(TrackStems(store, mix.plan, mix.gain_db, mix.ceiling_db), mix.made_by)


def written_layout(
    layout: Layout, timeline: EditTimeline, row_stems: StemsOfRow, folder: Path, marker: Marker
) -> Iterator[tuple[SoundFile, Path]]:
    """Write the files of a layout into a folder, one after another; yield each, marked.

    Raises:
        ConfigError: files are to be signed, and cannot be.
        EncodeError: a file cannot be written, or a stem is beyond full scale in 24 bits.
    """
    stems, encoding = row_stems.stems, _encoding_of(layout)
    for name, blocks in _parts(layout, stems).items():
        category = _category(layout, name, timeline)
        file = file_name(category, _CALLED[layout] + title(name), timeline.video_id)
        path = folder / file
        described = Described(category, title(name), layout, row_stems.made_by)
        write_sound(path, blocks, timeline, described, encoding=encoding)
        mark_file(
            path, marker, "algorithmicMedia" if name == "music" else "trainedAlgorithmicMedia"
        )
        yield SoundFile(name, f"{layout}/{file}", muted=name == MIX), path


def _parts(layout: Layout, stems: TrackStems) -> dict[str, Blocks]:
    if layout == "stems":
        return stems.apart()
    groups = sound_groups().items()
    column = {name: one.film if layout == "film" else one.m_and_e for name, one in groups}
    return stems.together(column)


def _encoding_of(layout: Layout) -> Encoding:
    # Before the limiter samples may lie beyond full scale, for which only floats have room.
    return "wav32f" if layout == "stems" else "wav24"


def _category(layout: Layout, name: str, timeline: EditTimeline) -> str:
    """Return the category of a stem: that of all its cues, or the one of its group or bus."""
    if layout != "stems" or name == MIX:
        return _BUS_CATEGORIES[name]
    heard = {category_of(cue) for cue in timeline.sheet.cues if group_of(cue).group == name}
    return heard.pop() if len(heard) == 1 else sound_groups()[name].ucs


def title(name: str) -> str:
    """Return the name of a stem as people write it."""
    return name.replace("_", " ").title()
