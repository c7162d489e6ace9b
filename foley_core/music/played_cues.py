"""Notes of the instruments that are seen: a cue in, what is played at it or along it out. No sound.

A stroke is one note, or a chord, at the cue's onset; its pitch follows the place in the picture if
that is told, else a walk up and down the scale. Bows and breath play a phrase by the composer for
as long as the cue lasts. Key, chords and tempo follow from the video's seed, so that all
instruments of a video play together. Nothing here is the melody that was really played.

What is played at a moment depends on the cue there and on nothing else, so a correction of one cue
leaves the notes of the others as they are.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import log2

from foley_core.cues.sheet import Cue
from foley_core.ids import seed_of
from foley_core.music.moods import MOODS
from foley_core.music.phrase import Line, melody_line
from foley_core.music.piece import LAST_CHORD_S, Note, Piece
from foley_core.music.played_instruments import PlayedInstrument, instrument_of
from foley_core.music.played_spec import PlayedNote, PlayedSpec
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import U8

WINDOW_SAMPLES = 20 * SAMPLE_RATE
"""Length of the parts in which a phrase is rendered; they lie on one grid in the video."""
LEAST_PHRASE_SAMPLES = 2 * SAMPLE_RATE
"""A cue of a struck or plucked instrument that lasts this long is a phrase, not a stroke."""
STROKES = 3
"""Variants of each note; repeating one exactly sounds like a machine."""

# Moods in which a stranger's instrument is least surprising.
_MOODS = ("calm", "warm", "bright")
_BUSY = 0.7
# Time from one drawn point of the walk to the next.
_WALK_SAMPLES = 2 * SAMPLE_RATE
# Time around a note over which motion decides how loud it is, in motion steps (25 a second), and
# time over which motion is usual.
_MOVED_STEPS, _USUAL_STEPS = 6, 250
# Twice the usual motion plays louder by 3 dB, at most by 6 dB; levels span 24 dB from 0 to 1.
_PER_DOUBLING, _MOST = 3.0 / 24.0, 6.0 / 24.0
_LEVEL_STEPS = 20


def is_phrase(cue: Cue) -> bool:
    """Return True for a cue of an instrument along which a phrase is played, not one stroke."""
    instrument = instrument_of(cue.sound_class, cue.material)
    long = cue.offset - cue.onset >= LEAST_PHRASE_SAMPLES
    return instrument.is_held or (long and instrument.in_span != "onsets")


def piece_of_video(seed: int, samples: int, players: tuple[str, ...], take: int = 0) -> Piece:
    """Return the piece that the instruments of a video play parts of.

    Args:
        seed: the video's noise seed: mood, key, chords and tempo follow from it.
        samples: length of the track.
        players: names that the composer knows.
    """
    usual = MOODS[_MOODS[seed_of("mood", seed) % len(_MOODS)]]
    # Whoever plays alone plays more notes than a bed under a film has.
    mood = replace(usual, pulses=8, busy=_BUSY)
    tempo_bpm = mood.tempo_bpm * (0.9 + 0.2 * _share("tempo", seed))
    beat = round(60 * SAMPLE_RATE / tempo_bpm)
    # The last chord lies beyond the picture: whoever is seen goes on playing.
    beyond = max(4 * beat, round(LAST_CHORD_S * SAMPLE_RATE))
    return Piece(seed, mood, players, beat, samples + beyond, take)


def note_at_onset(cue: Cue, samples: int, seed: int) -> PlayedSpec:
    """Return what sounds at the onset of a stroke.

    Args:
        samples: length of the track.
        seed: the video's noise seed.

    Raises:
        KeyError: no instrument plays the cue's class.
    """
    instrument = instrument_of(cue.sound_class, cue.material)
    piece = piece_of_video(seed, samples, ())
    drawn = seed_of("stroke", seed, cue.sound_class, cue.onset, cue.take)
    level = _in_steps(cue.intensity)
    notes = tuple(
        PlayedNote(start, 0, pitch, _in_steps(level + softer), (drawn + index) % STROKES)
        for index, (start, pitch, softer) in enumerate(_struck(cue, instrument, piece, drawn, seed))
    )
    length = max(note.start for note in notes) + round(instrument.rings_s * SAMPLE_RATE)
    return PlayedSpec(instrument.name, notes, length, cue.style)


def phrase_in_span(
    cue: Cue, samples: int, motion_energy: U8, seed: int
) -> list[tuple[int, PlayedSpec]]:
    """Return a phrase as parts that join without a seam: first sample in the video, and notes.

    Args:
        samples: length of the track.
        motion_energy: `(T,)` at 25 per second; empty where it is not known.
        seed: the video's noise seed.

    Raises:
        KeyError: no instrument plays the cue's class.
    """
    instrument = instrument_of(cue.sound_class, cue.material)
    end = min(cue.offset, samples)
    notes = list(_phrase(cue, instrument, samples, end, motion_energy, seed))
    ring = round(instrument.rings_s * SAMPLE_RATE)
    last = max(note.start + note.samples for note in notes) + ring
    parts = []
    for window in range(cue.onset // WINDOW_SAMPLES, -(-last // WINDOW_SAMPLES)):
        begin = max(cue.onset, window * WINDOW_SAMPLES)
        until = min(last, (window + 1) * WINDOW_SAMPLES)
        sounding = tuple(
            PlayedNote(n.start - begin, n.samples, n.pitch, n.level, n.variant, n.tied)
            for n in notes
            if n.start < until and n.start + n.samples + ring > begin
        )
        parts.append((begin, PlayedSpec(instrument.name, sounding, until - begin, cue.style)))
    return parts


def _struck(
    cue: Cue, instrument: PlayedInstrument, piece: Piece, drawn: int, seed: int
) -> Iterator[tuple[int, int, float]]:
    """Yield start, pitch and change of level of every note of one stroke."""
    keys = _keys(instrument, piece, cue)
    if instrument.at_onset == "one":
        yield 0, keys[seed_of("bell", seed, cue.sound_class, cue.take) % len(keys)], 0.0
        return
    place = _place(cue, seed, drawn)
    chord = _chord_tones(piece, cue.onset)
    # Told by the place, a key is where it is; else a note is one of the chord more often than not.
    among = keys if cue.pan or drawn % 5 < 2 else [key for key in keys if key % 12 in chord] or keys
    pitch = among[round(place * (len(among) - 1))]
    yield 0, pitch, 0.0
    tones = [key for key in keys if key % 12 in chord]
    if instrument.at_onset == "keys" and drawn % 7 < 2:
        # The other hand: a tone of the chord about an octave below.
        below = [key for key in tones if key <= pitch - 7]
        yield from ((0, key, -0.1) for key in below[-1:])
    elif instrument.at_onset == "strum" and drawn % 7 < 2 + 4 * cue.intensity:
        above = [key for key in tones if key > pitch]
        for index, key in enumerate(above[:4], 1):
            yield round(index * (0.012 + 0.01 * (1 - cue.intensity)) * SAMPLE_RATE), key, -0.05
    elif instrument.at_onset == "glide" and drawn % 7 < 3:
        above = [key for key in tones if key > pitch]
        for index, key in enumerate(above[:2], 1):
            yield round(index * 0.07 * SAMPLE_RATE), key, -0.05


def _phrase(
    cue: Cue, instrument: PlayedInstrument, samples: int, end: int, energy: U8, seed: int
) -> Iterator[PlayedNote]:
    """Yield the notes of a phrase, in order of time, counted from the start of the video."""
    player = (
        "violin" if instrument.in_span == "line" else "strings" if instrument.is_held else "piano"
    )
    piece = piece_of_video(seed, samples, (player,), cue.take)
    written = list(piece.notes(cue.onset, end))
    if instrument.in_span == "line":
        line = Line(written, piece, cue.onset, end, instrument.bow_notes)
        written, tied = melody_line(line)
    else:
        written, tied = _whole_notes(written, piece, instrument, cue.onset, end), frozenset()
    keys = _keys(instrument, piece, cue)
    octaves = _octaves_up(keys, piece)
    for note in written:
        moved = _moved(energy, note.start, note.start + note.samples)
        accent = 0.2 * (note.level - 0.5)
        level = _in_steps(0.15 + 0.8 * cue.intensity + moved + accent)
        drawn = seed_of("stroke", seed, cue.sound_class, note.start, cue.take)
        pitch = _within(note.pitch + octaves, keys)
        yield PlayedNote(
            note.start,
            note.samples if instrument.is_held else 0,
            pitch,
            level,
            drawn % STROKES,
            note.start in tied,
        )


def _whole_notes(
    written: list[Note], piece: Piece, instrument: PlayedInstrument, onset: int, end: int
) -> list[Note]:
    """Return the notes of a span: what is held is cut to it, what is struck begins within it."""
    if instrument.is_held:
        # Notes that only ring on are no part of the span.
        cut = [
            replace(n, start=begin, samples=min(n.start + n.samples, end) - begin)
            for n in written
            for begin in (max(n.start, onset),)
            if n.start + n.samples > onset
        ]
        # Scraps of a chord are left out, unless the span holds nothing else.
        held = [n for n in cut if n.samples > SAMPLE_RATE // 8] or cut
        return sorted(held, key=lambda n: n.start)
    struck = sorted((n for n in written if onset <= n.start < end), key=lambda n: n.start)
    if not struck or struck[0].start > onset + SAMPLE_RATE // 20:
        root = piece.pitch(piece.bar_at(onset).chord)
        struck.insert(0, Note(onset, piece.beat, piece.instruments[0], root, 0.5, 0.0))
    return struck


def _keys(instrument: PlayedInstrument, piece: Piece, cue: Cue) -> list[int]:
    """Return the pitches of the video's scale that the instrument plays, rising.

    A larger instrument of its kind (a cello) plays an octave below, a smaller one above.
    """
    up = -12 if cue.style.size >= 0.5 else 12 if cue.style.size <= -0.5 else 0
    scale = {(piece.root + step) % 12 for step in piece.mood.scale}
    if instrument.at_onset == "tubes":
        scale = {(piece.root + piece.mood.scale[degree]) % 12 for degree in (0, 1, 2, 4, 5)}
    whole = range(instrument.low + up, instrument.high + up + 1)
    return [pitch for pitch in whole if pitch % 12 in scale]


def _chord_tones(piece: Piece, sample: int) -> frozenset[int]:
    """Return the tones of the chord at a sample, as pitch classes 0..11."""
    chord = piece.bar_at(sample).chord
    return frozenset(piece.pitch(chord + 2 * tone) % 12 for tone in range(3))


def _place(cue: Cue, seed: int, drawn: int) -> float:
    """Return where on the instrument a stroke falls, 0..1 from low to high."""
    if cue.pan:
        return (cue.pan + 1) / 2
    # Lines between points drawn every two seconds, and a step up or down from them.
    index, into = divmod(cue.onset, _WALK_SAMPLES)
    before, after = (_share("walk", seed, cue.sound_class, index + at) for at in (0, 1))
    walked = before + (after - before) * into / _WALK_SAMPLES
    return min(1.0, max(0.0, 0.2 + 0.6 * walked + 0.3 * (drawn % 1000 / 1000 - 0.5)))


def _octaves_up(keys: list[int], piece: Piece) -> int:
    """Return the octaves, in semitones, that bring a melody to the middle of the instrument."""
    # A melody lies around the tenth degree of the scale.
    return 12 * round(((keys[0] + keys[-1]) / 2 - piece.pitch(9)) / 12)


def _within(pitch: int, keys: list[int]) -> int:
    """Return a pitch, moved by octaves into the range of the instrument."""
    while pitch > keys[-1]:
        pitch -= 12
    while pitch < keys[0]:
        pitch += 12
    return pitch


def _moved(energy: U8, start: int, end: int) -> float:
    """Return the change of level by the motion around a note, against ten seconds around it."""
    first, last = start // SAMPLES_PER_STEP, -(-end // SAMPLES_PER_STEP)
    near = energy[max(0, first - _MOVED_STEPS) : last + _MOVED_STEPS]
    usual = energy[max(0, first - _USUAL_STEPS // 2) : first + _USUAL_STEPS // 2]
    if not len(near) or not len(usual):
        return 0.0
    # 4 of 255: where hardly anything moves, its small changes mean nothing.
    doublings = log2((float(near.mean()) + 4.0) / (float(usual.mean()) + 4.0))
    return min(_MOST, max(-_MOST, _PER_DOUBLING * doublings))


def _in_steps(level: float) -> float:
    """Return a level 0.1..1 in steps of 1/20, so that equal notes are rendered once."""
    return round(min(1.0, max(0.1, level)) * _LEVEL_STEPS) / _LEVEL_STEPS


def _share(*parts: int | str) -> float:
    """Return a number 0..1 drawn from what names it."""
    return seed_of(*parts) / 2**63
