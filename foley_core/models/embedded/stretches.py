"""Naming: which sound the thing in each stretch of a video makes, or that nobody can say.

One thing has one name: a video is divided into stretches, each with one sound or none, so that the
evidence is followed as well as possible and changes stay few (Viterbi, 1967). A change is free at
a cut. Between cuts it has to be worth its cost.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from foley_core.cues.candidates import MOST_CANDIDATES, Candidates
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.evidence import Evidence, border
from foley_core.models.embedded.sightings import sightings
from foley_core.models.embedded.viterbi import likeliest_sequence
from foley_core.types import F32, I32

# Evidence from which a sound is considered at all, and one that would be absurd where it is not.
_CONSIDERED, _ABSURD_CONSIDERED = 1.0, 1.4
# Least probability at which a sound is named, and one that would be absurd, or that everybody
# notices, where it is not.
_NAMED, _ABSURD_NAMED = 0.4, 0.6
# Evidence from which a sound that lasts is heard beside that of the main thing.
_BESIDE = 2.5
# Flat drawings are recognised badly: there, motion names unless sight is as sure as this.
_NAMED_IF_DRAWN = 0.75
_DRAWN, _SURELY_DRAWN = 0.2, 0.45
# Logarithm of how much likelier another name must be, in all, to be worth a change; and how far one
# look may count, so that no single one overrules many.
_CHANGE_COST = 2.5
_MOST_OF_A_LOOK = 1.5
# Probability that a name is right: a logistic function of a constant and of the logarithm of its
# evidence. Fitted on real development clips (-0.95, 1.8), the constant lowered by 0.2 since the
# weights of things were looked at beside some of those clips. Lead over other names and agreement
# of the looks added nothing that held across the two sets.
_CALIBRATION = (-1.15, 1.8)
# Groups that are noticed where they are not, like what the taxonomy calls absurd unless seen.
_NOTICED_GROUPS = frozenset({"vehicles", "animals", "birds"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a video in which one thing sounds, or nothing that can be named.

    Attributes:
        first, end: motion steps, half-open.
        sound_class: None where nothing can be named.
        confidence: probability that the name is right, 0..1.
        beside: other sounds that last and are heard at the same time.
        hits: the short sound of another thing that is seen beside it, and its probability; or None.
        candidates: what it may be, also where it is not named; the likeliest first.
        materials: (materials,) how much of each is seen, in the taxonomy's order.
        hard: whether hard materials outweigh soft ones.
        size: share of the picture that the largest thing fills, 0..1.
        drawn: whether the pictures are drawings, of which motion knows more than sight.
        surely_drawn: whether they are so surely that motion may name anything.
    """

    first: int
    end: int
    sound_class: str | None
    confidence: float
    beside: tuple[str, ...]
    hits: tuple[str, float] | None
    candidates: Candidates
    materials: F32
    hard: bool
    size: float
    drawn: bool
    surely_drawn: bool


def stretches(found: Evidence, steps: int) -> list[Stretch]:
    """Return the stretches of a video in order, without gaps.

    Args:
        found: evidence at its looks.
        steps: motion steps of the video.
    """
    if not len(found.steps):
        return []
    path = _path(found)
    changes = (np.diff(path) != 0) | (np.diff(found.shots) != 0)
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(path)]
    borders = [0, *(border(found, edge) for edge in edges[1:-1]), steps]
    return [
        _stretch(found, looks, int(path[looks[0]]), span)
        for looks, span in zip(pairwise(edges), pairwise(borders), strict=True)
    ]


def least_confidence(sound_class: str) -> float:
    """Return the probability 0..1 from which a sound is named."""
    return _ABSURD_NAMED if is_noticed(sound_class) else _NAMED


def is_noticed(sound_class: str) -> bool:
    """Return True for a sound that everybody notices where it is not."""
    known = taxonomy().classes[sound_class]
    return known.absurd_unless_seen or known.group in _NOTICED_GROUPS


