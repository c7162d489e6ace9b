"""Settings of one item of the sound filters: `50% duller`, `off`, `brightness -0.5`.

They are read from text and written back. Words for style (`duller`, `softer`, `沉闷`) mean the same
as in a prompt. `filters` reads the whole line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, log10

from foley_core.cues.sheet import STYLE_NAMES
from foley_core.cues.vocabulary import vocabulary
from foley_core.messages import did_you_mean, unknown

GAIN_RANGE_DB = (-60.0, 24.0)
"""Lowest and highest gain that may be asked for."""

# Numbers that Python would read, so that a wrong one ("1.2.3", "inf") gets a message of its own.
# The atomic group `(?>…)` never gives back a digit: "50%" cannot be read as 5 and the rest.
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
FORMS = "write for example '50%', '+3 dB', 'off', 'on', 'duller' or 'brightness -0.5'"


@dataclass(frozen=True, slots=True)
class ClassFilter:
    """Settings for one class. None, and a latent that is absent, leave a setting as it was.

    Attributes:
        gain_db: change of the level.
        banned: True for `off`, False for `on`.
        style: changes of style latents, by name, in order of name.
    """

    gain_db: float | None = None
    banned: bool | None = None
    style: tuple[tuple[str, float], ...] = ()

    def under(self, upper: "ClassFilter") -> "ClassFilter":
        """Return these settings, with those of `upper` wherever it says something."""
        return ClassFilter(
            gain_db=self.gain_db if upper.gain_db is None else upper.gain_db,
            banned=self.banned if upper.banned is None else upper.banned,
            style=tuple(sorted({**dict(self.style), **dict(upper.style)}.items())),
        )

    def to_text(self) -> str:
        """Return the settings as people write them; empty text if there are none."""
        parts = [] if self.banned is None else ["off" if self.banned else "on"]
        parts += [] if self.gain_db is None else [f"{self.gain_db:+g} dB"]
        return " ".join([*parts, *(f"{latent} {amount:+g}" for latent, amount in self.style)])


def read_settings(name: str, value: str, problems: list[str]) -> ClassFilter:
    """Read a value such as `50% brightness -0.5`.

    Args:
        name: the class or group that it stands beside, for messages.
        value: the text after the colon.
        problems: list to which a sentence for every fault is added.

    Returns:
        The settings that could be read.
    """
    entry = ClassFilter()
    for setting in _settings(name, value.casefold(), problems):
        entry = entry.under(setting)
    return entry


def _settings(name: str, value: str, problems: list[str]) -> Iterator[ClassFilter]:
    """Yield one filter for each setting in a value, from left to right."""
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
    """Return the longest run of words for style from `begin` on, and its end; None for none."""
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
    """Return the filter of a gain in dB, or in per cent of the amplitude (0% is `off`)."""
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
