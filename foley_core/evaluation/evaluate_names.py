"""Figures of names on real clips: cues, main sounds and beds beside what is really heard.

Shares are means over clips, so that one busy clip does not outweigh ten. `name_guesses` says what a
guess that sees nothing would reach.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.evaluation.everyday_names import (
    NameVerdict,
    families,
    is_absurd,
    name_verdict,
    place_verdict,
    places,
)
from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.real_table import ListedClip


@dataclass(frozen=True, slots=True)
class JudgedClip:
    """The verdicts on one clip.

    Attributes:
        verdicts: one for each cue of what happens.
        confidences: how sure perception was of each.
        absurd: how many of them are absurd.
        main_found: whether any cue names the main sound; None where it is of no known family.
        bed: the verdict on all beds together; None where no place is known, or there is no bed.
    """

    verdicts: tuple[NameVerdict, ...]
    confidences: tuple[float, ...]
    absurd: int
    main_found: bool | None
    bed: NameVerdict | None

    def share(self, *verdicts: NameVerdict) -> float:
        """Return the share of cues with one of these verdicts."""
        return sum(map(Counter(self.verdicts).__getitem__, verdicts)) / len(self.verdicts)


def judged(listed: ListedClip, actions: Sequence[Cue], others: Sequence[Cue]) -> JudgedClip:
    """Return the verdicts on a clip whose `actions` and `others` (beds and more) sound."""
    truth, main = families(listed.heard), families(listed.main)
    said = [families(cue.sound_class) for cue in actions]
    verdicts = tuple(name_verdict(names, truth) for names in said)
    heard = frozenset[str]().union(*said, *(families(cue.sound_class) for cue in others))
    beds = " ".join(cue.sound_class for cue in others if cue.kind == "ambience")
    known_place = bool(listed.ambience and beds)
    return JudgedClip(
        verdicts=verdicts,
        confidences=tuple(cue.confidence for cue in actions),
        absurd=sum(is_absurd(*pair) for pair in zip(said, verdicts, strict=True)),
        main_found=bool(main & heard) if main else None,
        bed=place_verdict(places(beds), places(listed.ambience)) if known_place else None,
    )


def judged_clips(clips: Iterable[RealClip]) -> list[JudgedClip]:
    """Return the verdicts on all clips of which the table says what is heard."""
    return [judge(clip) for clip in clips if clip.listed.heard]


def judge(clip: RealClip) -> JudgedClip:
    """Return the verdicts on one clip."""
    others = [cue for cue in clip.sheet.cues if cue.kind != "action"]
    return judged(clip.listed, clip.actions, others)


def name_figures(clips: Sequence[JudgedClip], suffix: str = "") -> dict[str, float]:
    """Return shares over clips, 0..1.

    Returns:
        `real_cues_right`, `real_cues_right_or_near` of clips with cues; `real_clips_absurd` and
        `real_clips_without_cue` of all clips; `real_main_sound` of clips with a known main sound;
        `real_bed_right`, `real_bed_right_or_near` of clips with a known place and a bed. What no
        clip can tell is absent. Each key ends with `suffix`.
    """
    speaking = [clip for clip in clips if clip.verdicts]
    beds = [clip.bed for clip in clips if clip.bed is not None]
    shares = {
        "real_cues_right": [clip.share("right") for clip in speaking],
        "real_cues_right_or_near": [clip.share("right", "near") for clip in speaking],
        "real_clips_absurd": [float(clip.absurd > 0) for clip in clips],
        "real_clips_without_cue": [float(not clip.verdicts) for clip in clips],
        "real_main_sound": [float(c.main_found) for c in clips if c.main_found is not None],
        "real_bed_right": [float(bed == "right") for bed in beds],
        "real_bed_right_or_near": [float(bed != "wrong") for bed in beds],
    }
    return {key + suffix: float(np.mean(values)) for key, values in shares.items() if values}
