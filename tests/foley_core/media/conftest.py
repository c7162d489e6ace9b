"""The bad catalogue, rendered once; opening a path as perception does."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import outside
import pytest
import videos

from foley_core.media.decode import StepPicture, pictures
from foley_core.media.probe import VideoInfo, probe
from foley_core.timebase import motion_steps


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return videos.bad_videos(tmp_path_factory.mktemp("bad"))


@pytest.fixture(scope="session")
def look() -> Callable[..., tuple[VideoInfo, list[StepPicture]]]:
    """Probe a file and take the pictures of a range of steps, by default of all."""

    def looked(
        path: Path, first: int = 0, last: int | None = None, start_s: Fraction = Fraction(0)
    ) -> tuple[VideoInfo, list[StepPicture]]:
        with path.open("rb") as file:
            info = probe(file, path.name)
            last = motion_steps(info.duration_s) if last is None else last
            return info, list(pictures(file, path.name, info, first, last, start_s))

    return looked


@pytest.fixture(scope="session")
def real_clips() -> list[Path]:
    """The 23 real clips of the test data."""
    folder = outside.need("media/clips_dev")
    clips = sorted([*folder.glob("*.mp4"), *folder.glob("*.mkv")])
    assert clips, f"no clips in {folder}"
    return clips
