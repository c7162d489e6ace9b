"""A small reader is kept as half floats, beside the recipe that made it."""

import tomllib
from pathlib import Path

import torch

from foley_core.models.checkpoints import load_weights
from foley_core.training.reader_record import keep_reader


def test_the_record_proves_the_weights_and_says_how_to_make_them_again(tmp_path: Path) -> None:
    net = torch.nn.Linear(3, 2)
    keep_reader(tmp_path / "own.safetensors", net, "places", worlds=500, steps=7, seed=2)
    record = tomllib.loads((tmp_path / "own.toml").read_text())
    kept = load_weights(tmp_path / "own.safetensors", record["sha256"])
    assert torch.equal(kept["weight"], net.weight.half())
    command = "foley train places --out DIR --worlds 500 --steps 7 --seed 2"
    assert record["recipe"]["command"] == command
