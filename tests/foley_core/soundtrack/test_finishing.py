"""Finishing: beds are heard, music is heard, what was lifted is said, and filters move no other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import videos
from fakes import ToneGenerator, store_stems
from mixes import whole

from foley_core.audio.loudness import LoudnessMeter
from foley_core.cues.filters import parse_filters
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.short_form import master_programme
from foley_core.models.protocol import SoundSpec
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.finishing import Finished, finish
from foley_core.soundtrack.lifting import MOST_QUIET_LIFT_DB, bed_levels_db, most_bed_lift_db
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.soundtrack.planning import Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, span_of
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import Wishes
from foley_core.types import F32

SAMPLES = 6 * 48_000
ROOM = Cue("ambience", "room", None, 0, SAMPLES, intensity=0.5)
CLICK = Cue("action", "tap", "wood", 96_000, 100_000, intensity=0.5)
STEPS = [
    Cue("action", "footstep_walk", "wood", at, at + 4800) for at in range(4800, 280_000, 12_000)
]


class LevelGenerator(ToneGenerator):
    """Performs actions as clicks of a few samples, and beds as noise of the level of a bed."""

    identity = "level/1"

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Noise whose loud moments have the level that generators promise."""
        return [self._sound(spec) for spec in specs]

    @staticmethod
    def _sound(asked: SoundSpec) -> F32:
        noise = np.random.default_rng(asked.seed).standard_normal((asked.channels, asked.samples))
        level = 10 ** ((-22 - 24 * (1 - asked.intensity)) / 20)
        if asked.channels == 1 and not asked.activity:
            noise[:, 40:] = 0.0
            level *= 10
        return (level * noise).clip(-1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    return Storage(str(tmp_path_factory.mktemp("finishing")))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(videos.render(tmp_path_factory.mktemp("video") / "v.mp4", seconds=6))


@pytest.fixture
def finished(store: Storage, video: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    def finished(cues: Sequence[Cue], filters: str = "", **wishes: object) -> Finished:
        detection = Detection(CueSheet(SAMPLES, ()).with_cues(list(cues)), np.zeros(150, np.uint8))
        asked = Wishes.model_validate({"seed": 3, **wishes})
        request = VideoRequest("v", video, asked)
        scoring = Scoring(load_pack("neutral"), filters=parse_filters(filters, "job"))
        made = score(detection, request, scoring, LevelGenerator())
        store_stems(store, made.stems, LevelGenerator())
        footage = Footage(request, span_of(request))
        return finish(store, footage, made.mix_plan, Delivery(), tmp_path / "mix.f32")

    return finished


def lufs(sound: F32, gain_db: float) -> float:
    meter = LoudnessMeter(2)
    meter.add((10 ** (gain_db / 20) * sound).astype(np.float32))
    found = meter.integrated_lufs()
    assert found is not None
    return found


def test_single_clicks_reach_their_loudness_by_a_lifted_bed_and_it_is_said(finished) -> None:  # type: ignore[no-untyped-def]
    track = finished([ROOM, CLICK])
    assert track.mastered.loudness_lufs == pytest.approx(-23.0, abs=0.5)
    assert track.mastered.note is None
    assert "beds were lifted by" in str(track.note)


def test_stems_of_the_finished_plan_sum_to_the_mix_that_was_mastered(finished, store) -> None:  # type: ignore[no-untyped-def]
    track = finished([ROOM, CLICK], music=True)
    apart = sum(whole(blocks) for blocks in stem_groups(store, track.plan).values())
    assert np.abs(apart - whole(mix_of(store, track.plan))).max() < 1e-5
    gain = 10 ** (track.mastered.gain_db / 20)
    limited = np.abs(whole(track.mastered.blocks)) - np.abs(gain * apart)
    assert limited.max() < 1e-4


@pytest.mark.parametrize("cues", [[ROOM, *STEPS], [ROOM]])
def test_music_that_is_asked_for_is_heard(finished, store, cues) -> None:  # type: ignore[no-untyped-def]
    track = finished(cues, music=True)
    # Far from every step the music is not ducked: it is measured without any.
    silent = replace(track.plan.sheet, cues=())
    music = whole(stem_groups(store, replace(track.plan, sheet=silent))["music"])
    assert -28 < lufs(music, track.mastered.gain_db) < -22
    assert track.mastered.loudness_lufs == pytest.approx(-23.0, abs=0.5)


def test_music_is_as_much_softer_as_somebody_asks(finished) -> None:  # type: ignore[no-untyped-def]
    usual, softer, filtered = (
        finished([ROOM, *STEPS], filters, music=True, prompt=prompt).plan.music.gain_db
        for prompt, filters in (
            ("piano music", ""),
            ("quiet piano music", ""),
            ("piano music", "music: -6 dB"),
        )
    )
    assert softer == pytest.approx(usual - 6.0, abs=0.01)
    assert filtered == pytest.approx(usual - 6.0, abs=0.03)


def test_filters_move_what_they_name_also_where_a_bed_is_lifted(finished) -> None:  # type: ignore[no-untyped-def]
    plain, louder = (finished([ROOM, CLICK], text) for text in ("", "tap: +6 dB"))
    (bed,), (same) = ([one for one in t.plan.placements if one.is_bed] for t in (plain, louder))
    assert bed == same[0]
    taps = [next(one for one in t.plan.placements if not one.is_bed) for t in (plain, louder)]
    assert taps[1].gain_db - taps[0].gain_db == pytest.approx(6.0, abs=0.01)


def test_a_bed_is_never_lost_under_one_bang(finished) -> None:  # type: ignore[no-untyped-def]
    bangs = [Cue("action", "explosion", None, 200_000, 240_000, intensity=1.0)]
    taps = [replace(CLICK, onset=at, offset=at + 4000) for at in range(0, 180_000, 20_000)]
    track = finished([ROOM, *bangs, *taps])
    level = bed_levels_db(track.plan.sheet)[0]
    lifted = [one.gain_db for one in track.plan.placements if one.is_bed]
    (planned,) = {cue.gain_db - 26.0 for cue in track.plan.sheet.cues if cue.kind == "ambience"}
    assert level + (lifted[0] - planned) + track.mastered.gain_db > -47


def gain_of(track: Finished, group: str) -> float:
    return next(one.gain_db for one in track.plan.placements if one.group == group)


def test_a_hard_hit_over_a_soft_room_is_limited_less_since_the_room_comes_up(
    finished, store
) -> None:  # type: ignore[no-untyped-def]
    bang = Cue("action", "explosion", None, 96_000, 100_000, intensity=1.0)
    track = finished([ROOM, bang])
    lift_db = most_bed_lift_db(track.plan)
    assert f"the beds were lifted by {lift_db:.1f} dB" in str(track.note)
    plain = replace(
        track.plan,
        placements=tuple(
            replace(one, gain_db=one.gain_db - lift_db) if one.is_bed else one
            for one in track.plan.placements
        ),
    )
    before = master_programme(mix_of(store, plain), SAMPLES, Delivery().target)
    assert before.limiting_db > 9.0
    assert track.mastered.limiting_db < before.limiting_db - 2.0
    assert track.mastered.loudness_lufs == pytest.approx(-23.0, abs=0.5)
    assert track.mastered.note is None


def test_soft_sounds_come_up_where_beds_are_not_enough_and_filters_move_no_other(finished) -> None:  # type: ignore[no-untyped-def]
    bang = Cue("action", "explosion", None, 200_000, 204_000, intensity=1.0)
    taps = [replace(CLICK, onset=at, offset=at + 4000) for at in range(0, 280_000, 20_000)]
    track, louder = (finished([ROOM, bang, *taps], text) for text in ("", "tap: +6 dB"))
    assert "and soft sounds by up to" in str(track.note)
    usual = finished([ROOM, *taps])
    lift_db = gain_of(track, "hands") - gain_of(usual, "hands")
    assert 4.0 < lift_db <= MOST_QUIET_LIFT_DB
    assert gain_of(louder, "hands") == pytest.approx(gain_of(track, "hands") + 6.0, abs=0.01)
    assert gain_of(louder, "weapons") == gain_of(track, "weapons")


def test_nothing_is_lifted_where_nothing_must_be(finished) -> None:  # type: ignore[no-untyped-def]
    engine = Cue("action", "engine", "metal", 0, SAMPLES)
    street = replace(ROOM, sound_class="street")
    assert finished([street, engine]).note is None
