"""Clips cover any picture, are named by what shapes them, made once, and join without seams."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from fakes import HissGenerator, ToneGenerator, store_clips
from hypothesis import given
from hypothesis import strategies as st
from quality import seam_excess_db

from foley_core.audio.loudness import LoudnessMeter
from foley_core.cues.filters import parse_filters
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import DecodeError, StorageError
from foley_core.media.encode import encode_stem
from foley_core.media.marks import licence_against_training
from foley_core.mixing.timeline import mix_blocks
from foley_core.models.protocol import ClipSpec
from foley_core.soundtrack.clips import (
    LONGEST_STEPS,
    OVERLAP_STEPS,
    SHORTEST_STEPS,
    UNFILLED_STEPS,
    ClipPlan,
    clip_windows,
    plan_clips,
)
from foley_core.soundtrack.mix_plan import place_stems
from foley_core.soundtrack.planning import Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Span
from foley_core.soundtrack.stored_detection import Detection
from foley_core.soundtrack.stored_stems import load_stem
from foley_core.storage.store import Storage
from foley_core.styles.direction import Direction
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import Wishes
from foley_core.types import F32

SECOND = 48_000
NEUTRAL = load_pack("neutral")
FILM = Span("sha256:film", Fraction(0), Fraction(61))


def sheet(*cues: Cue) -> CueSheet:
    return CueSheet(FILM.samples, ()).with_cues(cues)


def clips(span: Span = FILM, **options: object) -> list[ClipPlan]:
    direction = Direction(**{"seed": 1, **options})  # type: ignore[arg-type]
    return plan_clips(sheet(), span, NEUTRAL, direction, HissGenerator())


@pytest.fixture
def store(tmp_path: object) -> Storage:
    return Storage(str(tmp_path))


@given(steps=st.integers(SHORTEST_STEPS, 200_000))
def test_clips_cover_the_picture_and_overlap_enough(steps: int) -> None:
    ranges = clip_windows(steps)
    assert (ranges[0][0], ranges[-1][1]) == (0, steps)
    assert len({last - first for first, last in ranges}) == 1
    assert all(SHORTEST_STEPS <= last - first <= LONGEST_STEPS for first, last in ranges)
    for (_, end), (start, _) in pairwise(ranges):
        assert end - start >= OVERLAP_STEPS + UNFILLED_STEPS


def test_a_picture_too_short_to_be_looked_at_says_what_to_do() -> None:
    with pytest.raises(DecodeError, match=r"0\.60 s.*at least 0\.64 s; use the embedded"):
        clip_windows(15)


@pytest.mark.parametrize("seconds", [14, 61, 130])
def test_clips_join_without_a_seam_at_one_loudness(store: Storage, seconds: int) -> None:
    span = replace(FILM, duration_s=Fraction(seconds))
    plans, generator = clips(span), HissGenerator(shorter_by=UNFILLED_STEPS)
    store_clips(store, plans, generator)
    places = place_stems(plans, generator)
    blocks = mix_blocks(places, lambda key: load_stem(store, key), span.samples)
    mix = np.concatenate(list(blocks), axis=1)
    seams = [edge for p in places[1:] for edge in (p.start, p.start + p.fade_in)]
    excess = seam_excess_db(mix, seams)
    assert max(excess, default=0.0) <= 1.0
    assert np.mean(excess or [-1.0]) < 0.0
    levels = []
    for start in range(0, span.samples - 2 * SECOND, SECOND):
        meter = LoudnessMeter(2)
        meter.add(mix[:, start : start + SECOND])
        levels.append(meter.integrated_lufs() or -99.0)
    assert max(levels) - min(levels) < 1.0


def test_what_shapes_a_clip_changes_its_name_and_nothing_else() -> None:
    base = [plan.key("g") for plan in clips()]
    assert base == [plan.key("g") for plan in clips()]
    assert len(set(base)) == len(base)
    for other in ({"seed": 2}, {"prompt": "rain on a tin roof"}, {"negative_prompt": "wind"}):
        assert set(base).isdisjoint(plan.key("g") for plan in clips(**other))
    assert set(base).isdisjoint(plan.key("h") for plan in clips())
    moved = clips(replace(FILM, identity="sha256:other"))
    assert set(base).isdisjoint(plan.key("g") for plan in moved)


def test_a_clip_is_generated_once_and_its_file_tells_of_its_licence(store: Storage) -> None:
    generator, plans = HissGenerator(), clips()
    made = store_clips(store, plans, generator)
    assert made == {plan.key(generator.identity) for plan in plans}
    count = len(generator.performed)
    assert store_clips(store, plans, generator) == set()
    assert len(generator.performed) == count == len(plans)
    path = Path(store.root) / plans[0].key(generator.identity)
    assert licence_against_training(path) == "hiss-licence"


def scored(filters: str = "", **wishes: object):  # type: ignore[no-untyped-def]
    cues = [
        Cue("ambience", "street", None, 0, FILM.samples),
        Cue("action", "strike", "wood", SECOND, 2 * SECOND),
    ]
    detection = Detection(sheet(*cues), np.zeros(FILM.steps, np.uint8))
    scoring = Scoring(NEUTRAL, filters=parse_filters(filters, "here"), wishes=Wishes(**wishes))  # type: ignore[arg-type]
    request = VideoRequest("film", "film.mp4", Wishes(seed=1))
    return score(detection, request, scoring, ToneGenerator(), (HissGenerator(), FILM))


def groups(filters: str = "", **wishes: object) -> set[str]:
    return {place.group for place in scored(filters, **wishes).mix_plan.placements}


def test_a_batch_is_written_while_the_next_is_generated(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_began, first_written = Event(), Event()

    class Watched(HissGenerator):
        def generate_clips(self, clips: Sequence[ClipSpec], storage: Storage) -> list[F32]:
            if self.performed:
                second_began.set()
                assert first_written.wait(120), "it waits for what is written"
            return super().generate_clips(clips, storage)

    def slowly(sound: F32, comment: str) -> bytes:
        assert second_began.wait(120), "generating waits for the writer"
        first_written.set()
        return encode_stem(sound, comment)

    monkeypatch.setattr("foley_core.soundtrack.clips.encode_stem", slowly)
    plans = clips()[:4]
    assert len(store_clips(store, plans, Watched())) == 4
    assert all(store.exists(plan.key(Watched.identity)) for plan in plans)


def test_a_clip_that_cannot_be_written_is_reported(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bytes:
        raise StorageError("the disk is full")

    monkeypatch.setattr("foley_core.soundtrack.clips.encode_stem", fails)
    with pytest.raises(StorageError, match="the disk is full"):
        store_clips(store, clips(), HissGenerator())


def test_beds_stay_stems_of_their_own_beside_the_clips() -> None:
    assert groups() == {"foley", "ambience"}
    assert groups(environment=False) == {"foley"}
    assert groups(action=False) == {"ambience"}
    assert groups("solo: street") == {"ambience"}
    assert groups("solo: strike") == {"foley"}


def test_a_gain_that_a_whole_clip_cannot_follow_is_said() -> None:
    assert scored().mix_plan.notes == ()
    (note,) = scored("strike: -6 dB").mix_plan.notes
    assert "strike" in note
    assert scored("strike: off, street: -3 dB").mix_plan.notes == ()


def test_a_region_changes_the_words_of_clips_only_where_its_pack_has_its_own() -> None:
    own = NEUTRAL.prompt.model_copy(update={"text": "far gulls"})
    other = replace(NEUTRAL, prompt=own)
    options = Direction(seed=1)
    ours, theirs = (
        plan_clips(sheet(), FILM, pack, options, HissGenerator()) for pack in (NEUTRAL, other)
    )
    pairs: Sequence[tuple[ClipPlan, ClipPlan]] = list(zip(ours, theirs, strict=True))
    assert all(a.spec.picture == b.spec.picture for a, b in pairs)
    assert all(a.key("g") != b.key("g") for a, b in pairs)
