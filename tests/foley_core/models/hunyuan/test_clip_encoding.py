"""A clip's features follow from its pictures alone, as the encoders take them."""

import weakref
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from foley_core.errors import DecodeError
from foley_core.models.hunyuan.clip_encoding import ClipEncoder
from foley_core.models.hunyuan.frames import pictures_taken
from foley_core.models.hunyuan.network_config import SynchformerConfig
from foley_core.models.hunyuan.preprocessing import scene_picture, sync_picture
from foley_core.models.hunyuan.random_weights import random_state
from foley_core.models.hunyuan.synchformer import Synchformer
from foley_core.models.hunyuan.visual import scene_features
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
