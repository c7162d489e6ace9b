"""The benchmark at tiny size: what it says hangs together; how fast it was is nobody's concern."""

import pytest
import torch

from foley_core.errors import ConfigError
from foley_core.models.hunyuan.network_config import XL, XXL
from pipelines.benchmarks.hunyuan import _Bench, benchmark_hunyuan
from pipelines.benchmarks.hunyuan_networks import random_clip

CPU = torch.device("cpu")


def test_the_parts_of_the_tiny_model_sum_to_the_whole() -> None:
    said = benchmark_hunyuan("hunyuan-tiny", clips=2, seconds=1.0)
    parts = said["per_minute_of_video"]
    assert parts["whole_s"] == pytest.approx(
        parts["siglip_s"] + parts["synchformer_s"] + parts["denoiser_s"] + parts["vae_s"]
    )
    plain = said["plain_per_minute_of_video"]["denoiser_s"]
    assert said["times_the_plain_path"] == pytest.approx(plain / parts["denoiser_s"])
    assert said["device"] == "cpu"
    assert said["share_of_bf16_peak"] is None
    assert 0 < said["half_the_steps"]["relative_distance"] < 0.2


@pytest.mark.parametrize(("config", "tera"), [(XXL, 309), (XL, 176)])
def test_operations_of_the_published_sizes_are_those_of_their_specification(
    config: object, tera: float
) -> None:
    bench = _Bench.__new__(_Bench)
    bench.config, bench.device, bench.clips, bench.seconds = config, CPU, 1, 8.0  # type: ignore[assignment]
    bench.minutes = 8.0 / 60
    bench.features = [random_clip(config, 8.0, 0)]  # type: ignore[arg-type]
    counted = bench.share_of_peak(1.0)["denoiser_tflop_per_minute"]
    assert counted is not None
    assert counted * bench.minutes == pytest.approx(tera, rel=0.03)


def test_a_full_model_without_a_gpu_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="try --model hunyuan-tiny"):
        benchmark_hunyuan("hunyuan-xxl", clips=1, seconds=1.0)
