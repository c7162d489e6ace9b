"""The source's own sound and subtitles beside a new track: as they were, where they were."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import odd_videos
import pytest
import sounds
import videos

from foley_core.media.mux import mux
from foley_core.media.probe import probe
from foley_core.timebase import duration_samples

ZERO = Fraction(0)


def muxed(
    video: Path, out: Path, start_s: Fraction = ZERO, seconds: Fraction | None = None
) -> tuple[str, ...]:
    """Tracks that could not be copied; the file lies at `out`."""
    with video.open("rb") as file, video.open("rb") as again:
        info = probe(file, video.name)
        seconds = info.duration_s - start_s if seconds is None else seconds
        track = sounds.tone(out.with_suffix(".wav"), samples=duration_samples(seconds))
        lossless, label = out.suffix != ".mp4", "01:00:00:00"
        return mux(file, video.name, track, out, info, start_s, seconds,
                   lossless=lossless, timecode=label, others=again)  # fmt: skip


def pcm(path: Path, number: int) -> list[int]:
    """Samples of a sound track of integers."""
    with av.open(str(path)) as container:
        frames = container.decode(audio=number)
        return [int(one) for one in np.concatenate([f.to_ndarray().ravel() for f in frames])]


def times_s(path: Path, stream: int) -> list[Fraction]:
    """Times at which the packets of a stream begin."""
    with av.open(str(path)) as container:
        packets = container.demux(container.streams[stream])
        return [p.pts * p.time_base for p in packets if p.size and p.pts is not None]


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
def test_own_sound_is_copied_behind_the_new_track(tmp_path: Path, suffix: str) -> None:
    source = odd_videos.several_sounds(tmp_path / f"a{suffix}", (440, 1000), ("eng", "fra"))
    out = tmp_path / f"out{suffix}"
    assert muxed(source, out) == ()
    with av.open(str(out)) as container:
        first, *others = container.streams.audio
        assert (first.codec_context.name, first.codec_context.channels) == ("pcm_s24le", 2)
        assert [one.metadata.get("language") for one in others] == ["eng", "fra"]
    assert [pcm(out, 1), pcm(out, 2)] == [pcm(source, 0), pcm(source, 1)]


def test_compressed_sound_keeps_its_packets_and_times(tmp_path: Path) -> None:
    source = videos.render(tmp_path / "a.mp4", sound=True)
    out = tmp_path / "out.mp4"
    assert muxed(source, out) == ()
    assert times_s(out, 2) == times_s(source, 1)
    assert times_s(out, 0) == times_s(source, 0)


def test_nothing_moves_the_picture_of_a_matroska_file(tmp_path: Path) -> None:
    source = videos.render(tmp_path / "a.mp4", sound=True, options={"bf": "0"})
    muxed(source, out := tmp_path / "out.mkv")
    assert times_s(out, 0) == times_s(source, 0)
    milliseconds = [float(one) for one in times_s(source, 1)[1:]]
    assert [float(one) for one in times_s(out, 2)] == pytest.approx(milliseconds, abs=0.001)


def test_of_a_span_only_that_part_is_copied(tmp_path: Path) -> None:
    source = odd_videos.several_sounds(tmp_path / "a.mov", (440,))
    muxed(source, out := tmp_path / "out.mov", Fraction(2, 5), Fraction(2, 5))
    whole, part = pcm(source, 0), pcm(out, 1)
    assert part == whole[19_200 : 19_200 + len(part)]
    # The last packet may end a little later than the span.
    assert 19_200 <= len(part) < 25_000


def test_subtitles_are_copied_where_the_container_has_them(tmp_path: Path) -> None:
    source = odd_videos.subtitled(tmp_path / "a.mkv", 1.5)
    kept = tmp_path / "kept.mkv"
    assert muxed(source, kept) == ()
    assert times_s(kept, 2) == [1]
    for suffix in (".mov", ".mp4"):
        out = tmp_path / f"out{suffix}"
        assert muxed(source, out) == ("track 1 (subtitle, srt)",)
        with av.open(str(out)) as container:
            assert not container.streams.subtitles


def test_timecode_is_written_anew_and_not_missed(tmp_path: Path) -> None:
    source = videos.render(tmp_path / "a.mov", metadata={"timecode": "01:00:00:00"})
    out = tmp_path / "out.mov"
    assert muxed(source, out) == ()
    with out.open("rb") as file:
        assert probe(file, "out").timecode == "01:00:00:00"


def test_a_clock_that_starts_anew_is_told(tmp_path: Path) -> None:
    source = odd_videos.joined(tmp_path / "a.ts", sound=True)
    (told,) = muxed(source, tmp_path / "out.mp4")
    assert "starts anew" in told
