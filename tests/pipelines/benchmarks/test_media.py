"""The yardstick runs and says what it measured; how fast is for the command, not for a test."""

import numpy as np

from pipelines.benchmarks.media import benchmark_media, rendered_scene


def test_every_figure_is_there() -> None:
    figures = benchmark_media(2, "160x120")
    assert figures["size"] == "160x120"
    assert figures["seconds"] == 2
    for key in ("mbit_per_s", "decode_cpu_s", "pictures_ratio", "optical_flow_ratio"):
        value = figures[key]
        assert isinstance(value, float)
        assert value > 0


def test_the_scene_moves_and_is_always_the_same() -> None:
    one, two = (list(rendered_scene(1, 96, 64)) for _ in range(2))
    assert len(one) == 25
    np.testing.assert_array_equal(one[7], two[7])
    assert np.abs(one[0].astype(int) - one[5]).mean() > 5
