"""Sound filters: louder, softer, off, alone, duller; for one class or a whole group.

One line of text says them, the same in a job file, a manifest row and (later) a sidecar:

    footsteps: 50%, key_press: off, rain: +3 dB, door_slam: brightness -0.5, solo: water

A group is spelled out into its classes when it is read, so that a class named by itself wins over
its group, and a row over its job, setting by setting. A gain never touches what is generated: it
moves `gain_db` of the cues and nothing else. This module knows nothing of regions or audio.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite, log10

from foley_core.cues.sheet import STYLE_NAMES, Cue, CueSheet, Style
from foley_core.cues.taxonomy import taxonomy, unknown
from foley_core.cues.vocabulary import vocabulary
from foley_core.errors import ConfigError
from foley_core.ids import canonical_json
from foley_core.types import Json

MUSIC_CLASS = "music"
GAIN_RANGE_DB = (-60.0, 24.0)
TEXT_LIMIT_CHARS = 4_000

_NUMBER = r"(?>[+-]?(?:[\d.]+(?:e[+-]?\d+)?|nan|inf\w*))"
_SETTING = re.compile(
    rf"""\s*(?:
        (?P<latent>[a-z]+)\s*=?\s*(?P<amount>{_NUMBER})(?!\s*(?:%|db)) |
        (?P<gain>{_NUMBER})\s*(?P<unit>%|db\b) |
        (?P<word>off|on)\b
    )""",
    re.VERBOSE,
)
_SEPARATORS = re.compile(r"[,;\n，；、]")
_FORMS = "write for example '50%', '+3 dB', 'off', 'on' or 'brightness -0.5'"


@dataclass(frozen=True, slots=True)
class ClassFilter:
    """What is asked of one class; None and an absent latent leave it to the level above."""

    gain_db: float | None = None
    banned: bool | None = None
    style: tuple[tuple[str, float], ...] = ()

    def under(self, upper: "ClassFilter") -> "ClassFilter":
        """This filter with everything that `upper` says in its place."""
        return ClassFilter(
            gain_db=self.gain_db if upper.gain_db is None else upper.gain_db,
            banned=self.banned if upper.banned is None else upper.banned,
            style=tuple(sorted({**dict(self.style), **dict(upper.style)}.items())),
        )


@dataclass(frozen=True, slots=True)
class SoundFilters:
    """Filters by class name, in order of name, and the only classes that sound if any are solo."""

    classes: tuple[tuple[str, ClassFilter], ...] = ()
    solo: tuple[str, ...] = ()

    def merged(self, row: "SoundFilters") -> "SoundFilters":
        """These filters, with a row's own on top: the row wins, class by class and setting by
        setting; a row's solo replaces the job's."""
        return SoundFilters(
            _ordered(_overlaid(dict(self.classes), dict(row.classes))), row.solo or self.solo
        )

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
    if name in table.classes or name in table.groups:
        return table.names_in(name)
    if meant := vocabulary().names_for(text):
        return meant
    known = (*table.classes, *table.groups, MUSIC_CLASS)
    raise ConfigError(unknown("sound class or group", name, known))


def _filtered(cue: Cue, entry: ClassFilter) -> Cue | None:
    if entry.banned:
        return None
    return replace(
        cue,
        gain_db=round(cue.gain_db + (entry.gain_db or 0.0), 3),
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
    name, colon, value = (part.strip() for part in re.split(r"([:：])", f"{item}:", maxsplit=1))
    value = value.removesuffix(":").strip()
    if not colon or not value:
        raise ConfigError(f"'{item}': a name, a colon and a setting are needed; {_FORMS}")
    if name.casefold() == "solo":
        solo.update(*(names_meant(word) for word in _solo_words(value)))
        return
    problems = []
    try:
        names = names_meant(name)
    except ConfigError as error:
        problems.append(str(error))
        names = ()
    entry = _read_settings(name, value.casefold(), problems)
    target = classes if len(names) == 1 else groups
    problems += [f"'{name}': said twice" for one in names if _said_twice(target, one, entry)][:1]
    if problems:
        raise ConfigError("", tuple(problems))
    for one in names:
        target[one] = target.get(one, ClassFilter()).under(entry)


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


def _read_settings(name: str, value: str, problems: list[str]) -> ClassFilter:
    entry = ClassFilter()
    for match in _settings(name, value, problems):
        try:
            setting = _read_setting(match)
        except ValueError as error:
            problems.append(f"'{name}': {error}")
            continue
        entry = entry.under(setting)
    return entry


def _settings(name: str, value: str, problems: list[str]) -> Iterator[re.Match[str]]:
    end = 0
    while end < len(value.rstrip()):
        match = _SETTING.match(value, end)
        if match is None:
            problems.append(f"'{name}': cannot read '{value[end:].strip()}'; {_FORMS}")
            return
        yield match
        end = match.end()


def _read_setting(match: re.Match[str]) -> ClassFilter:
    if match["word"]:
        return ClassFilter(banned=match["word"] == "off")
    if match["gain"]:
        return _read_gain(match["gain"], match["unit"])
    if match["latent"] not in STYLE_NAMES:
        raise ValueError(unknown("style latent", match["latent"], STYLE_NAMES))
    amount = _number(match["amount"])
    if not -1 <= amount <= 1:
        raise ValueError(f"{match['latent']} {match['amount']} is not between -1 and +1")
    return ClassFilter(style=((match["latent"], round(amount, 3)),))


def _read_gain(number: str, unit: str) -> ClassFilter:
    amount = _number(number)
    said = f"{number}{'%' if unit == '%' else ' dB'}"
    if unit == "%":
        if amount == 0:
            return ClassFilter(banned=True)
        amount = 20 * log10(amount / 100) if amount > 0 else -float("inf")
    low, high = GAIN_RANGE_DB
    if not low <= amount <= high:
        raise ValueError(f"{said} is not between {low:g} and +{high:g} dB (0.1% and 1585%)")
    return ClassFilter(gain_db=round(amount, 3))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number") from None
    if not isfinite(number):
        raise ValueError(f"'{text}' is not a finite number")
    return number
