"""Spans and clips of pictures."""

import json
import os
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import odd_videos
import pytest
import videos
from hypothesis import given
from hypothesis import strategies as st

from foley_core.errors import DecodeError, ReplacedError, RowError, StorageError
from foley_core.ids import digest
from foley_core.media.picture_encoder import encode_pictures
from foley_core.soundtrack.clips import visual_key
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.seen_part import part_inside
from foley_core.soundtrack.span import Found, Span, clip_ranges, find_footage, span_of
from foley_core.soundtrack.stored_features import feature_key
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.sources import signature_of
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
    first = find_footage(VideoStore(store, "v"), request)
    assert first.opened
    monkeypatch.setattr("foley_core.soundtrack.span.span_of", pytest.fail)
    assert find_footage(VideoStore(store, "v"), request) == Found(first.footage, opened=False)
    monkeypatch.undo()
    videos.render(video, seconds=3)
    again = find_footage(VideoStore(store, "v"), request)
    assert again.footage.span.samples == 3 * 48_000


def vanish(video: Path) -> None:
    video.unlink()


def move(video: Path) -> None:
    video.rename(video.with_name("elsewhere.mp4"))


def cut(video: Path) -> None:
    video.write_bytes(video.read_bytes()[:100])


def become_a_folder(video: Path) -> None:
    video.unlink()
    video.mkdir()


@pytest.mark.parametrize("lose", [vanish, move, cut, become_a_folder])
def test_a_video_that_is_no_longer_there_is_known_from_the_store_and_that_is_told(
    video: Path, tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(video), end_s=Fraction(1))
    before = find_footage(store, request)
    lose(video)
    after = find_footage(store, request)
    assert (after.footage, after.opened) == (before.footage, False)
    assert after.note is not None
    assert "made from what is stored" in after.note


def test_only_the_row_s_own_picture_stands_for_one_that_is_gone(
    video: Path, tmp_path: Path
) -> None:
    store = Storage(str(tmp_path / "out"))
    find_footage(VideoStore(store, "v"), VideoRequest("v", str(video), end_s=Fraction(1)))
    find_footage(VideoStore(store, "w"), VideoRequest("w", str(video)))
    video.unlink()
    for video_id, uri in (("v", video), ("w", tmp_path / "other.mp4"), ("x", video)):
        with pytest.raises(DecodeError, match="no video"):
            find_footage(VideoStore(store, video_id), VideoRequest(video_id, str(uri)))


def test_a_note_of_an_earlier_version_counts_while_it_is_the_only_one(
    video: Path, tmp_path: Path
) -> None:
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(video))
    before = find_footage(store, request)
    (kept,) = store.storage.list("features/spans")
    note = json.loads(store.storage.read(kept.key))
    del note["asked"], note["former"]
    store.storage.put(kept.key, json.dumps(note).encode())
    video.unlink()
    assert find_footage(store, request).footage == before.footage


def test_a_video_that_was_replaced_is_told_for_every_later_region(
    video: Path, tmp_path: Path
) -> None:
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(video))
    assert find_footage(store, request).note is None
    os.utime(video, (1, 1))
    assert find_footage(store, request).note is None
    videos.render(video, seconds=3)
    for _ in range(2):
        found = find_footage(store, request)
        assert found.footage.span.samples == 3 * 48_000
        assert found.note is not None
        assert "not the one that was first seen there" in found.note


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


def test_a_picture_that_is_seen_otherwise_than_stored_is_marked(tmp_path: Path) -> None:
    def seen(path: Path) -> str:
        return span_of(VideoRequest("v", str(path))).seen

    assert seen(videos.render(tmp_path / "plain.mp4", rotation_deg=90)) == ""
    assert seen(odd_videos.with_matrix(tmp_path / "m.mp4", (-1, 0, 0, 1))) == "mirrored"
    assert seen(odd_videos.with_matrix(tmp_path / "t.mp4", (0.999, 0.03, -0.03, 0.999))) == (
        "levelled"
    )
    assert seen(odd_videos.joined(tmp_path / "j.ts", seconds=1)) == "odd clock"
    assert seen(videos.render(tmp_path / "s.mp4", rate=8)) == "slow"
    assert seen(videos.render(tmp_path / "f.mp4", rate=15)) == ""


