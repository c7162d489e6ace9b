"""Corrections: what a person changes in a detected sheet. Pure functions, sheet to sheet.

A cue is named by what was detected: the id is made from its kind, class and onset as perception
wrote them, and it stays through every later correction and every region. A cue that a person adds
is named by that correction. Corrections come before style packs and sound filters, so that one
made once holds for all regions.

A correction whose cue is no longer there (another model saw the picture) changes nothing, and a
note says so: nothing that a person wrote is silently dropped.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal, cast

from foley_core.cues.sheet import Cue, CueKind, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.ids import digest
from foley_core.types import Json

Operation = Literal["relabel", "delete", "move", "add", "reroll"]
OPERATIONS: tuple[Operation, ...] = ("relabel", "delete", "move", "add", "reroll")

ID_LENGTH = 8
SHORT_SAMPLES = 36_000
"""Length of an added short action, samples; it says what is shown, not what is generated."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One change, by whom, when (ISO 8601) and why; what an operation does not need is None.

    `cue` names the cue to be changed (empty for `add`); times are samples.
    """

    op: Operation
    cue: str
    by: str
    at: str
    why: str = ""
    sound_class: str | None = None
    material: str | None = None
    onset: int | None = None
    offset: int | None = None
    intensity: float | None = None

    @property
    def added_id(self) -> str:
        """The id of the cue that an `add` brings."""
        return digest(cast(Json, asdict(self)))[:ID_LENGTH]


def with_ids(sheet: CueSheet) -> CueSheet:
    """The sheet with an id for every cue that has none; of equal ones, the later are counted."""
    taken: set[str] = {cue.cue_id for cue in sheet.cues if cue.cue_id}
    named = []
    for cue in sheet.cues:
        count = 0
        while not cue.cue_id:
            name = digest([cue.kind, cue.sound_class, cue.onset, count])[:ID_LENGTH]
            count += 1
            if name not in taken:
                taken.add(name)
                cue = replace(cue, cue_id=name)
        named.append(cue)
    return replace(sheet, cues=tuple(named))


def corrected(
    sheet: CueSheet, corrections: Iterable[Correction]
) -> tuple[CueSheet, tuple[str, ...]]:
    """The sheet with all corrections applied in order, and a note for each that found no cue.

    Args:
        sheet: with ids.
    """
    cues = {cue.cue_id: cue for cue in sheet.cues}
    notes = []
    for one in corrections:
        if one.op == "add":
            cues[one.added_id] = _added(one, sheet.samples)
        elif one.cue not in cues:
            notes.append(f"a correction of cue {one.cue} ({one.op}, by {one.by}) found no such cue")
        elif one.op == "delete":
            del cues[one.cue]
        else:
            cues[one.cue] = _changed(cues[one.cue], one, sheet.samples)
    return sheet.with_cues(list(cues.values())), tuple(notes)


def material_for(sound_class: str, wanted: str | None) -> str | None:
    """The wanted material if the class can have it, else its first; None for ambience."""
    known = taxonomy().sound_class(sound_class)
    if known.kind == "ambience":
        return None
    return wanted if wanted in known.materials else known.materials[0]


def _changed(cue: Cue, one: Correction, samples: int) -> Cue:
    by = replace(cue, source=f"person:{one.by}", confidence=1.0)
    if one.op == "reroll":
        return replace(by, take=cue.take + 1)
    if one.op == "move":
        assert one.onset is not None
        length = cue.offset - cue.onset if one.offset is None else one.offset - one.onset
        return replace(by, onset=one.onset, offset=_end(one.onset, length, samples))
    name = one.sound_class or cue.sound_class
    intensity = cue.intensity if one.intensity is None else one.intensity
    return replace(
        by,
        kind=_kind(name),
        sound_class=name,
        material=material_for(name, one.material or cue.material),
        intensity=intensity,
    )


def _added(one: Correction, samples: int) -> Cue:
    assert one.sound_class is not None
    assert one.onset is not None
    length = SHORT_SAMPLES if one.offset is None else one.offset - one.onset
    return Cue(
        kind=_kind(one.sound_class),
        sound_class=one.sound_class,
        material=material_for(one.sound_class, one.material),
        onset=one.onset,
        offset=_end(one.onset, length, samples),
        intensity=0.7 if one.intensity is None else one.intensity,
        source=f"person:{one.by}",
        cue_id=one.added_id,
    )


def _kind(sound_class: str) -> CueKind:
    return "ambience" if taxonomy().sound_class(sound_class).kind == "ambience" else "action"


def _end(onset: int, length: int, samples: int) -> int:
    return max(onset + 1, min(onset + length, samples))
