"""Substitution: the class or the composition that a style pack puts in place of what is seen."""

from dataclasses import replace

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.styles.pack import StylePack
from foley_core.timebase import seconds_to_samples


def substituted(cue: Cue, pack: StylePack, samples: int) -> Cue:
    """Return a cue of the class that the pack puts in place of its own, or as its composition.

    Args:
        cue: an action or an ambience as it was seen.
        pack: the style pack of the region.
        samples: length of the track.
    """
    name = pack.substitutions.get(cue.sound_class)
    if name is None:
        return cue
    if cue.sound_class in taxonomy().composed:
        return _written(cue, name, pack, samples)
    material = cue.material if cue.material in taxonomy().sound_class(name).materials else None
    return replace(cue, sound_class=name, material=material, source=f"pack:{pack.name}")


def _written(cue: Cue, composition: str, pack: StylePack, samples: int) -> Cue:
    """Return a seen cue as the composition that the pack has for its class: "which siren"."""
    known = taxonomy().sound_class(cue.sound_class)
    composed = taxonomy().sound_class(cue.sound_class, composed=True)
    # What plays once ends by itself; what goes on lasts as long as it is seen.
    lasts_s = pack.compositions[composition].lasts_s
    end = cue.onset + seconds_to_samples(lasts_s) if lasts_s else cue.offset
    return replace(
        cue,
        material=None,
        offset=min(end, samples),
        # A composition has no intensity: the value says how busy it is, here as it is written.
        intensity=1.0,
        # It is as loud as what is seen, not as what a pack adds in the background.
        gain_db=round(cue.gain_db + known.level_db - composed.level_db, 3),
        source=f"pack:{pack.name}",
        composition=composition,
    )
