"""The network of slow videos learns when hits were, and writes weights and record."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.perception_net import TemporalHead
from foley_core.models.embedded.slow_net import SlowInputs
from foley_core.models.embedded.slow_onsets import SLOW_FILE
from foley_core.training import train_slow_onsets as module
from foley_core.training.slow_examples import SlowExamples, heat_and_distance
from foley_core.training.train_slow_onsets import slow_loss, taught, train_slow_onsets


def examples(count: int = 16) -> SlowExamples:
    """Worlds with one hit, seen two steps after it in one number."""
    rng = np.random.default_rng(0)
    steps = rng.normal(0.0, 0.1, (count, 96, 128)).astype(np.float16)
    onsets = rng.uniform(5, 85, count)
    steps[np.arange(count), np.round(onsets).astype(int) + 2, 0] = 5.0
    heat, away = zip(*(heat_and_distance(np.array([at])) for at in onsets), strict=True)
    beside = np.zeros((count, 96, 7), np.float16)
    return SlowExamples(steps, beside, np.stack(heat), np.stack(away))


def test_it_finds_what_is_seen_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 8)
    monkeypatch.setattr(module, "_WARM_UP_STEPS", 5)
    worlds = examples()
    torch.manual_seed(0)
    net, loss = taught(worlds, TemporalHead(), 40, 1)
    assert np.isfinite(loss)
    steps = torch.from_numpy(worlds.steps).float()
    seen = SlowInputs(steps, torch.zeros(16, 96, 7), torch.ones(16, 96, dtype=torch.bool))
    with torch.inference_mode():
        onset, _ = net(seen)
    missed = np.abs(worlds.away[np.arange(16), onset.argmax(dim=1).numpy()])
    assert np.median(missed) <= 1.0


def test_a_place_counts_near_onsets_alone() -> None:
    heat, away = (torch.from_numpy(a)[None] for a in heat_and_distance(np.array([30.0])))
    sure = 20.0 * heat - 10.0
    right = slow_loss(sure, away, heat, away)
    far = torch.where(away.abs() > 3.0, torch.zeros(1, 96), away)
    assert slow_loss(sure, far, heat, away) == pytest.approx(float(right))
    assert slow_loss(sure, away + 1.0, heat, away) == pytest.approx(float(right) + 0.25)
    nothing = torch.full((1, 96), float("inf"))
    assert slow_loss(sure, away, 0 * heat, nothing).isfinite()


def test_the_record_names_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "slow_examples", lambda folder, worlds, progress: examples(8))
    train_slow_onsets(tmp_path, worlds=500, seed=1, progress=lambda share, text: None, steps=2)
    record = tomllib.loads((tmp_path / "slow-onsets.toml").read_text())
    assert load_weights(tmp_path / SLOW_FILE, record["sha256"])
    assert record["recipe"]["worlds"] == 500
    assert record["recipe"]["function"].endswith("train_slow_onsets.train_slow_onsets")
