"""From a directed cue sheet to the words that a text-conditioned generator hears for one clip.

The manifest's own words come first, since a text encoder reads only so many; then what is known to
happen in the clip, then the region. Bans, and all that is a stem of its own, go to the negative
prompt. Detected actions are named only where perception is sure: a wrong word is worse than none
for a generator that sees the picture itself.
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
"""What the public checkpoints are asked to avoid where nothing is said."""
LEAST_CONFIDENCE = 0.75
MOST_ACTIONS = 4


@dataclass(frozen=True, slots=True)
class ClipText:
    """What shall sound in a clip and what shall not, in words, and how much the words count."""

    prompt: str
    negative_prompt: str
    guidance: float


def clip_text(
    sheet: CueSheet, first: int, last: int, pack: StylePack, options: Direction
) -> ClipText:
    """The words for the samples `[first, last)` of a picture.

    Args:
        sheet: directed, with what the filters left of it.
    """
    seen = [cue for cue in sheet.cues if cue.onset < last and cue.offset > first]
    prompt = [options.prompt[:PROMPT_LIMIT_CHARS], *_actions(seen), pack.prompt.text]
    avoided = [options.negative_prompt[:PROMPT_LIMIT_CHARS], *banned_names(options.filters)]
    if not options.environment:
        avoided.append("background ambience")
    avoided += ["music", pack.prompt.avoid, PUBLISHED_NEGATIVE]
    return ClipText(_joined(prompt), _joined(avoided), pack.prompt.guidance)


def banned_names(filters: SoundFilters) -> list[str]:
    """What the filters switch off, in words."""
    return [_words(name) for name, entry in filters.classes if entry.banned]


def unheard_settings(filters: SoundFilters) -> list[str]:
    """Sentences on filters that a generator of whole clips cannot follow."""
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
        "model performs a clip as a whole; only 'off' is followed, as a negative prompt"
    ]


def generates_actions(options: Direction) -> bool:
    """Whether anything but beds and music shall sound at all."""
    if not options.action:
        return False
    classes = taxonomy().classes
    solo = [name for name in options.filters.solo if name in classes]
    return not options.filters.solo or any(classes[name].kind != "ambience" for name in solo)


def _actions(cues: Sequence[Cue]) -> list[str]:
    """The surest actions, each once."""
    sure = [c for c in cues if c.kind == "action" and c.confidence >= LEAST_CONFIDENCE]
    sure.sort(key=lambda cue: (-cue.confidence * cue.intensity, cue.onset))
    phrases = dict.fromkeys(_phrase(cue) for cue in sure)
    return list(phrases)[:MOST_ACTIONS]


def _phrase(cue: Cue) -> str:
    words = _words(cue.sound_class)
    if not cue.material or cue.material in words:
        return words
    if words.startswith("footstep"):
        return f"{words} on {cue.material}"
    return f"{cue.material} {words}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _joined(parts: Iterable[str]) -> str:
    """Phrases between commas, each once."""
    phrases = (phrase.strip(" .") for part in parts for phrase in part.split(","))
    return ", ".join(dict.fromkeys(phrase for phrase in phrases if phrase))
