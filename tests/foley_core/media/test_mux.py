"""The picture comes through packet for packet, the sound to the sample, the bytes always alike."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
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
