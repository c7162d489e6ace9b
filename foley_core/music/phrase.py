"""A melody as one player with a bow or with breath plays it: one line, without holes.

The composer writes notes with rests between them. Here they become a line that lasts as long as
the player is seen to play: notes are held until the next one, long ones are struck up anew, groups
of notes lie on one bow or breath, and the line ends on a tone of the chord.
"""

from dataclasses import dataclass, replace

from foley_core.ids import seed_of
from foley_core.music.piece import Note, Piece
from foley_core.timebase import SAMPLE_RATE

# Shorter than this, a note is left out; longer, another one is put into it at half a bar.
_SHORTEST = round(0.16 * SAMPLE_RATE)
_LONGEST = round(2.2 * SAMPLE_RATE)
# The last note lasts at least so long.
_ENDING = round(0.4 * SAMPLE_RATE)
# A breath shortens the note before it; so little that what rings on bridges it.
_BREATH = round(0.09 * SAMPLE_RATE)
_BARS_ON_A_BREATH = 2


@dataclass(frozen=True, slots=True)
class Line:
    """Material of a line.

    Attributes:
        written: notes of the composer that sound in the span.
        piece: the piece that they are of.
        onset, end: the span, samples of the video.
        bow_notes: notes on one bow or breath, on average.
    """

    written: list[Note]
    piece: Piece
    onset: int
    end: int
    bow_notes: int


def melody_line(line: Line) -> tuple[list[Note], frozenset[int]]:
    """Return the notes of a line, in order of time, and the starts of those that are tied."""
    starts = _filled(_begun(line), line)
    notes: list[Note] = []
    tied: set[int] = set()
    for index, note in enumerate(starts):
        last = index + 1 == len(starts)
        until = line.end if last else starts[index + 1].start
        if not last and _breathes_before(starts[index + 1].start, line.piece):
            until -= min(_BREATH, (until - note.start) // 3)
        elif not last and _is_tied(starts[index + 1], line):
            tied.add(starts[index + 1].start)
        notes.append(replace(note, samples=until - note.start))
    ending = _nearest_chord_tone(notes[-1].pitch, line.piece, notes[-1].start)
    notes[-1] = replace(notes[-1], pitch=ending)
    return notes, frozenset(tied)


def _begun(line: Line) -> list[Note]:
    """Return the notes that begin in the span; the first begins with it."""
    ordered = sorted(line.written, key=lambda note: note.start)
    before = [note for note in ordered if note.start <= line.onset]
    if before:
        first = replace(before[-1], start=line.onset)
    else:
        pitch = (
            ordered[0].pitch
            if ordered
            else line.piece.pitch(line.piece.bar_at(line.onset).chord + 7)
        )
        first = Note(line.onset, 0, line.piece.instruments[0], pitch, 0.5, 0.0)
    begun = [first]
    for note in ordered:
        enough = note.start - begun[-1].start >= _SHORTEST
        if enough and line.end - note.start >= _ENDING:
            begun.append(note)
    return begun


def _filled(begun: list[Note], line: Line) -> list[Note]:
    """Return the notes with others put in where one would be held for too long."""
    half = line.piece.bar_samples // 2
    filled: list[Note] = []
    for index, note in enumerate(begun):
        filled.append(note)
        until = begun[index + 1].start if index + 1 < len(begun) else line.end - _ENDING
        # Half bars from the beginning of the bar in which the note lies.
        at = line.piece.bar_at(note.start).start
        while at + half < until - half // 2:
            at += half
            if at - filled[-1].start >= _LONGEST // 2:
                step = (-4, -2, 3, 5)[seed_of("fill", line.piece.seed, line.piece.take, at) % 4]
                pitch = _nearest_chord_tone(filled[-1].pitch + step, line.piece, at)
                filled.append(replace(note, start=at, pitch=pitch))
    return filled


def _breathes_before(start: int, piece: Piece) -> bool:
    """Return True for the first beat of every second bar: there a player takes breath."""
    bar = piece.bar_at(start)
    return (bar.index - piece.bars) % _BARS_ON_A_BREATH == 0 and start - bar.start < piece.beat // 2


def _is_tied(note: Note, line: Line) -> bool:
    """Return True for a note on the same bow or breath as the one before it."""
    return seed_of("bow", line.piece.seed, line.piece.take, note.start) % line.bow_notes != 0


def _nearest_chord_tone(pitch: int, piece: Piece, sample: int) -> int:
    """Return the tone of the chord at a sample that is nearest to a pitch."""
    chord = piece.bar_at(sample).chord
    tones = {piece.pitch(chord + 2 * tone) % 12 for tone in range(3)}
    return min(range(pitch - 6, pitch + 7), key=lambda p: (p % 12 not in tones, abs(p - pitch), p))
