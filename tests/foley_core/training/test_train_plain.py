"""The plain reader learns a jump that is plainly there, and the same from the same seed."""

import numpy as np
import torch

from foley_core.models.embedded.perception_net import SUSTAINED
from foley_core.training.examples import EXAMPLE_STEPS, Examples
from foley_core.training.shards import RenderedWorlds
from foley_core.training.train_plain import statistics_of, train_plain


def jumps(count: int) -> RenderedWorlds:
    """Examples that stand still but for one flash each, at which something sounds."""
    rng = np.random.default_rng(1)
    at = rng.integers(10, EXAMPLE_STEPS - 10, count)
    rows = np.arange(count)
    maps = rng.integers(0, 4, (count, EXAMPLE_STEPS, 8, 32, 32)).astype(np.int8)
    maps[rows, at, 5] = 110
    action = np.full((count, EXAMPLE_STEPS), -1, np.int64)
    action[rows, at] = 0
    onset = (action >= 0).astype(np.float32)
    nothing = np.zeros((count, EXAMPLE_STEPS), np.float32)
    shard = Examples(
        maps=maps,
        glimpse=np.zeros((count, EXAMPLE_STEPS, 4, 1, 1), np.int8),
        camera=np.zeros((count, EXAMPLE_STEPS, 12), np.float32),
        scenes=np.zeros((count, 8, 1, 1, 3), np.uint8),
        onset=onset,
        shift=nothing,
        action=action,
        material=action,
        intensity=nothing,
        activity=np.zeros((count, EXAMPLE_STEPS, len(SUSTAINED)), np.float32),
        ambience=np.zeros((count, 8), np.int64),
        clear=np.ones(count, np.bool_),
    )
    return RenderedWorlds([shard])


def test_it_finds_the_jump() -> None:
    worlds = jumps(8)
    reader = train_plain(worlds, 20, seed=1)
    shard = worlds.shards[0]
    valid = torch.ones(8, EXAMPLE_STEPS, dtype=torch.bool)
    with torch.inference_mode():
        onset, _ = reader(statistics_of(shard.maps, shard.camera), valid)
    assert onset.argmax(dim=1).tolist() == np.argmax(shard.onset, axis=1).tolist()
    at = torch.from_numpy(shard.onset > 0)
    elsewhere = onset.masked_fill(at, float("-inf")).amax(dim=1)
    assert (onset[at] - elsewhere).min() > 0.6  # an untrained reader finds it too, by 0.2


def test_the_same_seed_gives_the_same_reader() -> None:
    worlds = jumps(8)
    one, other = (train_plain(worlds, 2, seed=3) for _ in range(2))
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
