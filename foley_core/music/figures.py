"""Figures: the notes that each kind of player plays in one bar. `piece` calls them bar by bar.

A figure is counted in places (sixteenths of a bar) and degrees of the scale; `piece` turns these
into samples and pitches. Chances, levels and places from left to right are choices of this project.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from foley_core.types import Rng

PLACES = 16
"""Places in a bar where a note may begin: sixteenths."""
KICK, SNARE, HAT, LOW_TOM, HIGH_TOM = 36, 38, 42, 43, 48
"""The drums, by their note numbers of General MIDI."""
LONGEST_RING_S = 3.0
"""Seconds after the end of a note in which it may still sound, whatever the instrument."""
PHRASE_BARS = 4
"""Bars in a phrase."""

Played = tuple[float, float, int, float, float]
"""Place and length in sixteenths of a bar, degree of the scale (or drum), level 0..1, pan -1..1."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    `start` and `samples` say when it sounds, `chord` is the degree of its chord. `index` counts
    from the first whole bar, `phrase` counts back from the end of the piece (0 is the last phrase),
    `place_in_phrase` is 0..3. `last` marks the last chord.
    """

    index: int
    start: int
    samples: int
    chord: int
    phrase: int
    place_in_phrase: int
    last: bool = False


def accented(place: float, rng: Rng) -> float:
    """Return the level of a note of melody: louder on a beat, ±10 % as people play."""
    return (0.62 if place % 4 == 0 else 0.45) * float(rng.uniform(0.9, 1.1))


def held_chord(chord: list[int], bar: Bar) -> Iterator[Played]:
    """Yield the tones of a chord, held for the bar and spread from left to right."""
    for voice, degree in enumerate(chord):
        yield 0.0, PLACES, degree, 0.34, 0.7 * (2 * voice / (len(chord) - 1) - 1)


def bass_line(bar: Bar, pulses: int) -> Iterator[Played]:
    """Yield the root of the chord: once a bar, twice or on every beat, as lively as the mood."""
    every = PLACES if bar.last or pulses < 8 else 8 if pulses == 8 else 4
    # One octave below the chord, two for the upper degrees: the bass stays within one octave.
    for place in range(0, PLACES, every):
        yield float(place), every, bar.chord - 7 if bar.chord < 4 else bar.chord - 14, 0.6, 0.0


def broken_chord(
    chord: list[int], bar: Bar, pulses: int, pattern: Rng, pan: float
) -> Iterator[Played]:
    """Yield a broken chord. The order of its tones is drawn once for each phrase (`pattern`)."""
    # The last chord is spread: its tones begin one after another, root and octave outside.
    if bar.last:
        for voice, degree in enumerate((0, 2, 4, 7)):
            yield 0.15 * voice, PLACES, degree, 0.45, pan
        return
    tones = [*chord, chord[0] + 7]
    order = pattern.integers(0, len(tones), pulses)
    # 15 % of the notes off the beat are left out.
    sounding = pattern.random(pulses) < 0.85
    every = PLACES // pulses
    for pulse in range(pulses):
        place = pulse * every
        if sounding[pulse] or place % 4 == 0:
            level = 0.6 if place % 4 == 0 else 0.4
            yield float(place), every, tones[int(order[pulse])], level, pan


def sparkle(chord: list[int], bar: Bar, rng: Rng) -> Iterator[Played]:
    """Yield one to three high tones of the chord, each on a drawn eighth of the bar."""
    places = [0] if bar.last else sorted(rng.choice(8, int(rng.integers(1, 4)), replace=False) * 2)
    for place in places:
        degree = 7 + int(rng.choice(chord))
        yield float(place), 2.0, 14 if bar.last else degree, 0.35, float(rng.uniform(-0.7, 0.7))


def drum_bar(bar: Bar, pulses: int, section: Rng, rng: Rng) -> Iterator[Played]:
    """Yield a bar of drums; `section` draws the extra strokes of a section, `rng` the levels.

    With 8 pulses: kick on beats 1 and 3, snare on 2 and 4, a hat on every eighth. With 16: kick on
    1 and 3, low tom on 2 and 4, and high toms between. With 4: kicks alone.
    """
    if bar.last:
        yield 0.0, 1, KICK, 0.95, 0.0
        yield 0.0, 1, LOW_TOM, 0.7, 0.2
        return
    # Places of extra strokes: the same in every bar of a section, so that a rhythm is heard.
    extra = section.random(PLACES) < (0.35 if pulses == PLACES else 0.12)
    for place in range(PLACES):
        beat = place % 4 == 0
        level = float(rng.uniform(0.85, 1.0)) * (1.0 if beat else 0.6)
        if place % 8 == 0:
            yield float(place), 1, KICK, 0.9 * level, 0.0
        elif place % 8 == 4 and pulses == 8:
            yield float(place), 1, SNARE, 0.5 * level, -0.1
        elif beat and pulses == PLACES:
            yield float(place), 1, LOW_TOM, 0.8 * level, -0.4
        elif extra[place] and pulses >= 8:
            yield float(place), 1, HIGH_TOM if pulses == PLACES else KICK, 0.6 * level, 0.4
        if pulses == 8 and place % 2 == 0:
            yield float(place), 1, HAT, 0.5 * level, 0.3
    # A fill on the last beat of a phrase, growing louder, leads into the next one.
    if bar.place_in_phrase == PHRASE_BARS - 1 and pulses >= 8:
        for place in range(12, PLACES):
            yield float(place), 1, (HIGH_TOM, LOW_TOM)[place % 2], 0.5 + 0.08 * (place - 12), 0.2
