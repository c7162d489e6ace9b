"""Prompts: the changes that their words make on a cue sheet, and notes on words without effect.

A prompt colours what is on the sheet; unsure cues have its names before, see `naming`. It never
invents an action, since nobody knows when it would happen; a scene that is named but not seen is
added as a soft bed. What a negative prompt or a negation
names is removed. A mood steers the music and colours all actions; what the prompt wants kept stays
as it is seen. Every word without effect is reported in a sentence for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from foley_core.cues.filters import added_style
from foley_core.cues.phrases import Phrase
from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import PROMPT_LIMIT_CHARS, vocabulary
from foley_core.music.wish import MusicWish, music_wish
from foley_core.styles.unsure import NEUTRAL_CLASSES

ADDED_SCENE_DB = -6.0
"""Gain of a scene that is named but not seen."""
MOST_NAMES = 4
"""Most classes that a note names."""
GROUND_GROUP = "footsteps"
"""Group that a material named alone ("gravel") is about."""

# A test of cues: True for those that a phrase is about.
Touches = Callable[[Cue], bool]


@dataclass(frozen=True, slots=True)
class Followed:
    """The result of following the prompts of a video.

    Attributes:
        sheet: the changed sheet.
        music: wishes about the music.
        notes: sentences for people on words that had no effect.
    """

    sheet: CueSheet
    music: MusicWish = field(default_factory=MusicWish)
    notes: tuple[str, ...] = ()


def follow_prompt(
    sheet: CueSheet, prompt: str, negative: str, *, music: bool, environment: bool = True
) -> Followed:
    """Change a sheet as its prompts want it.

    Args:
        sheet: the sheet, after the style pack.
        prompt: what shall sound, in words.
        negative: what shall not sound, in words.
        music: True if music will play; if not, wishes about music are reported.
        environment: True if scenes will sound; if not, wishes about them are reported.
    """
    phrases, refused = vocabulary().read(prompt), vocabulary().read(negative)
    wanted = [phrase for phrase in phrases if not phrase.meant.negates]
    unwanted = [phrase for phrase in phrases if phrase.meant.negates]
    notes = [*_too_long("prompt", prompt), *_too_long("negative prompt", negative)]
    # First of all, cues that the prompt wants kept are set aside, so that no other phrase changes
    # them, wherever it stands. Negations still remove them: they come after.
    kept: set[Cue] = set()
    for phrase in (one for one in wanted if one.meant.keeps):
        held = {cue for cue in sheet.cues if kept_by(phrase)(cue)}
        kept |= held
        notes += [] if held else [f"prompt: nothing seen is meant by '{phrase.words}'"]
        notes += _unmapped("prompt", phrase)
    left = [cue for cue in sheet.cues if cue in kept]
    sheet = sheet.with_cues([cue for cue in sheet.cues if cue not in kept])
    for phrase in (one for one in wanted if not one.meant.keeps):
        sheet, said = _follow(sheet, phrase, left, music)
        if phrase.scenes and not (phrase.actions or environment):
            said.append(f"prompt: '{phrase.words}' asks for a scene; the environment is off")
        notes += said + _unmapped("prompt", phrase)
    sheet = sheet.with_cues([*sheet.cues, *left])
    for what, phrase in [("prompt", p) for p in unwanted] + [
        ("negative prompt", p) for p in refused
    ]:
        sheet, said = _refuse(sheet, phrase, what)
        notes += said + _unmapped(what, phrase)
    wish = music_wish(wanted, [*unwanted, *refused])
    return Followed(sheet, wish, tuple(dict.fromkeys(notes)))


def kept_by(phrase: Phrase) -> Touches:
    """Return a test for the cues that a phrase wants kept."""
    # Actions and scenes that it names; with a material alone, steps on it; else every action.
    named = (*phrase.actions, *phrase.scenes)
    if not named and phrase.material:
        named = taxonomy().names_in(GROUND_GROUP)

    def keeps(cue: Cue) -> bool:
        fits = phrase.material is None or cue.material == phrase.material
        return fits and (cue.sound_class in named if named else _is_action(cue))

    return keeps


def _follow(
    sheet: CueSheet, phrase: Phrase, left: list[Cue], music: bool
) -> tuple[CueSheet, list[str]]:
    """Return the sheet after one wanted phrase, and notes; `left` are the cues that are kept."""
    notes: list[str] = []
    # The name of an instrument means the one that is seen to play, as well as one of the music.
    plays = _of_classes(phrase.meant.played)
    seen = any(map(plays, [*sheet.cues, *left]))
    sheet = sheet.with_cues([_shaped(cue, phrase) if plays(cue) else cue for cue in sheet.cues])
    if phrase.about_music and not (music or seen):
        notes.append(f"prompt: '{phrase.words}' asks for music, which is switched off")
    if phrase.about_music and not (phrase.actions or phrase.scenes or phrase.material):
        if seen:
            return sheet, notes
        return _shaped_all(sheet, phrase.mood_style, 0.0, _is_action), notes
    # The first of these that a phrase names decides which cues it is about: actions, scenes (whose
    # beds are changed below), a material (steps on it), or nothing (every action).
    if phrase.actions:
        touches = _of_classes(phrase.actions)
        # Words that name a scene too, such as "train", have an effect: its bed.
        if not (phrase.scenes or any(map(touches, [*sheet.cues, *left]))):
            names = ", ".join(phrase.actions[:MOST_NAMES])
            notes.append(f"prompt: '{phrase.words}' has no effect: no {names} is seen")
    elif phrase.scenes:
        touches = _of_classes(())
    elif phrase.material:
        touches = _of_classes(taxonomy().names_in(GROUND_GROUP))
    else:
        touches = _is_action
    cues = [_shaped(cue, phrase) if touches(cue) else cue for cue in sheet.cues]
    if phrase.material and not any(
        touches(cue) and cue.material == phrase.material for cue in [*cues, *left]
    ):
        notes.append(f"prompt: nothing seen in '{phrase.words}' can be of {phrase.material}")
    for scene in phrase.scenes:
        if not any(_is_bed(cue, scene) for cue in left):
            cues = _with_scene(cues, scene, phrase, sheet.samples)
    return sheet.with_cues(cues), notes


def refused_by(phrase: Phrase) -> tuple[str, ...]:
    """Return the classes that a phrase refuses: those it names, and the finer ones of a broad one.

    A neutral class is only itself: "no tapping" refuses no clank of pans.
    """
    broad = [name for name in phrase.actions if name not in NEUTRAL_CLASSES]
    finer = [one for name in broad for one in taxonomy().finer_classes(name)]
    return (*phrase.actions, *finer)


def _refuse(sheet: CueSheet, phrase: Phrase, what: str) -> tuple[CueSheet, list[str]]:
    """Return the sheet after one unwanted phrase, and notes; `what` names the prompt for them."""
    named = _of_classes((*refused_by(phrase), *phrase.scenes, *phrase.meant.played))
    if phrase.actions or phrase.scenes or phrase.meant.played:
        return sheet.with_cues([cue for cue in sheet.cues if not named(cue)]), []
    if phrase.about_music or (phrase.mood and not phrase.style):
        return sheet, []
    # "not bright" asks for the opposite of bright.
    if phrase.style:
        opposite = tuple((name, -amount) for name, amount in phrase.style)
        return _shaped_all(sheet, opposite, 0.0, _is_action), []
    if phrase.material or phrase.gain_db:
        return sheet, [f"{what}: '{phrase.words}' names nothing that can be left out"]
    return sheet, []


def _of_classes(names: tuple[str, ...]) -> Touches:
    return lambda cue: cue.sound_class in names


def _is_action(cue: Cue) -> bool:
    return cue.kind == "action"


def _is_bed(cue: Cue, scene: str) -> bool:
    return cue.kind == "ambience" and cue.sound_class == scene


def _shaped_all(
    sheet: CueSheet, style: tuple[tuple[str, float], ...], gain_db: float, touches: Touches
) -> CueSheet:
    return sheet.with_cues(
        [_styled(cue, style, gain_db) if touches(cue) else cue for cue in sheet.cues]
    )


def _styled(cue: Cue, style: tuple[tuple[str, float], ...], gain_db: float) -> Cue:
    return replace(
        cue,
        style=added_style(cue.style, dict(style)),
        gain_db=round(cue.gain_db + gain_db, 3),
    )


def _shaped(cue: Cue, phrase: Phrase) -> Cue:
    """Return a cue with a phrase's style, mood, level and, if its class can have it, material."""
    written = cue.composition is not None
    known = (
        cue.kind != "music"
        and phrase.material in taxonomy().sound_class(cue.sound_class, composed=written).materials
    )
    styled = _styled(_styled(cue, phrase.style, phrase.gain_db), phrase.mood_style, 0.0)
    return replace(styled, material=phrase.material if known else cue.material)


