"""Nothing is seen of a picture but what is let through, at any size, wherever a range begins."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import videos

from foley_core.media.decode import StepPicture, pictures
from foley_core.media.full_pictures import full_pictures
from foley_core.media.probe import VideoInfo, probe
from foley_core.timebase import motion_steps
from foley_core.types import U8, PictureBox

REACH = 4


class SquareHider:
    """Blackens the bright square wherever it was found within four steps; looks at every third
    and at the last."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.found: dict[int, PictureBox] = {}
        self.sizes: set[tuple[int, ...]] = set()

    def needed(self, first_step: int, last_step: int) -> tuple[int, int]:
        return max(0, first_step - REACH), min(self.steps, last_step + REACH)

    def looks_at(self, step: int) -> bool:
        return step % 3 == 0 or step == self.steps - 1

    def look(self, rgb: U8, step: int) -> None:
        self.sizes.add(rgb.shape)
        rows, columns = np.nonzero(rgb[..., 0] > 120)
        height, width = rgb.shape[:2]
        if len(rows):
            self.found[step] = (
                float(columns.min() - 3) / width,
                float(rows.min() - 3) / height,
                float(columns.max() + 4) / width,
                float(rows.max() + 4) / height,
            )

    def regions(self, step: float) -> tuple[PictureBox, ...]:
        return tuple(region for at, region in self.found.items() if abs(at - step) <= REACH)

    def hidden(self, rgb: U8, regions: tuple[PictureBox, ...]) -> U8:
        rgb = rgb.copy()
        height, width = rgb.shape[:2]
        for left, top, right, bottom in regions:
            rows = slice(max(0, int(top * height)), int(bottom * height) + 1)
            rgb[rows, max(0, int(left * width)) : int(right * width) + 1] = 0
        return rgb


RANGES = [(0, 20), (9, 31), (14, 26), (30, 45)]


def small(path: Path, first: int, last: int, hide: SquareHider | None) -> list[StepPicture]:
    with path.open("rb") as file:
        return list(pictures(file, "a", probe(file, "a"), first, last, hide=hide))


def full(path: Path, first: int, last: int, hide: SquareHider | None) -> list[tuple[float, U8]]:
    first_s, last_s = Fraction(first, 25), Fraction(last, 25)
    with path.open("rb") as file:
        info = probe(file, "a")
        return list(full_pictures(file, "a", info, first_s, last_s, hide=hide))


def info_of(path: Path) -> VideoInfo:
    with path.open("rb") as file:
        return probe(file, "a")


@pytest.fixture(scope="module", params=["even", "variable", "slow", "fast", "turned"])
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hiding") / f"{request.param}.mov"
    match request.param:
        case "variable":
            times = [Fraction(k, 25) for k in range(10)] + [
                Fraction(1) + Fraction(k, 50) for k in range(30)
            ]
            return videos.render(
                path, times_s=[*times, Fraction(9, 5), Fraction(2)], options={"g": "10", "bf": "0"}
            )
        case "slow":
            return videos.render(path, rate=5, options={"g": "4"})
        case "fast":
            return videos.render(path, rate=60, options={"g": "20"})
        case "turned":
            return videos.render(path, rotation_deg=90, options={"g": "20"})
    return videos.render(path, options={"g": "20"})


def test_nothing_of_what_is_found_is_seen(video: Path) -> None:
    steps = motion_steps(info_of(video).duration_s)
    plain, hider = small(video, 0, steps, None), SquareHider(steps)
    hidden = small(video, 0, steps, hider)
    assert [(p.step, p.time_s, p.rgb is None) for p in hidden] == [
        (p.step, p.time_s, p.rgb is None) for p in plain
    ]
    assert min(int(picture.gray.max()) for picture in plain) > 200
    assert max(int(picture.gray.max()) for picture in hidden) < 100
    looked = [
        (one.sight_rgb(), other.sight_rgb())
        for one, other in zip(hidden, plain, strict=True)
        if one.sight_rgb and other.sight_rgb
    ]
    assert len(looked) == len(range(0, steps, 3))
    assert all(one.shape == other.shape for one, other in looked)
    assert min(int(other.max()) for _, other in looked) > 200
    assert max(int(one.max()) for one, _ in looked) < 100
    assert hider.sizes == {(160, 120, 3) if "turned" in video.name else (120, 160, 3)}


def test_nothing_of_what_is_found_is_seen_at_full_size(video: Path) -> None:
    steps = motion_steps(info_of(video).duration_s)
    plain, hidden = full(video, 0, steps, None), full(video, 0, steps, SquareHider(steps))
    assert [(t, rgb.shape) for t, rgb in hidden] == [(t, rgb.shape) for t, rgb in plain]
    assert min(int(rgb.max()) for _, rgb in plain) > 200
    assert max(int(rgb.max()) for _, rgb in hidden) < 100


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_a_range_is_hidden_as_in_the_whole(video: Path, first: int, last: int) -> None:
    steps = motion_steps(info_of(video).duration_s)
    whole = small(video, 0, steps, SquareHider(steps))
    part = small(video, first, last, SquareHider(steps))
    for one, other in zip(part, whole[first:last], strict=True):
        assert (one.step, one.gray.tobytes()) == (other.step, other.gray.tobytes())


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_a_range_is_hidden_as_in_the_whole_at_full_size(video: Path, first: int, last: int) -> None:
    steps = motion_steps(info_of(video).duration_s)
    whole = {round(t, 6): rgb for t, rgb in full(video, 0, steps, SquareHider(steps))}
    part = full(video, first, last, SquareHider(steps))
    same = [
        np.array_equal(rgb, whole[round(t + first / 25, 6)])
        for t, rgb in part
        if round(t + first / 25, 6) in whole
    ]
    assert all(same)
    assert len(same) >= len(part) - 2


def test_a_large_picture_is_looked_at_small(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mp4", seconds=0.4, width_px=1280, height_px=96)
    hider = SquareHider(10)
    assert {rgb.shape for _, rgb in full(path, 0, 10, hider)} == {(96, 1280, 3)}
    assert hider.sizes == {(38, 512, 3)}


def test_repeated_pictures_are_hidden_once(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mp4", rate=1, seconds=2)
    seen = small(path, 5, 20, SquareHider(50))
    assert len({id(picture.gray) for picture in seen}) == 1
