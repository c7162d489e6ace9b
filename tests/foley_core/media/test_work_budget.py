"""Decoding has a budget: pictures stamped into one moment are refused, honest ones are not."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from foley_core.errors import DecodeError
from foley_core.media.decode import pictures
from foley_core.media.probe import probe
from foley_core.media.work_budget import PICTURES_MORE, WorkBudget


@pytest.mark.parametrize(
    ("width", "height", "a_second", "seconds"),
    [
        (8192, 4608, 60, 1),
        (8192, 4608, 60, 60),
        (3840, 2160, 240, 1),
        (1920, 1080, 1000, 2),
        (160, 90, 5000, 1),
        (1920, 1080, 25, 0),
    ],
)
def test_every_camera_is_within_the_budget(
    width: int, height: int, a_second: int, seconds: int
) -> None:
    budget = WorkBudget("v", Fraction(seconds))
    for _ in range(a_second * seconds + PICTURES_MORE):
        budget.spend(width, height)


def test_forty_of_the_largest_pictures_in_a_moment_are_refused() -> None:
    budget = WorkBudget("v", Fraction(79, 1000))
    for _ in range(20):
        budget.spend(8192, 4608)
    with pytest.raises(DecodeError, match=r"v: 21 pictures of 8192 × 4608 in 0\.08 s"):
        budget.spend(8192, 4608)


def crowded(path: Path) -> Path:
    """A video of a second with a picture each millisecond."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1000)
        stream.width = stream.height = 64
        for number in range(1000):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def test_a_clip_of_too_many_pictures_is_refused_and_holds_few_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crowded(tmp_path / "v.mp4").open("rb") as file:
        info = probe(file, "v")
        seen = list(pictures(file, "v", info, 0, 25))
        assert max(len(one.between) for one in seen) <= 2
        monkeypatch.setattr("foley_core.media.work_budget.PIXELS_PER_S", 500 * 64 * 64)
        monkeypatch.setattr("foley_core.media.work_budget.PIXELS_MORE", 0)
        with pytest.raises(DecodeError, match=r"v: .* are more work than any camera's"):
            list(pictures(file, "v", info, 0, 25))
