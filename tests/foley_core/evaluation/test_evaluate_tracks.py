"""Facts about finished tracks: where the bed lies, what breaks, whether music is heard."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from real_footage import bed, cue, row

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.evaluation.evaluate_tracks import measures_of, music_lufs, track_figures
from foley_core.evaluation.real_tracks import RealTrack
from foley_core.soundtrack.soundtrack import Soundtrack
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

SECONDS = 10
SAMPLES = SECONDS * SAMPLE_RATE
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, SAMPLES)).astype(np.float32)


def at(begin_s: float, end_s: float, level: float = 1.0) -> F32:
    """Noise between two moments, silence elsewhere."""
    sound = np.zeros_like(NOISE)
    part = slice(round(begin_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE))
    sound[:, part] = level * NOISE[:, part]
    return sound


def track(
    *cues: Cue,
    beds: dict[str, F32] | None = None,
    events: dict[str, F32] | None = None,
    music: F32 | None = None,
    gain: float = 1.0,
    lufs: float | None = -23.0,
) -> RealTrack:
    known = RealTrack(
        row("a"), CueSheet(SAMPLES, ()).with_cues(cues), NOISE, beds or {}, events or {}, music,
        lufs, cast(Soundtrack, None),
    )  # fmt: skip
    return replace(known, waveform=gain * np.sum(list(known.stems.values()), axis=0))


HITS = [cue("tap", second, lasts_s=0.2) for second in (2.0, 5.0)]
HEARD = at(2.0, 2.2) + at(5.0, 5.2)


def test_a_bed_lies_under_the_loud_moments_of_events() -> None:
    measured = measures_of(
        track(bed("room"), *HITS, beds={"ambience": 0.1 * NOISE}, events={"hands": HEARD}, gain=0.5)
    )
    assert measured.bed_under_events_db == pytest.approx(-20, abs=0.5)
    # Noise of 0.1, K-weighted, at a tenth and at half.
    assert measured.bed_dbfs == pytest.approx(-20 - 20 - 6 + 2.5, abs=1.5)
    assert measured.silence_ms == 0
    assert measured.is_on_target


def test_without_bed_or_events_there_is_no_distance_but_silence() -> None:
    measured = measures_of(track(*HITS, events={"hands": HEARD}, lufs=-25.0))
    assert measured.bed_under_events_db is measured.bed_dbfs is None
    assert measured.silence_ms > 2_000
    assert not measured.is_on_target
    assert measures_of(track(bed("sea"), beds={"ambience": NOISE})).events_dbfs is None


def test_a_hole_between_two_cues_of_one_sustained_thing_is_a_break() -> None:
    engine = [cue("engine", 1.0, lasts_s=3.0), cue("engine", 4.5, lasts_s=3.0)]
    events = {"vehicles": at(1.0, 4.0) + at(4.5, 7.5)}
    measured = measures_of(track(*engine, events=events))
    assert [name for name, _ in measured.breaks] == ["engine"]
    assert measured.sustained_s == pytest.approx(6.5)
    apart = [engine[0], cue("engine", 6.0, lasts_s=3.0)]
    assert measures_of(track(*apart, events={"vehicles": at(1, 4) + at(6, 9)})).breaks == ()


def test_a_phrase_of_notes_is_no_lasting_sound() -> None:
    measured = measures_of(track(cue("violin", 1.0, lasts_s=6.0), events={"instruments": at(1, 3)}))
    assert (measured.sustained_s, measured.breaks) == (0, ())


def test_a_sound_among_others_of_its_group_is_not_looked_at() -> None:
    cues = [cue("slide", 1.0, lasts_s=5.0), cue("tap", 3.0)]
    measured = measures_of(track(*cues, events={"hands": at(1, 6) + 9 * at(3, 3.2)}))
    assert (measured.sustained_s, measured.breaks) == (0, ())


def test_music_is_measured_where_no_action_sounds() -> None:
    soft = track(cue("tap", 4.0), events={"hands": at(4, 4.5, 10.0)}, music=0.5 * NOISE)
    loud = track(cue("tap", 4.0), events={"hands": at(4, 4.5, 10.0)}, music=NOISE)
    quieter, louder = music_lufs(soft), music_lufs(loud)
    assert quieter is not None
    assert louder is not None
    assert louder - quieter == pytest.approx(6.0, abs=0.1)
    assert music_lufs(track(beds={"ambience": NOISE})) is None
    busy = [cue("tap", second) for second in range(10)]
    assert music_lufs(track(*busy, music=NOISE)) is None


def test_figures_of_all_tracks_name_the_worst() -> None:
    good = measures_of(
        track(bed("room"), *HITS, beds={"ambience": 0.3 * NOISE}, events={"hands": HEARD})
    )
    bad = measures_of(track(*HITS, events={"hands": HEARD}, lufs=None))
    figures = track_figures([good, bad], [-25.0, -23.0])
    assert figures["tracks_off_target"] == figures["tracks_with_silence"] == 0.5
    assert figures["bed_lowest_dbfs"] == good.bed_dbfs
    assert (figures["music_lowest_lufs"], figures["music_highest_lufs"]) == (-25, -23)
    assert "music_lowest_lufs" not in track_figures([good], [])
    assert "bed_lowest_dbfs" not in track_figures([bad], [])
