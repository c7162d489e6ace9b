"""What one item of sound filters asks of a class: `50% duller`, `off`, `brightness -0.5`.

Settings are read from text and written back. Words for style (`duller`, `softer`, `沉闷`) mean what
they mean in a prompt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, log10

from foley_core.cues.sheet import STYLE_NAMES
from foley_core.cues.vocabulary import vocabulary
from foley_core.messages import did_you_mean, unknown

GAIN_RANGE_DB = (-60.0, 24.0)

_NUMBER = r"(?>[+-]?(?:[\d.]+(?:e[+-]?\d+)?|nan|inf\w*))"
_SETTING = re.compile(
    rf"""\s*(?:
        (?P<latent>[a-z]+)\s*=?\s*(?P<amount>{_NUMBER})(?!\s*(?:%|db)) |
        (?P<gain>{_NUMBER})\s*(?P<unit>%|db\b) |
        (?P<word>off|on)\b
    )""",
    re.VERBOSE,
)
_WORDS = re.compile(r"\s*([^\W\d_]+(?:[ -][^\W\d_]+)*)")
FORMS = "write for example '50%', '+3 dB', 'off', 'on' 'duller' or 'brightness -0.5'"


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

    def to_text(self) -> str:
        """The settings as they are written; empty where nothing is asked."""
        parts = [] if self.banned is None else ["off" if self.banned else "on"]
        parts += [] if self.gain_db is None else [f"{self.gain_db:+g} dB"]
        return " ".join([*parts, *(f"{latent} {amount:+g}" for latent, amount in self.style)])


def read_settings(name: str, value: str, problems: list[str]) -> ClassFilter:
    """What a value such as `50% brightness -0.5` asks for; its faults are added to `problems`."""
    entry = ClassFilter()
    for setting in _settings(name, value.casefold(), problems):
        entry = entry.under(setting)
    return entry


def _settings(name: str, value: str, problems: list[str]) -> Iterator[ClassFilter]:
    end = 0
    while end < len(value.rstrip()):
        match = _SETTING.match(value, end)
        if match:
            try:
                yield _read_setting(match)
            except ValueError as error:
                problems.append(f"'{name}': {error}")
            end = match.end()
            continue
        words = _style_words(value, end)
        if words is None:
            problems.append(f"'{name}': cannot read '{value[end:].strip()}'; {_hint(value[end:])}")
            return
        setting, end = words
        yield setting


def _style_words(value: str, begin: int) -> tuple[ClassFilter, int] | None:
    """The longest run of words for style from `begin` on, and where it ends."""
    match = _WORDS.match(value, begin)
    words = match[1] if match else ""
    while words:
        if meant := vocabulary().style_for(words):
            end = value.index(words, begin) + len(words)
            return ClassFilter(gain_db=meant.gain_db or None, style=meant.style), end
        words = words.rpartition(" ")[0]
    return None


def _hint(value: str) -> str:
    known = (*vocabulary().style_words, "off", "on")
    return f"{did_you_mean(value.split()[0], known)} {FORMS}".strip()


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
