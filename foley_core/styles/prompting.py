"""What a prompt changes on a cue sheet, and what of it cannot be followed.

A prompt colours and places what is seen; it never invents an action, since nobody knows when it
would happen. A scene that is named but not seen is laid as a soft bed. A negative prompt silences
what it names. Every word without effect is reported in a sentence for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from foley_core.cues.filters import added_style
from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import PROMPT_LIMIT_CHARS, Phrase, vocabulary

ADDED_SCENE_DB = -6.0
GROUND_GROUP = "footsteps"


@dataclass(frozen=True, slots=True)
class Followed:
    """A sheet after its prompts; the mood asked for; whether music was refused."""

    sheet: CueSheet
    mood: str | None
    no_music: bool
    notes: tuple[str, ...]


def follow_prompt(sheet: CueSheet, prompt: str, negative: str, *, music: bool) -> Followed:
    """The sheet as the prompts want it.

    Args:
        music: whether music will play; without it, wishes about music are reported.
    """
    notes = _too_long("prompt", prompt) + _too_long("negative prompt", negative)
    mood = None
    for phrase in vocabulary().read(prompt):
        sheet, said = _follow(sheet, phrase)
        mood = mood or phrase.mood
        if (phrase.mood or phrase.music) and not music:
            said.append(f"prompt: '{phrase.words}' asks for music, which is switched off")
        notes += said + _unmapped("prompt", phrase)
    no_music = False
    for phrase in vocabulary().read(negative):
        sheet, said = _refuse(sheet, phrase)
        no_music = no_music or phrase.music
        notes += said + _unmapped("negative prompt", phrase)
    return Followed(sheet, mood, no_music, tuple(dict.fromkeys(notes)))


def _follow(sheet: CueSheet, phrase: Phrase) -> tuple[CueSheet, list[str]]:
    notes: list[str] = []
    if phrase.actions:
        touches = _of_classes(phrase.actions)
        if not any(map(touches, sheet.cues)):
            names = ", ".join(phrase.actions)
            notes.append(f"prompt: '{phrase.words}' has no effect: no {names} is seen")
    elif phrase.scenes:
        touches = _of_classes(())
    elif phrase.material:
        touches = _of_classes(taxonomy().names_in(GROUND_GROUP))
    else:
        touches = _is_action
    cues = [_shaped(cue, phrase) if touches(cue) else cue for cue in sheet.cues]
    if phrase.material and not any(
        touches(cue) and cue.material == phrase.material for cue in cues
    ):
        notes.append(f"prompt: nothing seen in '{phrase.words}' can be of {phrase.material}")
    for scene in phrase.scenes:
        cues = _with_scene(cues, scene, phrase, sheet.samples)
    return sheet.with_cues(cues), notes


def _refuse(sheet: CueSheet, phrase: Phrase) -> tuple[CueSheet, list[str]]:
    named = _of_classes((*phrase.actions, *phrase.scenes))
    if phrase.actions or phrase.scenes:
        return sheet.with_cues([cue for cue in sheet.cues if not named(cue)]), []
    if phrase.style:
        opposite = {name: -amount for name, amount in phrase.style}
        cues = [
            replace(cue, style=added_style(cue.style, opposite)) if _is_action(cue) else cue
            for cue in sheet.cues
        ]
        return sheet.with_cues(cues), []
    if phrase.material or phrase.gain_db or phrase.mood:
        return sheet, [f"negative prompt: '{phrase.words}' names nothing that can be left out"]
    return sheet, []


def _of_classes(names: tuple[str, ...]) -> Callable[[Cue], bool]:
    return lambda cue: cue.sound_class in names


def _is_action(cue: Cue) -> bool:
    return cue.kind == "action"


def _shaped(cue: Cue, phrase: Phrase) -> Cue:
    """The cue with the phrase's material (if its class knows it), style and level."""
    known = (
        cue.kind != "music" and phrase.material in taxonomy().sound_class(cue.sound_class).materials
    )
    return replace(
        cue,
        material=phrase.material if known else cue.material,
        style=added_style(cue.style, dict(phrase.style)),
        gain_db=round(cue.gain_db + phrase.gain_db, 3),
    )


def _with_scene(cues: list[Cue], scene: str, phrase: Phrase, samples: int) -> list[Cue]:
    """The beds of that class as the phrase wants them, or a new soft one where there is none."""
    bed = replace(phrase, material=None)
    if any(cue.kind == "ambience" and cue.sound_class == scene for cue in cues):
        return [_shaped(cue, bed) if cue.sound_class == scene else cue for cue in cues]
    added = Cue(
        kind="ambience",
        sound_class=scene,
        material=None,
        onset=0,
        offset=samples,
        gain_db=round(ADDED_SCENE_DB + phrase.gain_db, 3),
        source="manifest",
        style=added_style(Style(), dict(phrase.style)),
    )
    return [*cues, added]


def _unmapped(what: str, phrase: Phrase) -> list[str]:
    return [f"{what}: no known sound for '{word}'" for word in phrase.unmapped]


def _too_long(what: str, text: str) -> list[str]:
    if len(text) <= PROMPT_LIMIT_CHARS:
        return []
    return [f"{what}: only its first {PROMPT_LIMIT_CHARS} characters were read"]