def _with_scene(cues: list[Cue], scene: str, phrase: Phrase, samples: int) -> list[Cue]:
    """Return the cues with the beds of a scene changed by a phrase, or with a new soft one."""
    # A bed has no material: "forest on gravel" is about the ground, not about the bed.
    bed = replace(phrase, meant=replace(phrase.meant, material=None))
    if any(_is_bed(cue, scene) for cue in cues):
        return [_shaped(cue, bed) if cue.sound_class == scene else cue for cue in cues]
    added = Cue(
        kind="ambience",
        sound_class=scene,
        material=None,
        onset=0,
        offset=samples,
        gain_db=ADDED_SCENE_DB,
        source="manifest",
        style=Style(),
    )
    return [*cues, _shaped(added, bed)]


def _unmapped(what: str, phrase: Phrase) -> list[str]:
    """Return notes on the words of a phrase that have no effect."""
    notes = [f"{what}: no known sound for '{word}'" for word in phrase.unmapped]
    if phrase.meant.pace != 1.0 and not phrase.about_music:
        notes.append(f"{what}: the pace in '{phrase.words}' is not of music, so it has no effect")
    return notes


def _too_long(what: str, text: str) -> list[str]:
    if len(text) <= PROMPT_LIMIT_CHARS:
        return []
    return [f"{what}: only its first {PROMPT_LIMIT_CHARS} characters were read"]
