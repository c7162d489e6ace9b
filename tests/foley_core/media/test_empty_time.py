"""A video that states far more time than it has pictures for is none."""

import io
from fractions import Fraction
from pathlib import Path

import av
import pytest
import videos

from foley_core.errors import DecodeError
from foley_core.media.empty_time import HELD_S, refuse_empty_time
from foley_core.media.probe import probe


def sparse(path: Path, times_s: list[int]) -> Path:
    """A video of pictures at these seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        stream.time_base = Fraction(1, 25)
        for number, time_s in enumerate(times_s):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            for packet in stream.encode(picture):
                packet.pts = packet.dts = time_s * 25
                container.mux(packet)
    return path


def test_two_pictures_eleven_days_apart_are_refused(tmp_path: Path) -> None:
    with sparse(tmp_path / "v.mkv", [0, 11 * 86_400]).open("rb") as file:
        info = probe(file, "v")
        with pytest.raises(DecodeError, match=r"v: 2 pictures for the 264\.0 hours"):
            refuse_empty_time(file, "v", info)


def test_slides_that_stay_for_minutes_are_a_video(tmp_path: Path) -> None:
    path = sparse(tmp_path / "v.mkv", list(range(0, 10 * HELD_S, HELD_S - 1)))
    with path.open("rb") as file:
        refuse_empty_time(file, "v", probe(file, "v"))


def test_a_video_of_few_minutes_is_not_opened_again(tmp_path: Path) -> None:
    with videos.render(tmp_path / "v.mp4", seconds=1).open("rb") as file:
        info = probe(file, "v")
    refuse_empty_time(io.BytesIO(b""), "v", info)
