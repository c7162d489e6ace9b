"""Motifs: the small sounds of a region that come now and then, or after an action."""

from collections.abc import Iterator

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.ids import seed_of
from foley_core.styles.pack import StylePack
from foley_core.styles.pack_schema import Motif, scene_names
from foley_core.timebase import SAMPLE_RATE, seconds_to_samples

# Farthest from the middle that a motif is heard, as a share of the picture's half.
_WIDEST = 0.8


def motif_cues(
    motif: Motif, scenes: list[Cue], actions: list[Cue], pack: StylePack, seed: int
) -> Iterator[Cue]:
    """Yield the cues of a motif: after actions, or now and then, inside the scenes that have it.

    Args:
        motif: of the pack.
        scenes: cues of the places, as the pack substituted them.
        actions: likewise.
        pack: the style pack.
        seed: seed of the video's noise.
    """
    spans = [
        (cue.onset, cue.offset)
        for cue in scenes
        if {*scene_names(cue.sound_class)} & set(motif.scenes)
    ]
    composition = pack.composition_of(motif)
    lasts_s = pack.compositions[composition].lasts_s if composition else None
    length = seconds_to_samples(lasts_s or motif.duration_s)
    # Nobody sees where it is, but it is not in the middle, and it stays where it is.
    drawn = seed_of(seed, "motif place", motif.name) / 2**63
    pan = round((2 * drawn - 1) * _WIDEST, 2)
    onsets = _after(motif, actions) if motif.after else _now_and_then(motif, spans, seed)
    # A motif must fit into one scene from beginning to end: none is cut off, and none sounds in a
    # scene that it does not belong to.
    for onset in onsets:
        if any(on <= onset and onset + length <= off for on, off in spans):
            yield _motif_cue(motif, composition, onset, onset + length, pack, pan)


def _after(motif: Motif, actions: list[Cue]) -> list[int]:
    """Return the onsets of a motif that follows actions, in order."""
    names = {one for name in motif.after for one in taxonomy().names_in(name)}
    delay = seconds_to_samples(motif.delay_s)
    return sorted({cue.onset + delay for cue in actions if cue.sound_class in names})


def _now_and_then(motif: Motif, spans: list[tuple[int, int]], seed: int) -> list[int]:
    """Return one onset in each slot of `60 / per_minute` seconds, at a drawn place.

    Slots are counted from the start of the video, so that a longer scene or another motif moves
    none of them.
    """
    slot = round(60 * SAMPLE_RATE / (motif.per_minute or 1.0))
    indices = sorted({i for on, off in spans for i in range(on // slot, -(-off // slot))})
    # The seed of a slot is 63 bits; divided by 2^63 it is a place in the slot, 0..1.
    return [
        index * slot + int(seed_of(seed, "motif", motif.name, index) / 2**63 * slot)
        for index in indices
    ]


def _motif_cue(
    motif: Motif, composition: str | None, onset: int, offset: int, pack: StylePack, pan: float
) -> Cue:
    written = pack.compositions[composition].sound_class if composition else None
    return Cue(
        kind="motif",
        sound_class=written or str(motif.sound_class),
        material=motif.material,
        onset=onset,
        offset=offset,
        intensity=round(motif.intensity, 3),
        gain_db=round(motif.level_db + pack.mix.ambience_db, 3),
        source=f"pack:{pack.name}",
        style=motif.style.style,
        composition=composition,
        pan=pan,
    )
