"""Sound filters: louder, softer, off, alone, duller; for one class or a whole group.

One line of text says them, the same in a job file, a manifest row and a sidecar:

    footsteps: 50%, key_press: off, rain: +3 dB softer, door_slam: brightness -0.5, solo: water

or, in words, `duller footsteps, no keyboard typing`. A group is spelled out into its classes when
it is read, so that a class named by itself wins over its group, and an upper level (row over job,
sidecar over row) over a lower, setting by setting. A gain never touches what is generated: it moves
`gain_db` of the cues and nothing else. This module knows nothing of regions or audio.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from foley_core.cues.filter_settings import FORMS, ClassFilter, read_settings
from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import vocabulary
from foley_core.errors import ConfigError
from foley_core.ids import canonical_json
from foley_core.messages import unknown
from foley_core.types import Json

MUSIC_CLASS = "music"
TEXT_LIMIT_CHARS = 8_000

_SEPARATORS = re.compile(r"[,;\n，；、]")


@dataclass(frozen=True, slots=True)
class SoundFilters:
    """Filters by class name, in order of name, and the only classes that sound if any are solo."""

    classes: tuple[tuple[str, ClassFilter], ...] = ()
    solo: tuple[str, ...] = ()

    def merged(self, upper: "SoundFilters") -> "SoundFilters":
        """These filters with an upper level's on top: it wins, class by class and setting by
        setting; its solo replaces the solo here."""
        return SoundFilters(
            _ordered(_overlaid(dict(self.classes), dict(upper.classes))), upper.solo or self.solo
        )

    def to_text(self) -> str:
        """These filters as `parse_filters` reads them."""
        items = [f"{name}: {text}" for name, entry in self.classes if (text := entry.to_text())]
        return ", ".join(items + [f"solo: {' '.join(self.solo)}"] * bool(self.solo))

    def to_json(self) -> bytes:
        """Canonical JSON: the same bytes for the same effect, however it was written."""
        classes: dict[str, Json] = {
            name: {
                "gain_db": entry.gain_db or 0.0,
                "banned": bool(entry.banned),
                "style": {latent: amount for latent, amount in entry.style if amount},
            }
            for name, entry in self.classes
            if entry.gain_db or entry.banned or any(amount for _, amount in entry.style)
        }
        return canonical_json({"classes": classes, "solo": list(self.solo)})


def parse_filters(text: str, place: str) -> SoundFilters:
    """Filters from their one-line text; empty text filters nothing.

    Args:
        place: where the text stands, for the message: `sound.filters`, `row 12, sound_filters`.

    Raises:
        ConfigError: unknown names, numbers out of range, things said twice; every fault is listed.
    """
    if len(text) > TEXT_LIMIT_CHARS:
        raise ConfigError(f"{place}: sound filters have at most {TEXT_LIMIT_CHARS} characters")
    groups: dict[str, ClassFilter] = {}
    classes: dict[str, ClassFilter] = {}
    solo: set[str] = set()
    problems: list[str] = []
    for item in filter(None, (part.strip() for part in _SEPARATORS.split(text))):
        try:
            _read_item(item, groups, classes, solo)
        except ConfigError as error:
            problems.extend(error.problems or (str(error),))
    if problems:
        raise ConfigError(f"{place}: the sound filters cannot be used", tuple(problems))
    return SoundFilters(_ordered(_overlaid(groups, classes)), tuple(sorted(solo)))


def apply(sheet: CueSheet, filters: SoundFilters) -> CueSheet:
    """The sheet as the filters leave it."""
    by_class = dict(filters.classes)
    kept = [
        _filtered(cue, by_class.get(cue.sound_class, ClassFilter()))
        for cue in sheet.cues
        if not filters.solo or cue.sound_class in filters.solo
    ]
    return sheet.with_cues([cue for cue in kept if cue is not None])


def added_style(style: Style, latents: Mapping[str, float]) -> Style:
    """A style moved by some latents, each kept within -1..1 and rounded to survive JSON."""
    moved = {
        name: round(min(1.0, max(-1.0, getattr(style, name) + amount)), 3)
        for name, amount in latents.items()
    }
    return replace(style, **moved)


def names_meant(text: str) -> tuple[str, ...]:
    """Class names meant by a class, a group, `music`, or an everyday word for one of them.

    Raises:
        ConfigError: none of these; the message names the nearest.
    """
    name = re.sub(r"[\s-]+", "_", text.strip().casefold())
    table = taxonomy()
    if name == MUSIC_CLASS:
        return (MUSIC_CLASS,)
    if name in table.all_classes or name in table.all_groups:
        return table.names_in(name)
    if meant := vocabulary().names_for(text):
        return meant
    known = (*table.all_classes, *table.all_groups, MUSIC_CLASS)
    raise ConfigError(unknown("sound class or group", name, known))


def _filtered(cue: Cue, entry: ClassFilter) -> Cue | None:
    if entry.banned:
        return None
    asked_db = entry.gain_db or 0.0
    return replace(
        cue,
        gain_db=round(cue.gain_db + asked_db, 3),
        filter_db=round(cue.filter_db + asked_db, 3),
        style=added_style(cue.style, dict(entry.style)),
    )


def _ordered(classes: Mapping[str, ClassFilter]) -> tuple[tuple[str, ClassFilter], ...]:
    return tuple(sorted(classes.items()))


def _overlaid(
    lower: Mapping[str, ClassFilter], upper: Mapping[str, ClassFilter]
) -> dict[str, ClassFilter]:
    names = {*lower, *upper}
    return {
        name: lower.get(name, ClassFilter()).under(upper.get(name, ClassFilter())) for name in names
    }


def _read_item(
    item: str, groups: dict[str, ClassFilter], classes: dict[str, ClassFilter], solo: set[str]
) -> None:
    name, _, value = (part.strip() for part in re.split(r"([:：])", f"{item}:", maxsplit=1))
    value = value.removesuffix(":").strip()
    if name.casefold() == "solo" and value:
        solo.update(*(names_meant(word) for word in _solo_words(value)))
        return
    problems: list[str] = []
    names, entry = _named(name, value, problems) if value else _in_words(name)
    target = classes if len(names) == 1 else groups
    problems += [f"'{name}': said twice" for one in names if _said_twice(target, one, entry)][:1]
    if problems:
        raise ConfigError("", tuple(problems))
    for one in names:
        target[one] = target.get(one, ClassFilter()).under(entry)


def _named(name: str, value: str, problems: list[str]) -> tuple[tuple[str, ...], ClassFilter]:
    try:
        names = names_meant(name)
    except ConfigError as error:
        problems.append(str(error))
        names = ()
    return names, read_settings(name, value, problems)


def _in_words(item: str) -> tuple[tuple[str, ...], ClassFilter]:
    """What `duller footsteps` or `no keyboard typing` asks for.

    Raises:
        ConfigError: it is not a name with words for style, or with a negation.
    """
    phrases = vocabulary().read(item)
    phrase = phrases[0] if len(phrases) == 1 else None
    if phrase and not phrase.unmapped and not phrase.material:
        music = (MUSIC_CLASS,) if phrase.about_music else ()
        names, meant = (*phrase.actions, *phrase.scenes, *music), phrase.meant
        if names and meant.negates and not (meant.style or meant.gain_db):
            return names, ClassFilter(banned=True)
        if names and not meant.negates and (meant.style or meant.gain_db):
            return names, ClassFilter(gain_db=meant.gain_db or None, style=meant.style)
    raise ConfigError(f"'{item}': a name, a colon and a setting are needed; {FORMS}")


def _solo_words(value: str) -> list[str]:
    """The names after `solo:`: `water footsteps`, `water + footsteps`, `water and footsteps`."""
    return [word for word in re.split(r"[\s+&]+", value) if word != "and"]


def _said_twice(target: Mapping[str, ClassFilter], name: str, entry: ClassFilter) -> bool:
    former = target.get(name, ClassFilter())
    return (
        (former.gain_db is not None and entry.gain_db is not None)
        or (former.banned is not None and entry.banned is not None)
        or bool(dict(former.style).keys() & dict(entry.style).keys())
    )
