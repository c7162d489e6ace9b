"""Visual features of a clip: made once, traced, and the same however the clip is cut out."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import videos
from av.video.stream import VideoStream
from fakes import GlanceLooker

from foley_core.errors import DecodeError
from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.soundtrack.clips import clip_windows, visual_key
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, Span, span_of
from foley_core.soundtrack.traces import traced_keys, traces_of
from foley_core.soundtrack.video_store import VideoStore
from foley_core.soundtrack.visuals import keep_visuals, visual_keys
from foley_core.storage.store import Storage
from foley_core.types import U8
from foley_core.world.people_and_plates import sensitive_picture
from pipelines.privacy.purge import purge_video
from pipelines.privacy.retention import expire_features


@dataclass
class Room:
    """A store and a looker."""

    store: Storage
    looker: GlanceLooker

    def look(self, path: Path, **wishes: Fraction) -> list[ClipVisuals]:
        """Features of all clips of a video."""
        request = VideoRequest(path.stem, str(path), **wishes)  # type: ignore[arg-type]
        span = span_of(request)
        own = VideoStore(self.store, request.video_id)
        own.trace(visual_keys(span, self.looker.encoder))
        for clip in clip_windows(span.steps):
            keep_visuals(own, Footage(request, span), clip, self.looker)
        return [self.stored(span, clip) for clip in clip_windows(span.steps)]

    def stored(self, span: Span, clip: tuple[int, int]) -> ClipVisuals:
        key = visual_key(span, clip, self.looker.encoder)
        return ClipVisuals.from_bytes(self.store.read(key), key)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(Storage(str(tmp_path / "out")), GlanceLooker())


def alike(one: ClipVisuals, other: ClipVisuals, within: float = 0.0) -> bool:
    return one.sync_pictures == other.sync_pictures and all(
        np.allclose(a, b, rtol=0, atol=within)
        for a, b in ((one.scene, other.scene), (one.sync, other.sync))
    )


def test_another_region_opens_no_video(room: Room, tmp_path: Path) -> None:
    path = videos.render(tmp_path / "v.mp4", seconds=2)
    request = VideoRequest("v", str(path))
    footage, own = Footage(request, span_of(request)), VideoStore(room.store, "v")
    anonymised = GlanceLooker(anonymises=True)
    for looker in (room.looker, anonymised):
        own.trace(visual_keys(footage.span, looker.encoder))
    assert keep_visuals(own, footage, (0, 50), room.looker)
    path.unlink()
    assert not keep_visuals(own, footage, (0, 50), room.looker)
    assert len(room.looker.times) == 1
    with pytest.raises(Exception, match=r"v\.mp4"):
        keep_visuals(own, footage, (0, 50), anonymised)


def test_a_film_is_looked_at_clip_by_clip(room: Room, tmp_path: Path) -> None:
    clips = room.look(videos.render(tmp_path / "v.mp4", seconds=20, width_px=64, height_px=48))
    assert [clip_windows(500)[k][1] - clip_windows(500)[k][0] for k in (0, 1)] == [265, 265]
    assert [clip.sync_pictures for clip in clips] == [265, 265]
    assert [times[0] for times in room.looker.times] == [0.0, 0.0]


def recut(path: Path, copy: Path, first_s: Fraction, last_s: Fraction) -> Path:
    """The pictures that appear in a range, coded without loss, with the first at 0."""
    with av.open(str(path)) as source, av.open(str(copy), "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        clock = stream.codec_context.time_base = Fraction(1, 1000)
        for frame in source.decode(video=0):
            at_s = Fraction(frame.pts or 0) * (frame.time_base or clock)
            if first_s <= at_s < last_s:
                frame.pts, frame.time_base = round((at_s - first_s) / clock), clock
                frame.pict_type = 0
                out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return copy


@pytest.mark.parametrize("even", [True, False])
def test_a_cut_row_is_seen_as_a_cut_file(room: Room, tmp_path: Path, even: bool) -> None:
    gap = 0 if even else Fraction(1, 5)
    times = [Fraction(k, 25) + gap * (k // 7) for k in range(75)]
    path = videos.render(tmp_path / "whole.mkv", times_s=times, options={"bf": "0", "g": "20"})
    first_s, last_s = times[20], times[48]
    (row,) = room.look(path, start_s=first_s, end_s=last_s)
    (file,) = room.look(recut(path, tmp_path / "cut.mkv", first_s, last_s))
    assert len(room.looker.times) == 2
    assert alike(row, file)
    assert row.sync_pictures >= int((last_s - first_s) * 25) - 1


def test_a_turned_video_is_seen_upright(room: Room, tmp_path: Path) -> None:
    options = videos.SAME_TWICE
    plain = room.look(videos.render(tmp_path / "plain.mov", options=options))
    turned = room.look(videos.render(tmp_path / "turned.mov", rotation_deg=180, options=options))
    assert alike(plain[0], turned[0], within=1e-3)


def test_what_is_blurred_is_seen_blurred_and_kept_apart(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "face.mkv"
    drawn = next(p for p in map(sensitive_picture, range(1, 30)) if p.faces)
    picture, (left, top, width, height) = drawn.rgb, drawn.faces[0]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "10"})
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        for _ in range(20):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    hidden: list[np.ndarray] = []  # type: ignore[type-arg]

    class Keeper(GlanceLooker):
        def look(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
            kept = list(pictures)
            hidden.extend(rgb for _, rgb in kept)
            return super().look(kept)

    for anonymises in (False, True):
        Room(room.store, Keeper(anonymises)).look(path)
    plain, blurry = hidden[:20], hidden[20:]
    assert len(blurry) == 20
    for one, other in zip(plain, blurry, strict=True):
        face = (
            slice(top + height // 4, top + height - height // 4),
            slice(left + width // 4, left + width - width // 4),
        )
        detail = [float(cv2.Laplacian(rgb[face], cv2.CV_64F).std()) for rgb in (one, other)]
        assert detail[1] < 0.4 * detail[0]


def test_too_short_and_cut_short_say_so(room: Room, tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match=r"0\.40 s.*use the embedded"):
        room.look(videos.render(tmp_path / "short.mp4", seconds=Fraction(2, 5)))
    with pytest.raises(DecodeError, match="truncated"):
        room.look(videos.truncated(tmp_path / "cut.mp4"))
    assert not list(room.store.list("features/clips"))


def test_traces_come_first_and_purge_finds_all(room: Room, tmp_path: Path) -> None:
    cut = videos.truncated(tmp_path / "cut.mp4")
    with pytest.raises(DecodeError):
        room.look(cut)
    (note,) = [item.key for item in room.store.list(traces_of("cut"))]
    assert len(list(traced_keys(room.store, note))) == 1
    path = videos.render(tmp_path / "v.mp4", seconds=20, width_px=64, height_px=48)
    room.look(path)
    assert len(list(room.store.list("features/clips"))) == 2
    assert purge_video(room.store, "v").left == []
    assert not list(room.store.list("features/clips"))


def test_retention_lets_them_go(room: Room, tmp_path: Path) -> None:
    room.look(videos.render(tmp_path / "v.mp4"))
    assert expire_features(room.store, 1) == 0
    assert expire_features(room.store, 1, now_s=time.time() + 3 * 86_400) >= 1
    assert not list(room.store.list("features/clips"))
