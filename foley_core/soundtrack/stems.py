"""Planned stems of a directed cue sheet; `stored_stems` generates and keeps them.

A stem is the sound of one cue group: the cues of one class within one window of the timeline. It
is assembled from generated sounds and named by their digests, so it is made once, whatever video,
region or run asks for it again. Gains stay out of the name: a slider moves no stem.

Long cues are generated in tiles that overlap by an equal-power cross-fade. A window holds a few
tiles, so that a film has thousands of objects, not a hundred thousand.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import SoundClass, taxonomy
from foley_core.ids import seed_of
from foley_core.mixing.placement import Path, Place, path_of_hits
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.music.composed_spec import LONGEST_SAMPLES, ComposedSpec
from foley_core.music.composition import Composition
from foley_core.music.played_cues import is_phrase, note_at_onset, phrase_in_span
from foley_core.music.played_instruments import is_played
from foley_core.soundtrack.manners import manner_of
from foley_core.soundtrack.stem_plan import StemPlan, Tile, TileSpec
from foley_core.soundtrack.swells import SUSTAINED_FADE_SAMPLES, activity, bridged
from foley_core.soundtrack.takes import Takes
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import U8

# Cues of one class within 20 s share a stem: few objects, and a changed cue costs one window.
WINDOW_SAMPLES = 20 * SAMPLE_RATE
TILE_OVERLAP_SAMPLES = SAMPLE_RATE // 2
TILES_PER_STEM = 4
# 20 ms: no click where a sound that lasts begins or ends.
EDGE_FADE_SAMPLES = SAMPLE_RATE // 50
# 0.5 s, the time for which the beds of two scenes overlap.
BED_FADE_SAMPLES = SAMPLE_RATE // 2


def plan_stems(
    sheet: CueSheet,
    motion_energy: U8,
    seed: int,
    generator: Generator,
    compositions: Mapping[str, Composition] = MappingProxyType({}),
    seen: CueSheet | None = None,
) -> list[StemPlan]:
    """The stems of a directed sheet, in order of time. Music is not among them.

    Args:
        motion_energy: `(T,)` at 25 per second.
        seed: the video's noise seed.
        compositions: those that the sheet's cues name.
        seen: the sheet as perception wrote it, which tells things apart; None for `sheet`.
    """
    takes = Takes(seen or sheet, seed)
    plans: list[StemPlan] = []
    lasting: list[Cue] = []
    for cue in sheet.cues:
        if cue.kind == "music":
            continue
        if cue.composition is not None:
            plans += _composed(cue, sheet.samples, seed, compositions[cue.composition])
        elif is_played(cue.sound_class) and is_phrase(cue):
            plans += _phrase(cue, sheet.samples, motion_energy, seed)
        elif _class_of(cue).kind == "action":
            continue
        elif _class_of(cue).kind == "sustained":
            lasting.append(cue)
        else:
            plans += _tiled(cue, sheet.samples, motion_energy, seed, generator, takes)
    for cue in bridged(lasting):
        plans += _tiled(cue, sheet.samples, motion_energy, seed, generator, takes)
    short = short_groups(sheet)
    struck_again = takes.struck_again([cue for cues in short for cue in cues])

    def spec_of(cue: Cue) -> TileSpec:
        if is_played(cue.sound_class):
            return note_at_onset(cue, sheet.samples, seed)
        return takes.spec_of(cue, generator)

    plans += [_grouped(cues, spec_of, struck_again) for cues in short]
    return sorted(plans, key=lambda plan: (plan.start, plan.group, plan.key("")))


def short_groups(sheet: CueSheet) -> list[list[Cue]]:
    """Return the short cues of a sheet, those together that share a stem.

    Neither their places nor the gains of people tell them apart, nor what else only mixing needs:
    so a new place or gain generates nothing. The place of an instrument's hand chooses its keys.
    """
    groups: dict[tuple[object, ...], list[Cue]] = {}
    for cue in sheet.cues:
        if cue.kind == "music" or cue.composition is not None:
            continue
        is_note = is_played(cue.sound_class)
        if _class_of(cue).kind == "action" and not (is_note and is_phrase(cue)):
            window, level = cue.onset // WINDOW_SAMPLES, round(cue.gain_db - cue.filter_db, 3)
            hand = (cue.pan, cue.size) if is_note else None
            key = (cue.kind, cue.sound_class, level, hand, window)
            groups.setdefault(key, []).append(cue)
    return list(groups.values())


def _class_of(cue: Cue) -> SoundClass:
    return taxonomy().sound_class(cue.sound_class, composed=cue.composition is not None)


def gain_db_of(cue: Cue) -> float:
    """Return the level of a cue in the mix, with that of its class."""
    return round(_class_of(cue).level_db + cue.gain_db, 3)


def group_of(cue: Cue) -> str:
    """Return the group of the class of a cue."""
    return _class_of(cue).group


def _place_of(cue: Cue) -> Place | None:
    """Return where a cue sounds; None for a bed, which is the place itself."""
    return None if cue.kind == "ambience" else Place(cue.pan, cue.size, cue.spread)


def _path_of(cue: Cue, start: int) -> Path:
    """Return the path of a lasting cue for a stem that begins at sample `start`."""
    if cue.kind == "ambience" or len(cue.path) < 2:
        return ()
    begin = cue.onset - start
    return tuple((begin + at, Place(pan, cue.size, cue.spread)) for at, pan in cue.path)


def _grouped(
    cues: Sequence[Cue], spec_of: Callable[[Cue], TileSpec], struck_again: Mapping[Cue, int]
) -> StemPlan:
    start = min(cue.onset for cue in cues)
    tiles = tuple(_take(cue, start, spec_of(cue), struck_again) for cue in cues)
    first, group = cues[0], group_of(cues[0])
    hits = sorted(cues, key=lambda cue: cue.onset)
    placed = [(cue.onset - start, Place(cue.pan, cue.size, cue.spread)) for cue in hits]
    louder = [(cue.onset - start, round(cue.filter_db - first.filter_db, 3)) for cue in hits]
    return StemPlan(
        start, group, gain_db_of(first), 0, 0, tiles, first.filter_db, _place_of(first),
        path_of_hits(placed), path_of_hits(louder),
    )  # fmt: skip


def _take(cue: Cue, start: int, spec: TileSpec, struck_again: Mapping[Cue, int]) -> Tile:
    """The tile of a short cue in a stem that begins at sample `start`; damped if struck again."""
    offset = cue.onset - start
    fade = manner_of(cue.sound_class).damp_samples
    cut = struck_again.get(cue, spec.samples) + fade
    return Tile(offset, spec, 0, fade, cut) if fade and cut < spec.samples else Tile(offset, spec)


def _phrase(cue: Cue, samples: int, motion_energy: U8, seed: int) -> list[StemPlan]:
    """Stems of an instrument along a span: parts of one phrase, which join without a fade."""
    gain_db, group, place = gain_db_of(cue), group_of(cue), _place_of(cue)
    return [
        StemPlan(start, group, gain_db, 0, 0, (Tile(0, spec),), cue.filter_db, place)
        for start, spec in phrase_in_span(cue, samples, motion_energy, seed)
    ]


def _composed(cue: Cue, samples: int, seed: int, composition: Composition) -> list[StemPlan]:
    """Stems of a composition: one where it is played once, else tiles to the cue's end."""

    def spec_of(index: int, onset: int, count: int) -> ComposedSpec:
        own_seed = seed_of(seed, cue.composition, cue.onset, cue.take, index)
        return ComposedSpec(composition, count, cue.intensity, cue.style, own_seed)

    if cue.kind != "ambience" and composition.lasts_s is not None:
        once = Tile(0, spec_of(0, cue.onset, cue.offset - cue.onset))
        gain_db, group = gain_db_of(cue), group_of(cue)
        return [StemPlan(cue.onset, group, gain_db, 0, 0, (once,), cue.filter_db, _place_of(cue))]
    return _tiles(cue, samples, LONGEST_SAMPLES, spec_of)


