"""Facts about which pictures are looked at, and the published choices."""

import av
import numpy as np
import parity
import pytest

from foley_core.models.hunyuan.frames import PictureClock, pictures_taken


def test_choices_are_the_published_ones():
    golden = parity.golden("frame_sampling")
    for name in golden.cases(".frame_times"):
        times = golden.tensors[f"{name}.frame_times"].tolist()
        for rate in (8, 25):
            taken = pictures_taken(times, rate)
            assert taken == golden.tensors[f"{name}.picked_{rate}"].tolist()
            assert len(taken) / rate == golden.facts[f"{name}_len_{rate}"]


def test_a_low_rate_repeats_and_a_high_one_leaves_out():
    assert pictures_taken([k / 12 for k in range(3)], 25) == [0, 1, 1, 2, 2]
    assert pictures_taken([k / 50 for k in range(5)], 25) == [0, 2, 4]


def test_sums_of_floats_decide_as_published():
    assert len(pictures_taken([k / 25 for k in range(40)], 25)) == 39


def test_a_clip_ends_after_fifteen_seconds():
    times = [k / 25 for k in range(-3, 500)]
    assert len(pictures_taken(times, 25)) == 376
    assert len(pictures_taken(times, 8)) == 121


@pytest.mark.parametrize("time_s", [-0.01, 15.01])
def test_pictures_outside_are_not_taken(time_s):
    assert PictureClock(25).times_taken(time_s) == 0


def test_videos_are_looked_at_as_published():
    golden = parity.golden("frame_sampling")
    for path in sorted((parity.folder() / "videos").glob("*.mp4")):
        with av.open(str(path)) as container:
            found = list(container.decode(video=0))
        coded = [index_of(frame.to_ndarray(format="rgb24")) for frame in found]
        for rate in (8, 25):
            taken = pictures_taken([frame.time for frame in found], rate)
            expected = golden.tensors[f"{path.stem}.picked_{rate}"].tolist()
            assert [coded[index] for index in taken] == expected


def index_of(rgb: np.ndarray) -> int:
    """The number of a picture, written as black and white blocks: bit b at row b / 4."""
    blocks = rgb.mean(axis=2).reshape(4, 16, 4, 16).mean(axis=(1, 3)) > 128
    return int((blocks.reshape(-1) * 2 ** np.arange(16)).sum())
