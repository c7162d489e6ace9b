"""Corrections: changes that a person makes to a detected cue sheet. Pure functions.

A cue has an id made from its kind, class and onset as perception wrote them; it stays the same
through later corrections and in every region. A cue that a person adds has an id made from that
correction. Corrections are applied before style packs and sound filters, so that each is made once
and holds for all regions.

If the cue of a correction is gone (another model has looked at the video), the correction changes
nothing and a note says so: nothing that a person wrote is lost silently.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal, cast

from foley_core.cues.sheet import Cue, CueKind, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.ids import digest
from foley_core.types import Json

Operation = Literal["relabel", "delete", "move", "add", "reroll", "take", "place", "gain"]
OPERATIONS: tuple[Operation, ...] = (
    "relabel", "delete", "move", "add", "reroll", "take", "place", "gain",
)  # fmt: skip

_LATER_FIELDS = frozenset({"take", "pan", "size", "spread", "gain_db"})
"""Fields that came after the first logs: where they are None, ids and digests are those of then."""

ID_LENGTH = 8
SHORT_SAMPLES = 36_000
"""Length of an added action in samples: the time shown on the sheet, not the length of its sound.
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of a cue sheet. What an operation does not need is None.

    Attributes:
        op: relabel, delete, move, add, reroll (generate another take), take (a numbered one),
            place (where it sounds) or gain (how loud it is in the mix); the last two generate
            nothing.
        cue: id of the cue to be changed; empty for `add`.
        by: who made the change.
        at: when, ISO 8601.
        why: the reason, for people.
        sound_class: new class; none that is composed, since it would be silent in every region
            whose style pack does not compose it.
        material: new material.
        onset: new first sample.
        offset: new sample after the last.
        intensity: new intensity, 0..1.
        take: number of the take.
        pan: new place, -1 at the left edge of the picture to +1 at the right; it stays there.
        size: new share of the picture's height, which says how far away it is.
        spread: new spread, 0 for a point to 1 for all of the picture's width.
        gain_db: how much louder it shall be than it is by itself, in place of an earlier gain.
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
    take: int | None = None
    pan: float | None = None
    size: float | None = None
    spread: float | None = None
    gain_db: float | None = None

    @property
    def added_id(self) -> str:
        """Id of the cue that an `add` brings."""
        return digest(self.as_json())[:ID_LENGTH]

    def as_json(self) -> dict[str, Json]:
        """Return the fields by name, as logs hold them."""
        fields = cast(dict[str, Json], asdict(self))
        return {k: v for k, v in fields.items() if v is not None or k not in _LATER_FIELDS}


def with_ids(sheet: CueSheet) -> CueSheet:
    """Return the sheet with an id for every cue that has none.

    Cues of one kind, class and onset are numbered in the order of the sheet, so that their ids
    differ.
    """
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
    """Apply corrections in order.

    Args:
        sheet: a sheet whose cues have ids, see `with_ids`.
        corrections: changes; they must be valid.

    Returns:
        The corrected sheet, and a note for each correction that found no cue.
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
    """Return the wanted material if the class can have it, else its first; None for ambience.

    Raises:
        ConfigError: there is no such class, or it is composed.
    """
    known = taxonomy().generated_class(sound_class)
    if known.kind == "ambience":
        return None
    return wanted if wanted in known.materials else known.materials[0]


def _changed(cue: Cue, one: Correction, samples: int) -> Cue:
    """Return a cue after a correction that neither adds nor deletes it."""
    if one.op == "place":
        # Whoever places a sound does not say what it is: that stays as sure as it was.
        pan, path = (cue.pan, cue.path) if one.pan is None else (one.pan, ())
        size = cue.size if one.size is None else one.size
        spread = cue.spread if one.spread is None else one.spread
        return replace(cue, pan=pan, path=path, size=size, spread=spread)
    if one.op == "gain":
        assert one.gain_db is not None
        # On a detected sheet only people have filtered: what they set before is replaced.
        gain_db = round(cue.gain_db - cue.filter_db + one.gain_db, 3)
        return replace(cue, gain_db=gain_db, filter_db=one.gain_db)
    by = replace(cue, source=f"person:{one.by}", confidence=1.0)
    if one.op == "reroll":
        return replace(by, take=cue.take + 1)
    if one.op == "take":
        assert one.take is not None
        return replace(by, take=one.take)
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
    """Return the cue that an `add` brings."""
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
    """Return the end of a cue: within the track, and at least one sample after its onset."""
    return max(onset + 1, min(onset + length, samples))
