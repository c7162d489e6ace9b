"""What seen instruments play: at places, in one key, for as long as they are seen."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foley_core.cues.sheet import Cue, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.music.played_cues import (
    is_phrase,
    note_at_onset,
    phrase_in_span,
    piece_of_video,
)
from foley_core.music.played_instruments import instrument_of, is_played, played_instrument
from foley_core.music.played_spec import PlayedNote
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import U8

MINUTE = 60 * SAMPLE_RATE
STILL = np.zeros(0, np.uint8)
PIANO = Cue("action", "piano", "wood", SAMPLE_RATE, SAMPLE_RATE + 36_000)
VIOLIN = Cue("action", "violin", "wood", 3 * SAMPLE_RATE, 31 * SAMPLE_RATE)


def stroke(cue: Cue, seed: int = 1) -> tuple[PlayedNote, ...]:
    return note_at_onset(cue, MINUTE, seed).notes


def phrase(cue: Cue, seed: int = 1, energy: U8 = STILL) -> list[PlayedNote]:
    """The notes of a phrase, once each, by their time in the video."""
    parts = phrase_in_span(cue, MINUTE, energy, seed)
    return sorted(
        {replace(n, start=n.start + begin) for begin, spec in parts for n in spec.notes},
        key=lambda note: note.start,
    )


def test_every_played_class_is_one_of_the_taxonomy_and_has_an_instrument() -> None:
    played = [name for name in taxonomy().classes if is_played(name)]
    assert len(played) == 11
    for name in played:
        for material in (None, *taxonomy().classes[name].materials):
            assert instrument_of(name, material) is played_instrument(
                instrument_of(name, material).name
            )


def test_keys_run_from_left_to_right() -> None:
    for name in ("piano", "marimba", "harp"):
        pitches = [
            stroke(replace(PIANO, sound_class=name, pan=pan))[0].pitch for pan in (-1, -0.3, 0.4, 1)
        ]
        assert pitches == sorted(set(pitches))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**60), pan=st.floats(-1, 1), onset=st.integers(0, MINUTE - 50_000))
def test_all_instruments_of_a_video_play_in_one_key(seed: int, pan: float, onset: int) -> None:
    piece = piece_of_video(seed, MINUTE, ())
    scale = {(piece.root + step) % 12 for step in piece.mood.scale}
    for name in ("piano", "marimba", "guitar", "bell"):
        cue = replace(PIANO, sound_class=name, pan=pan, onset=onset, offset=onset + 36_000)
        assert {note.pitch % 12 for note in stroke(cue, seed)} <= scale
    assert {note.pitch % 12 for note in phrase(VIOLIN, seed)} <= scale


def test_a_key_is_struck_as_hard_as_it_is_seen_and_another_take_is_another_stroke() -> None:
    assert stroke(replace(PIANO, intensity=0.9))[0].level > stroke(PIANO)[0].level
    takes = {stroke(replace(PIANO, take=take)) for take in range(8)}
    assert len(takes) > 3
    assert stroke(PIANO) == stroke(replace(PIANO, gain_db=-3.0, confidence=0.4))


def test_a_bell_keeps_its_pitch() -> None:
    bell = replace(PIANO, sound_class="church_bell", material="metal")
    later = replace(bell, onset=30 * SAMPLE_RATE, offset=31 * SAMPLE_RATE)
    assert stroke(bell)[0].pitch == stroke(later)[0].pitch


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**60),
    onset=st.integers(0, 40 * SAMPLE_RATE),
    samples=st.integers(12_000, 20 * SAMPLE_RATE),
    name=st.sampled_from(["violin", "trumpet", "woodwind"]),
)
def test_a_phrase_begins_and_ends_with_the_bow_and_has_no_holes(
    seed: int, onset: int, samples: int, name: str
) -> None:
    cue = replace(VIOLIN, sound_class=name, onset=onset, offset=onset + samples)
    notes = phrase(cue, seed)
    assert notes[0].start == onset
    assert not notes[0].tied
    assert notes[-1].start + notes[-1].samples == cue.offset
    gaps = [b.start - a.start - a.samples for a, b in pairwise(notes)]
    assert all(0 <= gap <= SAMPLE_RATE // 10 for gap in gaps)
    assert all(0 < note.samples < 5 * SAMPLE_RATE for note in notes)


def test_a_longer_span_goes_on_as_the_shorter_one_did() -> None:
    short, long = phrase(VIOLIN), phrase(replace(VIOLIN, offset=VIOLIN.offset + 2 * SAMPLE_RATE))
    assert short[:-3] == long[: len(short) - 3]
    parts = [
        phrase_in_span(cue, MINUTE, STILL, 1)[0]
        for cue in (VIOLIN, replace(VIOLIN, offset=VIOLIN.offset + 2 * SAMPLE_RATE))
    ]
    assert parts[0][1].key("") == parts[1][1].key("")


def test_another_take_is_another_phrase_in_the_same_key_and_tempo() -> None:
    assert phrase(replace(VIOLIN, take=1)) != phrase(VIOLIN)
    pieces = [piece_of_video(1, MINUTE, ("violin",), take) for take in (0, 1)]
    assert pieces[0].beat == pieces[1].beat
    assert pieces[0].root == pieces[1].root


def test_what_moves_more_plays_louder() -> None:
    energy = np.full(1500, 40, np.uint8)
    energy[10 * 25 : 13 * 25] = 160
    levels = [
        np.mean([n.level for n in phrase(VIOLIN, energy=energy) if first <= n.start < last])
        for first, last in ((10 * SAMPLE_RATE, 12 * SAMPLE_RATE), (20 * SAMPLE_RATE, MINUTE))
    ]
    assert levels[0] > levels[1] + 0.08


def test_a_large_violin_plays_an_octave_below() -> None:
    cello = replace(VIOLIN, style=Style(size=0.6))
    assert np.mean([n.pitch for n in phrase(cello)]) == pytest.approx(
        np.mean([n.pitch for n in phrase(VIOLIN)]) - 12, abs=2.5
    )


def test_a_harp_that_is_seen_for_long_plays_a_phrase_and_a_bell_does_not() -> None:
    long = replace(PIANO, offset=PIANO.onset + 4 * SAMPLE_RATE)
    assert is_phrase(replace(long, sound_class="harp"))
    assert is_phrase(long)
    assert not is_phrase(PIANO)
    assert not is_phrase(replace(long, sound_class="bell"))
    notes = phrase(long)
    assert notes[0].start == long.onset
    assert len({note.start for note in notes}) > 4
    assert all(note.start < long.offset for note in notes)


@pytest.mark.parametrize("name", ["organ", "violin", "trumpet", "woodwind"])
@pytest.mark.parametrize("onset", [0, SAMPLE_RATE, MINUTE - 1, MINUTE - 5000])
@pytest.mark.parametrize("samples", [1, 100, 5000, 6001, 12_000])
def test_a_phrase_may_be_as_short_as_it_likes(name: str, onset: int, samples: int) -> None:
    for seed in range(4):
        cue = Cue("action", name, None, onset, onset + samples)
        (begin, spec), *_ = phrase_in_span(cue, MINUTE, STILL, seed)
        assert begin == onset
        assert spec.notes
        assert all(0 < note.samples <= samples for note in spec.notes)


def test_an_organ_plays_chords() -> None:
    notes = phrase(replace(VIOLIN, sound_class="organ"))
    assert notes[0].start == VIOLIN.onset
    assert max(sum(n.start == m.start for n in notes) for m in notes) >= 3
    assert max(n.start + n.samples for n in notes) == VIOLIN.offset
