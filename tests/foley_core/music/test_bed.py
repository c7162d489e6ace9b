"""The music bed: measured, not believed. Tempo by autocorrelation, key by chroma, ends by level."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality import loudness_of
from scipy.signal import stft

from foley_core.music.bed import music_span, piece_of
from foley_core.music.moods import INSTRUMENT_NAMES, MOODS
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

TOTAL = 12 * SAMPLE_RATE
WHOLE = music_span(7, "epic", 110.0, 0, TOTAL, TOTAL)
HOP = 480


def bed(
    mood: str, seconds: float = 24.0, seed: int = 1, tempo_bpm: float | None = None, **more
) -> F32:  # type: ignore[no-untyped-def]
    total = round(seconds * SAMPLE_RATE)
    tempo = tempo_bpm or MOODS[mood].tempo_bpm
    return music_span(seed, mood, tempo, 0, total, total, **more)


def level(sound: F32, samples: int = HOP) -> F64:
    whole = sound[:, : sound.shape[1] // samples * samples].astype(np.float64)
    return np.sqrt(np.square(whole).mean(axis=0).reshape(-1, samples).mean(axis=1))


def flux(sound: F32) -> F64:
    """Rises of the log spectrum, 100 a second."""
    _, _, spectrum = stft(sound.mean(axis=0), SAMPLE_RATE, nperseg=2048, noverlap=2048 - HOP)
    rises = np.maximum(np.diff(np.log1p(300 * np.abs(spectrum)), axis=1), 0).sum(axis=0)
    return rises - rises.mean()


def found_tempo(sound: F32, near_bpm: float) -> float:
    """The tempo within a tenth of another whose two bars are most like the next two."""
    curve = flux(sound)
    tempos = np.arange(0.94 * near_bpm, 1.1 * near_bpm, 0.25)
    lags = 8 * 60 / tempos * SAMPLE_RATE / HOP
    around = np.arange(int(lags.min()), int(lags.max()) + 2)
    likeness = [float(curve[lag:] @ curve[:-lag]) / (len(curve) - lag) for lag in around]
    return float(tempos[int(np.argmax(np.interp(lags, around, likeness)))])


def chroma(sound: F32) -> F64:
    """Energy by pitch class from C, between 60 Hz and 2 kHz."""
    hz, _, spectrum = stft(sound.mean(axis=0), SAMPLE_RATE, nperseg=16_384)
    used = (hz > 60) & (hz < 2000)
    classes = np.round(12 * np.log2(hz[used] / 440.0) + 69).astype(int) % 12
    energy = np.square(np.abs(spectrum[used])).sum(axis=1)
    return np.bincount(classes, energy, 12) / energy.sum()


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, TOTAL), max_size=3))
def test_any_span_is_that_part_of_the_whole(cuts: list[int]) -> None:
    spans = [
        music_span(7, "epic", 110.0, first, last - first, TOTAL)
        for first, last in pairwise([0, *sorted(cuts), TOTAL])
    ]
    assert np.array_equal(np.concatenate(spans, axis=1), WHOLE)


@pytest.mark.parametrize("mood", sorted(MOODS))
def test_every_mood_is_heard_and_leaves_headroom(mood: str) -> None:
    sound = bed(mood)
    loudness = loudness_of(sound)
    assert loudness is not None
    assert -28.0 < loudness < -20.0
    assert np.abs(sound).max() < 0.8
    sides = np.corrcoef(sound[0], sound[1])[0, 1]
    assert 0.2 < sides < 0.98


@pytest.mark.parametrize("instrument", INSTRUMENT_NAMES)
def test_every_instrument_can_play_alone(instrument: str) -> None:
    loudness = loudness_of(bed("warm", 12, instruments=(instrument,)))
    assert loudness is not None
    assert -30.0 < loudness < -18.0


@pytest.mark.parametrize(("mood", "tempo_bpm"), [*((m, 78.0) for m in MOODS), ("epic", 126.0)])
def test_the_tempo_is_the_one_asked_for(mood: str, tempo_bpm: float) -> None:
    assert found_tempo(bed(mood, 30, tempo_bpm=tempo_bpm), 1.03 * tempo_bpm) == pytest.approx(
        tempo_bpm, abs=0.5
    )


@pytest.mark.parametrize("mood", sorted(MOODS))
@pytest.mark.parametrize("seed", [1])
def test_the_key_is_that_of_the_mood(mood: str, seed: int) -> None:
    players = tuple(name for name in MOODS[mood].instruments if name != "drums")
    energy = chroma(bed(mood, 24, seed, instruments=players))
    piece = piece_of(seed, mood, 90.0, TOTAL)
    scale = {(piece.root + step) % 12 for step in MOODS[mood].scale}
    assert energy[sorted(scale)].sum() > 0.9
    others = [
        energy[[(root + step) % 12 for step in MOODS[mood].scale]].sum() for root in range(12)
    ]
    assert max(others) < energy[sorted(scale)].sum() + 0.02
    assert int(np.argmax(energy)) in scale


def test_moods_differ_in_scale_pace_instruments_and_spectrum() -> None:
    moods = list(MOODS.values())
    assert len({mood.scale for mood in moods}) >= 5
    assert len({mood.tempo_bpm for mood in moods}) == len(moods)
    assert len({mood.instruments for mood in moods}) == len(moods)
    assert "drums" in MOODS["epic"].instruments
    assert "pad" in MOODS["calm"].instruments
    onsets = {mood: float(np.maximum(flux(bed(mood, 12)), 0).mean()) for mood in ("epic", "calm")}
    assert onsets["epic"] > 1.3 * onsets["calm"]


def test_it_rises_at_the_start_and_dies_away_with_the_picture() -> None:
    curve = level(WHOLE)
    typical = np.median(curve)
    assert curve[0] < 0.05 * typical
    assert curve[-1] < 0.02 * typical
    assert np.abs(WHOLE[:, -1]).max() < 1e-3
    assert curve[20:-200].min() > 0.05 * typical


@pytest.mark.parametrize("mood", sorted(MOODS))
@pytest.mark.parametrize("seconds", [7.3, 20.0, 63.7])
def test_the_last_chord_is_home_and_has_just_the_time_to_ring(mood: str, seconds: float) -> None:
    piece = piece_of(3, mood, MOODS[mood].tempo_bpm, round(seconds * SAMPLE_RATE))
    notes = list(piece.notes(0, piece.total))
    assert max(note.start for note in notes if note.instrument != "drums") < piece.total
    last = [note for note in notes if note.start >= piece.last_chord and note.instrument != "drums"]
    assert {note.pitch % 12 for note in last} <= {piece.pitch(tone) % 12 for tone in (0, 2, 4, 6)}
    assert min(note.pitch for note in last) % 12 in {piece.pitch(0) % 12, piece.pitch(2) % 12}
    assert piece.total - piece.last_chord >= 3 * SAMPLE_RATE
    assert all(
        note.start + note.samples <= piece.total for note in last if note.start == piece.last_chord
    )


def test_nothing_loops_over_minutes() -> None:
    piece = piece_of(5, "bright", 116.0, 300 * SAMPLE_RATE)
    bars: dict[int, list[tuple[int, str, int]]] = {}
    lead = piece.last_chord - piece.bars * piece.bar_samples
    for note in piece.notes(0, piece.total):
        place = note.start - lead
        key = (place % piece.bar_samples, note.instrument, note.pitch)
        bars.setdefault(place // piece.bar_samples, []).append(key)
    phrases = [
        tuple(tuple(sorted(bars.get(bar + n, []))) for n in range(4)) for bar in range(0, 140, 4)
    ]
    assert len(set(phrases)) == len(phrases)


def test_no_part_of_it_is_another_part_again() -> None:
    sound = bed("epic", 120).mean(axis=0)
    bar = 4 * round(60 * SAMPLE_RATE / MOODS["epic"].tempo_bpm)
    chunks = [sound[start : start + 4 * bar] for start in range(2 * bar, len(sound) - 6 * bar, bar)]
    norms = [float(np.linalg.norm(chunk)) for chunk in chunks]
    alike = [
        float(one @ other) / (norms[i] * norms[j])
        for i, one in enumerate(chunks)
        for j, other in enumerate(chunks)
        if j >= i + 4
    ]
    assert max(alike) < 0.9


def test_seeds_differ_and_the_same_seed_repeats() -> None:
    assert np.array_equal(music_span(7, "epic", 110.0, 0, TOTAL, TOTAL), WHOLE)
    assert not np.array_equal(music_span(8, "epic", 110.0, 0, TOTAL, TOTAL), WHOLE)


@pytest.mark.parametrize("total", [1, 100, SAMPLE_RATE, 3 * SAMPLE_RATE + 1])
def test_very_short_pictures_get_music_of_their_length(total: int) -> None:
    sound = music_span(1, "calm", 60.0, 0, total, total)
    assert sound.shape == (2, total)
    assert np.isfinite(sound).all()


def test_a_film_gets_music_of_its_length_and_any_part_of_it_at_once() -> None:
    total = 2 * 3600 * SAMPLE_RATE
    span = music_span(1, "dark", 58.0, total - SAMPLE_RATE, SAMPLE_RATE, total)
    assert span.shape == (2, SAMPLE_RATE)
    assert np.abs(span[:, -1]).max() < 1e-3


@pytest.mark.parametrize(
    ("mood", "tempo", "first", "samples"),
    [("jolly", 90.0, 0, 10), ("calm", 5.0, 0, 10), ("calm", 90.0, -1, 10), ("calm", 90.0, 5, 100)],
)
def test_what_cannot_be_played_is_refused(
    mood: str, tempo: float, first: int, samples: int
) -> None:
    with pytest.raises(ValueError, match=r"mood|tempo|span"):
        music_span(1, mood, tempo, first, samples, 100)
