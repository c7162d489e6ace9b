"""A clip's features follow from its pictures alone, as the encoders take them."""

import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep
from types import SimpleNamespace

import av
import numpy as np
import parity
import pytest
import torch
from fakes import pictures_taken
from torch import Tensor, nn
from transformers import SiglipVisionConfig, SiglipVisionModel

from foley_core.errors import DecodeError
from foley_core.models.hunyuan.clip_encoding import (
    ClipEncoder,
    PictureClock,
    rounded_products,
    scene_features,
)
from foley_core.models.hunyuan.network_config import SynchformerConfig
from foley_core.models.hunyuan.preprocessing import scene_picture, sync_picture
from foley_core.models.hunyuan.random_weights import random_state
from foley_core.models.hunyuan.synchformer import Synchformer
from foley_core.types import U8

SIDE = 16


class MeanTower(nn.Module):
    """Colours of the quarters of a picture, in place of an image tower."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, pixel_values: Tensor) -> SimpleNamespace:
        pooled = nn.functional.adaptive_avg_pool2d(pixel_values * self.weight, 2).flatten(1)
        return SimpleNamespace(pooler_output=pooled)


@pytest.fixture(scope="module")
def synchformer() -> Synchformer:
    network = Synchformer(SynchformerConfig(width=16, heads=2, blocks=1, picture_px=32))
    network.load_state_dict(random_state(network, seed=2))
    return network.eval()


@pytest.fixture(scope="module")
def encoder(synchformer: Synchformer) -> ClipEncoder:
    return ClipEncoder(MeanTower(), synchformer, SIDE)


def shown(times: list[float]) -> list[tuple[float, U8]]:
    rng = np.random.default_rng(5)
    return [(t, rng.integers(0, 256, (40, 56, 3)).astype(np.uint8)) for t in times]


@pytest.mark.parametrize("rate", [12, 24, 25, 60])
def test_pictures_are_those_of_the_published_choice(encoder, synchformer, rate):
    pictures = shown([k / rate for k in range(2 * rate)])
    seen = encoder.encode(pictures)
    times = [time_s for time_s, _ in pictures]
    scene = torch.stack([scene_picture(pictures[k][1], SIDE) for k in pictures_taken(times, 8)])
    sync = torch.stack([sync_picture(pictures[k][1], 32) for k in pictures_taken(times, 25)])
    assert seen.sync_pictures == len(sync)
    assert np.array_equal(seen.scene, scene_features(MeanTower(), scene).numpy())
    assert np.array_equal(seen.sync, synchformer.encode(sync).numpy())


def test_the_longest_clip_fits(encoder):
    seen = encoder.encode(shown([k / 25 for k in range(380)]))
    assert (len(seen.scene), len(seen.sync), seen.sync_pictures) == (121, 368, 376)


def test_too_few_pictures_say_what_to_do(encoder):
    with pytest.raises(DecodeError, match=r"shows 15 .*at least 16 \(0\.64 s\); use the embedded"):
        encoder.encode(shown([k / 25 for k in range(15)]))
    with pytest.raises(DecodeError, match="shows 0 pictures"):
        encoder.encode([])


def test_each_picture_is_let_go_of(encoder):
    seen: list[weakref.ref[U8]] = []

    def pictures() -> Iterator[tuple[float, U8]]:
        for k in range(20):
            assert all(ref() is None for ref in seen)
            rgb = np.full((40, 56, 3), k, np.uint8)
            seen.append(weakref.ref(rgb))
            yield k / 25, rgb
            del rgb

    assert encoder.encode(pictures()).sync_pictures >= 19


def test_pictures_are_taken_while_the_networks_are_busy_with_another_clip(synchformer):
    taken, inside = Event(), []

    class Busy(MeanTower):
        def forward(self, pixel_values: Tensor) -> SimpleNamespace:
            inside.append("in")
            assert len(inside) % 2 == 1, "two clips are with the networks"
            assert taken.wait(120), "the next clip waits to be decoded"
            inside.append("out")
            return super().forward(pixel_values)

    encoder, pictures = ClipEncoder(Busy(), synchformer, SIDE), shown([k / 25 for k in range(20)])

    def second() -> Iterator[tuple[float, U8]]:
        while not inside:
            sleep(0.001)
        yield from pictures
        taken.set()

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(encoder.encode, [iter(pictures), second()])
    assert np.array_equal(one.scene, other.scene)


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_products_are_rounded_on_cuda_alone_and_no_longer_than_asked(kind):
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    with rounded_products(torch.device(kind)):
        assert matmul.fp32_precision == ("tf32" if kind == "cuda" else before)
    assert matmul.fp32_precision == before


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


def test_features_are_the_published_ones():
    golden = parity.golden("siglip_tiny")
    sizes = golden.facts["config"]
    vision = sizes.get("vision_config", sizes)
    network = SiglipVisionModel(SiglipVisionConfig(**vision))
    weights = golden.under("state.")
    keys = set(network.state_dict())
    if not keys & set(weights):
        weights = {key.removeprefix("vision_model."): value for key, value in weights.items()}
    network.load_state_dict(weights)
    pooled = network(pixel_values=golden.tensors["pixel_values"]).pooler_output
    torch.testing.assert_close(pooled[None], golden.tensors["features"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_pictures_do_not_know_of_each_other(at_once):
    config = SiglipVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SiglipVisionModel(config).eval()
    pictures = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)
    features = scene_features(network, pictures, at_once)
    assert features.shape == (5, 16)
    torch.testing.assert_close(
        features[3:4], scene_features(network, pictures[3:4]), rtol=1e-4, atol=1e-5
    )
