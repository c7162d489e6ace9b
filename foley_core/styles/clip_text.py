"""The text of one clip, for a generator conditioned on words, made from a directed cue sheet.

The row's own prompt comes first, since a text encoder reads only so many words; then the actions
known to happen in the clip, then the words of the region's pack. Banned classes, and sounds that
have a stem of their own, go to the negative prompt. Detected actions are named only if perception
is sure: such a generator sees the video itself, and a wrong word is worse than none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foley_core.cues.filters import SoundFilters
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import PROMPT_LIMIT_CHARS
from foley_core.styles.direction import Direction
from foley_core.styles.pack import StylePack

PUBLISHED_NEGATIVE = "noisy, harsh"
"""Default negative prompt of the public HunyuanVideo-Foley checkpoints."""
LEAST_CONFIDENCE = 0.75
"""Confidence from which an action is named."""
MOST_ACTIONS = 4
"""Most actions that are named."""


@dataclass(frozen=True, slots=True)
class ClipText:
    """The words for one clip.

    Attributes:
        prompt: what shall sound.
        negative_prompt: what shall not sound.
        guidance: scale of classifier-free guidance; at 1 the words have no effect.
    """

    prompt: str
    negative_prompt: str
    guidance: float


def clip_text(
    sheet: CueSheet, first: int, last: int, pack: StylePack, options: Direction
) -> ClipText:
    """Return the words for the samples `[first, last)` of a video.

    Args:
        sheet: the directed sheet, after the filters.
        first: first sample of the clip.
        last: sample after its last.
        pack: the style pack of the region.
        options: what a job and a row ask for.
    """
    seen = [cue for cue in sheet.cues if cue.onset < last and cue.offset > first]
    prompt = [options.prompt[:PROMPT_LIMIT_CHARS], *_actions(seen), pack.prompt.text]
    avoided = [options.negative_prompt[:PROMPT_LIMIT_CHARS], *banned_names(options.filters)]
    # Without a ban such a generator fills every clip with background; its beds are only wanted if
    # the environment is on. Music is always a stem of its own.
    if not options.environment:
        avoided.append("background ambience")
    # Such a generator sees the instruments itself, though their cues are left out.
    if not options.diegetic_music:
        avoided.append("musical instruments")
    avoided += ["music", pack.prompt.avoid, PUBLISHED_NEGATIVE]
    return ClipText(_joined(prompt), _joined(avoided), pack.prompt.guidance)


def banned_names(filters: SoundFilters) -> list[str]:
    """Return the classes that the filters switch off, in words."""
    return [_words(name) for name, entry in filters.classes if entry.banned]


def unheard_settings(filters: SoundFilters) -> list[str]:
    """Return sentences on filters that a generator of whole clips cannot follow."""
    classes = taxonomy().classes
    names = [
        name
        for name, entry in filters.classes
        if name in classes
        and classes[name].kind != "ambience"
        and not entry.banned
        and (entry.gain_db or entry.style)
    ]
    if not names:
        return []
    said = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return [
        f"sound filters: {said} cannot be turned up, down or coloured by themselves, since this "
        "model generates each clip as a whole; only 'off' is followed, as a negative prompt"
    ]


def generates_actions(options: Direction) -> bool:
    """Return True if anything except ambience and music may sound at all."""
    if not options.action:
        return False
    classes = taxonomy().classes
    solo = [name for name in options.filters.solo if name in classes]
    return not options.filters.solo or any(classes[name].kind != "ambience" for name in solo)


def _actions(cues: Sequence[Cue]) -> list[str]:
    """Return the surest actions in words, each once."""
    sure = [c for c in cues if c.kind == "action" and c.confidence >= LEAST_CONFIDENCE]
    sure.sort(key=lambda cue: (-cue.confidence * cue.intensity, cue.onset))
    phrases = dict.fromkeys(_phrase(cue) for cue in sure)
    return list(phrases)[:MOST_ACTIONS]


def _phrase(cue: Cue) -> str:
    """Return a cue in words, such as "footstep walk on gravel" or "metal door slam"."""
    words = _words(cue.sound_class)
    if not cue.material or cue.material in words:
        return words
    if words.startswith("footstep"):
        return f"{words} on {cue.material}"
    return f"{cue.material} {words}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _joined(parts: Iterable[str]) -> str:
    """Return the phrases of all parts, joined by commas, each once."""
    phrases = (phrase.strip(" .") for part in parts for phrase in part.split(","))
    return ", ".join(dict.fromkeys(phrase for phrase in phrases if phrase))