def _path(found: Evidence) -> I32:
    """Return (L,) the sound at each look, its index; that after the last stands for none."""
    noticed = [is_noticed(name) for name in sightings().sounds]
    considered = np.where(noticed, _ABSURD_CONSIDERED, _CONSIDERED)
    over = np.log(np.maximum(found.sounds, 1e-3) / considered)
    gains = np.pad(np.clip(over, -_MOST_OF_A_LOOK, _MOST_OF_A_LOOK), ((0, 0), (0, 1)))
    cut = np.diff(found.shots, prepend=0) != 0
    return likeliest_sequence(gains, np.where(cut, np.float32(0), np.float32(_CHANGE_COST)))


def _stretch(found: Evidence, looks: tuple[int, int], name: int, span: tuple[int, int]) -> Stretch:
    """Return the stretch of some looks, named with the index of a sound."""
    rows = slice(*looks)
    strength = found.sounds[rows].mean(axis=0)
    sounds = sightings().sounds
    ranked = np.argsort(-strength, kind="stable")[:MOST_CANDIDATES]
    best = name if name < len(sounds) else int(ranked[0])
    sure = confidence(float(strength[best]))
    others = [index for index in ranked if index != best][: MOST_CANDIDATES - 1]
    # The rest of the probability is shared among the others by their evidence.
    shares = strength[others] / max(float(strength[others].sum()), 1e-6)
    candidates = [
        (sounds[best], round(sure, 3)),
        *(
            (sounds[index], round(float((1 - sure) * share), 3))
            for index, share in zip(others, shares, strict=True)
        ),
    ]
    drawn = float(found.drawn[rows].mean())
    least = max(least_confidence(sounds[best]), _NAMED_IF_DRAWN if drawn >= _DRAWN else 0.0)
    named = name < len(sounds) and sure >= least
    return Stretch(
        first=span[0],
        end=span[1],
        sound_class=sounds[best] if named else None,
        confidence=round(sure, 3),
        beside=() if drawn >= _DRAWN else _beside(strength, best),
        hits=_hits(strength, best),
        candidates=tuple(sorted(candidates, key=lambda pair: -pair[1])),
        materials=found.materials[rows].mean(axis=0),
        hard=bool(found.hardness[rows].mean() > 0),
        size=float(found.size[rows].mean()),
        drawn=drawn >= _DRAWN,
        surely_drawn=drawn >= _SURELY_DRAWN,
    )


def _beside(strength: F32, best: int) -> tuple[str, ...]:
    """Return the sounds that last and are heard beside the best: of other things, surely seen."""
    classes, sounds = taxonomy().classes, sightings().sounds
    return tuple(
        name
        for name, strong in zip(sounds, strength, strict=True)
        if strong >= _BESIDE
        and classes[name].kind == "sustained"
        and classes[name].group != classes[sounds[best]].group
        and not is_noticed(name)
    )[:1]


def _hits(strength: F32, best: int) -> tuple[str, float] | None:
    """Return the likeliest short sound of another thing than the best, if it is likely enough."""
    classes, sounds = taxonomy().classes, sightings().sounds
    for index in np.argsort(-strength, kind="stable")[:MOST_CANDIDATES]:
        known = classes[sounds[index]]
        other = known.kind == "action" and known.group != classes[sounds[best]].group
        if other and not is_noticed(known.name):
            sure = round(confidence(float(strength[index])), 3)
            return (known.name, sure) if sure >= _NAMED else None
    return None


def confidence(strength: float) -> float:
    """Return the probability 0..1 that a name of this evidence is right."""
    constant, of_strength = _CALIBRATION
    # 0.1 keeps the logarithm of no evidence at all finite.
    return float(1 / (1 + np.exp(-constant - of_strength * np.log(strength + 0.1))))


def seen_material(seen: F32, sound_class: str) -> str | None:
    """Return the material seen most among those that a class can have; None if it has none."""
    possible = taxonomy().classes[sound_class].materials
    names = taxonomy().materials
    return max(possible, key=lambda name: float(seen[names.index(name)]), default=None)