def _tiled(
    cue: Cue, samples: int, motion_energy: U8, seed: int, generator: Generator, takes: Takes
) -> list[StemPlan]:
    """Stems of a class that lasts, generated in tiles."""
    is_bed = _class_of(cue).kind == "ambience"
    manner, end = manner_of(cue.sound_class), _end(cue, samples)
    followed = () if is_bed else activity(motion_energy, cue.onset, end, manner.through_pauses)

    def spec_of(index: int, onset: int, count: int) -> SoundSpec:
        first = onset // SAMPLES_PER_STEP - cue.onset // SAMPLES_PER_STEP
        return SoundSpec(
            sound_class=cue.sound_class,
            material=cue.material,
            samples=count,
            intensity=cue.intensity,
            style=cue.style,
            activity=followed[first : first - (-count // SAMPLES_PER_STEP)],
            channels=2 if is_bed else 1,
            seed=seed_of(seed, cue.sound_class, cue.onset, cue.take, index),
            kin=takes.kin_of(cue),
        )

    longest = generator.longest_samples(cue.sound_class)
    return _tiles(cue, samples, longest, spec_of)


def _tiles(
    cue: Cue,
    samples: int,
    tile: int,
    spec_of: Callable[[int, int, int], SoundSpec | ComposedSpec],
) -> list[StemPlan]:
    """A long cue in tiles that overlap, a few to a stem; the last is cut to the cue's end.

    Args:
        samples: length of the track.
        tile: longest length of a tile, samples.
        spec_of: a tile's specification, given its index, its onset and its length in samples.
    """
    end = _end(cue, samples)
    overlap, hop = TILE_OVERLAP_SAMPLES, tile - TILE_OVERLAP_SAMPLES
    swells, dies_away = _edge_fades(cue, end, samples)
    count = max(1, -(-(end - cue.onset - overlap) // hop))
    plans = []
    for first in range(0, count, TILES_PER_STEM):
        indices = range(first, min(first + TILES_PER_STEM, count))
        tiles = [
            Tile(
                offset=(index - first) * hop,
                spec=spec_of(index, onset, min(tile, end - onset)),
                fade_in=0 if index == indices[0] else overlap,
                fade_out=0 if index == indices[-1] else overlap,
            )
            for index in indices
            for onset in (cue.onset + index * hop,)
        ]
        last = indices[-1] == count - 1
        plans.append(
            StemPlan(
                start=cue.onset + first * hop,
                group=group_of(cue),
                gain_db=gain_db_of(cue),
                fade_in=overlap if first else swells,
                fade_out=dies_away if last else overlap,
                tiles=tuple(tiles),
                filter_db=cue.filter_db,
                place=_place_of(cue),
                path=_path_of(cue, cue.onset + first * hop),
            )
        )
    return plans


def _swells(cue: Cue) -> bool:
    """True for a sound that swells and dies away as what moves does."""
    return cue.composition is None and _class_of(cue).kind == "sustained"


def _end(cue: Cue, samples: int) -> int:
    """The sample until which a long cue sounds: one that is shorter than its fades is drawn out."""
    least = 2 * SUSTAINED_FADE_SAMPLES if _swells(cue) else 0
    return min(max(cue.offset, cue.onset + least), samples)


def _edge_fades(cue: Cue, end: int, samples: int) -> tuple[int, int]:
    """Return the lengths of the fades at both ends of a long cue, which sounds until `end`."""
    if cue.kind == "ambience":
        # One scene's bed goes over into the next; at both ends of the picture it runs into the cut.
        fade = min(BED_FADE_SAMPLES, (end - cue.onset) // 2)
        return (
            fade if cue.onset > 0 else EDGE_FADE_SAMPLES,
            fade if end < samples else EDGE_FADE_SAMPLES,
        )
    if not _swells(cue):
        return EDGE_FADE_SAMPLES, EDGE_FADE_SAMPLES
    # Only the end of the track makes a cue shorter than its fades: then they do not overlap.
    fade = max(EDGE_FADE_SAMPLES, min(SUSTAINED_FADE_SAMPLES, (end - cue.onset) // 2))
    # What sounds already at the first picture, or still at the last, runs into the cut.
    swells = fade if cue.onset > 0 else EDGE_FADE_SAMPLES
    return swells, fade if end < samples else EDGE_FADE_SAMPLES
