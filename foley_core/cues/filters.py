"""Sound filters: louder, softer, off, alone or duller, for one class or a whole group.

They are one line of text, of the same form in a job file, a manifest row and a sidecar:

    footsteps: 50%, key_press: off, rain: +3 dB softer, door_slam: brightness -0.5, solo: water

or, in words, `duller footsteps, no keyboard typing`. A group is replaced by its classes when it is
read. A setting of an older, broader class holds for the finer ones that are part of it, unless they
have one themselves. A class that is named itself wins over its group, and an upper level (row over
job, sidecar over row) wins over a lower one, setting by setting. A gain never changes what is
generated: it changes `gain_db` of the cues and nothing else. This module knows nothing of regions
or audio.
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
TEXT_LIMIT_CHARS = 16_000

_SEPARATORS = re.compile(r"[,;\n，；、]")


@dataclass(frozen=True, slots=True)
class SoundFilters:
    """The filters of a video.

    Attributes:
        classes: class names with their settings, in order of name.
        solo: the only classes that shall sound; empty for all.
    """

    classes: tuple[tuple[str, ClassFilter], ...] = ()
    solo: tuple[str, ...] = ()

    def merged(self, upper: "SoundFilters") -> "SoundFilters":
        """Return these filters with those of an upper level laid over them.

        The upper level wins, class by class and setting by setting; its `solo`, if it has one,
        replaces the one here.
        """
        return SoundFilters(
            _ordered(_overlaid(dict(self.classes), dict(upper.classes))), upper.solo or self.solo
        )

    def to_text(self) -> str:
        """Return these filters as text that `parse_filters` reads."""
        items = [f"{name}: {text}" for name, entry in self.classes if (text := entry.to_text())]
        return ", ".join(items + [f"solo: {' '.join(self.solo)}"] * bool(self.solo))

    def to_json(self) -> bytes:
        """Return canonical JSON: the same bytes for the same effect, however it was written."""
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
    """Read filters from their line of text; empty text filters nothing.

    Args:
        text: at most `TEXT_LIMIT_CHARS` characters.
        place: where the text stands, for the message: `sound.filters`, `row 12, sound_filters`.

    Raises:
        ConfigError: a name is unknown, a number is out of range, or something is said twice; every
            fault is listed.
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
    """Return the sheet after the filters: without banned classes, the rest louder or coloured."""
    by_class = dict(filters.classes)
    kept = [
        _filtered(cue, _entry_of(cue, by_class))
        for cue in sheet.cues
        if not filters.solo or {cue.sound_class, _broader(cue)} & {*filters.solo}
    ]
    return sheet.with_cues([cue for cue in kept if cue is not None])


def added_style(style: Style, latents: Mapping[str, float]) -> Style:
    """Return a style changed by some latents, each kept within -1..1 and rounded to 1/1000."""
    moved = {
        name: round(min(1.0, max(-1.0, getattr(style, name) + amount)), 3)
        for name, amount in latents.items()
    }
    return replace(style, **moved)


def names_meant(text: str) -> tuple[str, ...]:
    """Return the names of the classes that a text means.

    Args:
        text: a class, a group, `music`, or an everyday word for one of them.

    Raises:
        ConfigError: it is none of these; the message names the nearest.
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


def _broader(cue: Cue) -> str | None:
    """Return the older, broader class that the class of a seen cue is part of, if there is one."""
    known = None if cue.composition else taxonomy().classes.get(cue.sound_class)
    return known.part_of if known else None


def _entry_of(cue: Cue, by_class: Mapping[str, ClassFilter]) -> ClassFilter:
    """Return the settings of a cue's class, over those of the broader class that it is part of."""
    own = by_class.get(cue.sound_class, ClassFilter())
    broader = by_class.get(_broader(cue) or "", ClassFilter())
    return broader.under(own)


def _filtered(cue: Cue, entry: ClassFilter) -> Cue | None:
    """Return a cue after the settings of its class; None if it is banned."""
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
    """Return the filters of both levels, class by class; the upper one wins."""
    names = {*lower, *upper}
    return {
        name: lower.get(name, ClassFilter()).under(upper.get(name, ClassFilter())) for name in names
    }


def _read_item(
    item: str, groups: dict[str, ClassFilter], classes: dict[str, ClassFilter], solo: set[str]
) -> None:
    """Read one item, such as `rain: off`, into `groups`, `classes` or `solo`.

    Raises:
        ConfigError: the item cannot be read; its `problems` list every fault.
    """
    # The added colon lets an item without one split into the same three parts.
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
    """Read an item in words, such as `duller footsteps` or `no keyboard typing`.

    Raises:
        ConfigError: it is not a name with words for style or with a negation.
    """
    phrases = vocabulary().read(item)
    phrase = phrases[0] if len(phrases) == 1 else None
    if phrase and not phrase.unmapped and not phrase.material:
        music = (MUSIC_CLASS,) if phrase.about_music else ()
        meant = phrase.meant
        names = tuple(dict.fromkeys((*phrase.actions, *phrase.scenes, *meant.played, *music)))
        if names and meant.negates and not (meant.style or meant.gain_db):
            return names, ClassFilter(banned=True)
        if names and not meant.negates and (meant.style or meant.gain_db):
            return names, ClassFilter(gain_db=meant.gain_db or None, style=meant.style)
    raise ConfigError(f"'{item}': a name, a colon and a setting are needed; {FORMS}")


def _solo_words(value: str) -> list[str]:
    """Return the names after `solo:`, parted by spaces, `+`, `&` or `and`."""
    return [word for word in re.split(r"[\s+&]+", value) if word != "and"]


def _said_twice(target: Mapping[str, ClassFilter], name: str, entry: ClassFilter) -> bool:
    """Return True if an entry repeats a setting that the same class already has."""
    former = target.get(name, ClassFilter())
    return (
        (former.gain_db is not None and entry.gain_db is not None)
        or (former.banned is not None and entry.banned is not None)
        or bool(dict(former.style).keys() & dict(entry.style).keys())
    )