def test_bars_are_noted_and_left_out_of_every_clip(tmp_path: Path) -> None:
    path = tmp_path / "bars.mp4"
    picture = videos.moving_square(0.0)
    encode_pictures(path, [np.pad(picture, ((60, 60), (0, 0), (0, 0)))] * 25, Fraction(25))
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(path))
    footage = find_footage(store, request).footage
    assert footage.span.seen.startswith("inside 0.0")
    with footage.open() as (_, info):
        assert info.inside == part_inside(footage.span.seen)
        assert info.inside[1] == pytest.approx(0.26, abs=0.02)
    assert find_footage(store, request) == Found(footage, opened=False)


def test_features_of_a_picture_seen_otherwise_have_names_of_their_own() -> None:
    plain, marked = (Span("sha256:x", Fraction(0), Fraction(4), seen=m) for m in ("", "mirrored"))
    assert feature_key(plain, 0, 50, "p") != feature_key(marked, 0, 50, "p")
    assert visual_key(plain, (0, 50), "p") != visual_key(marked, (0, 50), "p")


def test_a_note_that_knows_no_marks_is_made_again_while_the_video_is_there(
    tmp_path: Path,
) -> None:
    path = odd_videos.with_matrix(tmp_path / "m.mp4", (-1, 0, 0, 1))
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(path))
    former = digest([request.uri, "None", "None", signature_of(str(path))])
    note = {"identity": "sha256:x", "start_s": "0", "duration_s": "2", "time_reference": 0,
            "frame_rate": "25"}  # fmt: skip
    key = f"features/spans-v2/{former[:2]}/{former}.json"
    store.trace([key])
    store.storage.put(key, json.dumps(note).encode())
    assert find_footage(store, request).footage.span.seen == "mirrored"


def test_more_picture_than_a_row_may_have_is_refused_however_it_is_known(
    video: Path, tmp_path: Path
) -> None:
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    for _ in range(2):
        with pytest.raises(DecodeError, match=r"more than the .* raise longest_video_s"):
            find_footage(store, VideoRequest("v", str(video)), longest_s=1)
    part = VideoRequest("v", str(video), end_s=Fraction(1))
    assert find_footage(store, part, longest_s=1).footage.span.samples == 48_000


def test_a_video_replaced_between_two_steps_is_noticed(video: Path, tmp_path: Path) -> None:
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    footage = find_footage(store, VideoRequest("v", str(video))).footage
    with footage.open():
        pass
    with pytest.raises(ReplacedError, match="was replaced while"), footage.open():
        os.utime(video, ns=(1, 1))
    with pytest.raises(ReplacedError, match="was replaced while"), footage.open():
        pytest.fail("another file was opened")


def test_a_span_is_noted_under_the_file_that_was_read(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(video))
    monkeypatch.setattr("foley_core.soundtrack.span.signature_of", lambda *_: "before")
    find_footage(store, request)
    monkeypatch.undo()
    assert not find_footage(store, request).opened


@pytest.mark.parametrize(
    ("rate", "stated", "start_s", "label"),
    [
        (Fraction(25), "10:00:00:00", "0", "10:00:00:00"),
        (Fraction(25), "10:00:00:00", "0.5", "10:00:00:12"),
        (Fraction(30_000, 1001), "01:00:00;00", "0", "01:00:00;00"),
        (Fraction(30_000, 1001), "00:59:59;29", "1", "01:00:00;28"),
        (Fraction(25), None, "1", None),
    ],
)
def test_a_span_knows_the_timecode_of_its_first_picture(
    tmp_path: Path, rate: Fraction, stated: str | None, start_s: str, label: str | None
) -> None:
    tags = {"timecode": stated} if stated else {}
    path = videos.render(tmp_path / "v.mov", seconds=2, rate=rate, metadata=tags)
    store = VideoStore(Storage(str(tmp_path / "out")), "v")
    request = VideoRequest("v", str(path), start_s=Fraction(start_s))
    for _ in range(2):
        assert find_footage(store, request).footage.span.timecode == label
