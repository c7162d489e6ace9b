"""The picture comes through packet for packet, the sound to the sample, the bytes always alike."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import odd_videos
import pytest
import soundfile
import videos

from foley_core.errors import EncodeError
from foley_core.media.decode import pictures
from foley_core.media.encode import write_track
from foley_core.media.mux import mux
from foley_core.media.original import original_sound
from foley_core.media.probe import probe
from foley_core.timebase import duration_samples

GOP = {"g": "20"}


def click_track(path: Path, samples: int) -> Path:
    """Silence, and a short tone that begins half a second in."""
    waveform = np.zeros((2, samples), np.float32)
    waveform[:, 24_000:24_480] = 0.5 * np.sin(np.arange(480) / 5)
    write_track(path, [waveform], channels=2, samples=samples, encoding="wav16")
    return path


def muxed(
    video: Path, out: Path, start_s: Fraction = Fraction(0), duration_s: Fraction | None = None
) -> Path:
    with video.open("rb") as file:
        info = probe(file, video.name)
        duration_s = info.duration_s - start_s if duration_s is None else duration_s
        track = click_track(out.with_suffix(".wav"), duration_samples(duration_s))
        mux(file, video.name, track, out, info, start_s, duration_s)
    return out


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def grays(path: Path, first: int, last: int) -> list[bytes]:
    with path.open("rb") as file:
        info = probe(file, path.name)
        return [p.gray.tobytes() for p in pictures(file, path.name, info, first, last)]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.mkv", "libx264"),
        ("a.avi", "mpeg4"),
        ("m.ts", "mpeg2video"),
        ("a.webm", "libvpx-vp9"),
    ],
)
def test_picture_packets_are_identical(tmp_path: Path, name: str, codec: str) -> None:
    video = videos.render(tmp_path / name, codec=codec, sound=True, options=GOP)
    out = muxed(video, tmp_path / "out.mp4")
    assert packets(out) == packets(video)
    with out.open("rb") as file:
        info = probe(file, "out.mp4")
    assert info.duration_s == 2
    assert info.has_audio


def test_transport_stream_shows_the_same_pictures(tmp_path: Path) -> None:
    video = videos.render(tmp_path / "a.ts", options=GOP)
    out = muxed(video, tmp_path / "out.mp4")
    assert grays(out, 0, 50) == grays(video, 0, 50)


def test_sound_is_where_it_was_put(tmp_path: Path) -> None:
    out = muxed(videos.render(tmp_path / "a.mp4", options=GOP), tmp_path / "out.mp4")
    with out.open("rb") as file:
        info = probe(file, "out.mp4")
        sound = np.concatenate(list(original_sound(file, "out", info, Fraction(0), 96_000)), 1)
    begins = np.flatnonzero(np.abs(sound[0]) > 0.2)
    assert begins[0] == pytest.approx(24_000, abs=48)
    assert begins[-1] == pytest.approx(24_480, abs=48)


def test_same_input_same_bytes(tmp_path: Path) -> None:
    video = videos.render(tmp_path / "a.mp4", sound=True)
    one = muxed(video, tmp_path / "one.mp4").read_bytes()
    assert muxed(video, tmp_path / "two.mp4").read_bytes() == one


def test_rotation_is_kept(tmp_path: Path) -> None:
    out = muxed(videos.render(tmp_path / "a.mov", rotation_deg=90), tmp_path / "out.mp4")
    with out.open("rb") as file:
        assert probe(file, "out.mp4").rotation_deg == 90


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_span_begins_with_its_own_picture(tmp_path: Path, name: str) -> None:
    video = videos.render(tmp_path / name, seconds=5, options=GOP)
    out = muxed(video, tmp_path / "out.mp4", Fraction(7, 5), Fraction(2))
    with out.open("rb") as file:
        info = probe(file, "out.mp4")
    assert float(info.start_s) == pytest.approx(0, abs=0.001)
    assert 2 <= info.duration_s <= Fraction(11, 5)
    assert grays(out, 0, 50) == grays(video, 35, 85)


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "other"),
    [
        ("a.webm", "libvpx", "yuv420p", ".mkv"),
        ("a.mov", "prores_ks", "yuv422p10le", ".mov"),
    ],
)
def test_codecs_that_mp4_cannot_carry(
    tmp_path: Path, name: str, codec: str, pixels: str, other: str
) -> None:
    video = videos.render(tmp_path / name, codec=codec, pixels=pixels)
    with pytest.raises(EncodeError, match=r"cannot be put into a \.mp4 file"):
        muxed(video, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()
    assert packets(muxed(video, tmp_path / f"out{other}")) == packets(video)


def test_reordered_pictures_of_avi_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="convert it to mp4"):
        muxed(videos.render(tmp_path / "a.avi"), tmp_path / "out.mp4")


def shown(path: Path) -> list[Fraction]:
    """Times of the pictures that FFmpeg shows, in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        frames = list(container.decode(stream))
        return [frame.pts * stream.time_base for frame in frames if frame.pts is not None]


