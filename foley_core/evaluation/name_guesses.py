"""Names that see nothing, which perception must beat: a constant one, and one drawn at random.

The constant guess is chosen on the very clips that it is judged on, which favours it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.cues.sheet import Cue, CueKind
from foley_core.cues.taxonomy import ClassKind, taxonomy
from foley_core.evaluation.evaluate_names import JudgedClip, judged, name_figures
from foley_core.evaluation.real_clips import RealClip


@dataclass(frozen=True, slots=True)
class ConstantGuess:
    """The class and the bed that are right most often; of equals the first of the taxonomy."""

    action: str
    bed: str


def constant_guess(clips: Sequence[RealClip]) -> ConstantGuess:
    """Return the best constant guess over clips of which is known what is heard."""

    def right(cues: tuple[list[Cue], list[Cue]], key: str) -> tuple[float, float]:
        figures = name_figures([judged(clip.listed, *cues) for clip in clips])
        return figures.get(key, 0.0), figures.get(f"{key}_or_near", 0.0)

    actions = max(_cues("action"), key=lambda cue: right(([cue], []), "real_cues_right"))
    bed = max(_cues("ambience"), key=lambda cue: right(([], [cue]), "real_bed_right"))
    return ConstantGuess(actions.sound_class, bed.sound_class)


def guess_figures(clips: Sequence[RealClip]) -> dict[str, float]:
    """Return the figures of guesses; keys as those of `name_figures`.

    Returns:
        `_constant`: one cue and one bed of the constant guess in each clip; `_peak_picker`: that
        guess wherever the peak-picker found something, and no bed; `_random`: as many cues as were
        found, and a bed, each of a class drawn at random (the expected value; nothing is drawn).
    """
    known = [clip for clip in clips if clip.listed.heard]
    if not known:
        return {}
    guess = constant_guess(known)
    action, bed = _cue("action", guess.action), _cue("ambience", guess.bed)
    picked = [clip for clip in known if clip.peaks_s]
    figures = (
        name_figures([judged(clip.listed, [action], [bed]) for clip in known], "_constant")
        | name_figures([judged(clip.listed, [action], []) for clip in picked], "_peak_picker")
        | _random_figures(known)
    )
    return {key: value for key, value in figures.items() if "without_cue" not in key}


def _random_figures(clips: Iterable[RealClip]) -> dict[str, float]:
    """Return the expected figures of classes drawn at random, one and all equally likely."""
    actions, beds = _cues("action"), _cues("ambience")
    found: dict[str, list[float]] = {}
    for clip in clips:
        count = len(clip.actions)
        drawn = [judged(clip.listed, [cue], []) for cue in actions]
        placed = [one.bed for one in (judged(clip.listed, [], [cue]) for cue in beds) if one.bed]
        main = [one.main_found for one in drawn if one.main_found is not None]
        values = {
            "real_cues_right": [one.share("right") for one in drawn] if count else [],
            "real_cues_right_or_near": [one.share("right", "near") for one in drawn]
            if count
            else [],
            "real_clips_absurd": [_any_of(count, _absurd_share(drawn))],
            "real_main_sound": [_any_of(count, float(np.mean(main)))] if main else [],
            "real_bed_right": [float(bed == "right") for bed in placed],
            "real_bed_right_or_near": [float(bed != "wrong") for bed in placed],
        }
        for key, chances in values.items():
            if chances:
                found.setdefault(f"{key}_random", []).append(float(np.mean(chances)))
    return {key: float(np.mean(values)) for key, values in found.items()}


def _absurd_share(drawn: Sequence[JudgedClip]) -> float:
    return float(np.mean([one.absurd for one in drawn]))


def _any_of(count: int, chance: float) -> float:
    """Return the chance that at least one of `count` independent draws hits."""
    return float(1.0 - (1.0 - chance) ** count)


def _cues(kind: CueKind) -> list[Cue]:
    """Return one cue of each class that a cue of this kind can have."""
    kinds: tuple[ClassKind, ...] = ("ambience",) if kind == "ambience" else ("action", "sustained")
    return [_cue(kind, one.name) for one in taxonomy().classes.values() if one.kind in kinds]


def _cue(kind: CueKind, name: str) -> Cue:
    return Cue(kind, name, None, 0, 1)
