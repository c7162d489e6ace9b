"""Spans and clips of pictures."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import videos
from hypothesis import given
from hypothesis import strategies as st

from foley_core.errors import DecodeError, RowError, StorageError
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import clip_ranges, find_footage, span_of
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes


@given(steps=st.integers(1, 200_000), clip=st.integers(25, 5000))
def test_clips_cover_every_step_once(steps: int, clip: int) -> None:
    ranges = clip_ranges(steps, clip)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == steps
    assert all(a[1] == b[0] for a, b in pairwise(ranges))
    assert all(0 < last - first < 1.5 * clip + 1 for first, last in ranges)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return videos.render(tmp_path / "square.mp4", seconds=2)


def test_a_span_is_cut_by_the_row(video: Path) -> None:
    request = VideoRequest("v", str(video), start_s=Fraction(1, 2), end_s=Fraction(3, 2))
    span = span_of(request)
    assert span.samples == 48_000
    assert span.steps == 25


def test_an_end_beyond_the_picture_is_the_picture_s_end(video: Path) -> None:
    assert span_of(VideoRequest("v", str(video), end_s=Fraction(99))).samples == 96_000


def test_a_start_beyond_the_picture_is_an_error(video: Path) -> None:
    with pytest.raises(DecodeError, match="start_s"):
        span_of(VideoRequest("v", str(video), start_s=Fraction(5)))


def test_a_forbidden_scheme_is_the_row_s_fault() -> None:
    with pytest.raises(RowError):
        span_of(VideoRequest("v", "http://localhost/x.mp4"))


def test_equal_content_has_one_identity_wherever_it_lies(video: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(video.read_bytes())
    assert span_of(VideoRequest("a", str(video))) == span_of(VideoRequest("b", str(copy)))


def test_a_known_span_is_not_probed_again_until_the_file_changes(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Storage(str(tmp_path / "out"))
    request = VideoRequest("v", str(video))
    first, opened = find_footage(VideoStore(store, "v"), request)
    assert opened
    monkeypatch.setattr("foley_core.soundtrack.span.span_of", pytest.fail)
    assert find_footage(VideoStore(store, "v"), request) == (first, False)
    monkeypatch.undo()
    videos.render(video, seconds=3)
    again, _ = find_footage(VideoStore(store, "v"), request)
    assert again.span.samples == 3 * 48_000


def test_seeds_differ_between_videos_and_follow_the_row() -> None:
    assert VideoRequest("a", "x").noise_seed != VideoRequest("b", "x").noise_seed
    assert VideoRequest("a", "x", Wishes(seed=7)).noise_seed == 7


def test_a_damaged_note_of_a_span_is_named(video: Path, tmp_path: Path) -> None:
    store = Storage(str(tmp_path / "out"))
    find_footage(VideoStore(store, "v"), VideoRequest("v", str(video)))
    (kept,) = store.list("features/spans")
    store.put(kept.key, b"{}")
    with pytest.raises(StorageError, match="delete it"):
        find_footage(VideoStore(store, "v"), VideoRequest("v", str(video)))