def test_pictures_keep_their_times_when_the_cut_falls_inside_one(tmp_path: Path) -> None:
    slides = videos.render(tmp_path / "slides.mp4", rate=Fraction(1, 2), seconds=10)
    out = muxed(slides, tmp_path / "out.mp4", Fraction(3), Fraction(6))
    assert shown(out)[:4] == [0, 1, 3, 5]
    video = videos.render(tmp_path / "a.mp4", rate=5, seconds=4, options=GOP)
    out = muxed(video, tmp_path / "out.mp4", Fraction(3, 2) - Fraction(1, 20), Fraction(1))
    assert [float(at) for at in shown(out)[:4]] == pytest.approx([0, 0.15, 0.35, 0.55], abs=0.002)


@pytest.mark.parametrize(("make", "count"), [(odd_videos.wrapping, 100), (odd_videos.joined, 100)])
def test_odd_clocks_begin_at_zero_and_go_on(
    tmp_path: Path, make: Callable[[Path], Path], count: int
) -> None:
    out = muxed(make(tmp_path / "a.ts"), tmp_path / "out.mp4")
    assert [float(at) for at in shown(out)] == pytest.approx(np.arange(count) / 25, abs=0.001)


def test_the_last_picture_is_held_where_the_file_says_so(tmp_path: Path) -> None:
    video = odd_videos.dropped(tmp_path / "a.avi", range(35, 50))
    with muxed(video, tmp_path / "out.mp4").open("rb") as file:
        assert probe(file, "out.mp4").duration_s == 2
    begins = odd_videos.dropped(tmp_path / "b.avi", range(10))
    assert shown(muxed(begins, tmp_path / "b.mp4"))[:2] == [0, Fraction(11, 25)]


def test_a_mirrored_picture_stays_mirrored(tmp_path: Path) -> None:
    out = muxed(odd_videos.with_matrix(tmp_path / "a.mp4", (-1, 0, 0, 1)), tmp_path / "out.mp4")
    with out.open("rb") as file:
        assert probe(file, "out.mp4").mirrored


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
def test_lossless_sound_and_timecode(tmp_path: Path, suffix: str) -> None:
    video = videos.render(tmp_path / "v.mp4", seconds=1, rate=Fraction(30_000, 1001))
    sound = np.random.default_rng(3).integers(-(2**23), 2**23, (48_000, 2)) << 8
    soundfile.write(tmp_path / "t.wav", sound.astype(np.int32), 48_000, subtype="PCM_24")
    out = tmp_path / f"out{suffix}"
    with video.open("rb") as file:
        info = probe(file, "v")
        mux(file, "v", tmp_path / "t.wav", out, info, Fraction(0), info.duration_s,
            lossless=True, timecode="01:00:00;00")  # fmt: skip
    with out.open("rb") as file:
        assert probe(file, "out").timecode == "01:00:00;00"
    with av.open(str(out)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    heard = np.concatenate(frames, axis=1).reshape(-1, 2)
    assert np.array_equal(heard[:48_000], sound)
