"""Processes that train together go on from the same weights."""

import multiprocessing
from pathlib import Path

import pytest
import torch
from training_together import attend

from foley_core.errors import ConfigError
from foley_core.training.local_sgd import SINGLE_WORKER
from foley_core.training.train_perception import train_perception


def test_all_go_on_from_the_mean(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=attend, args=(tmp_path / "meeting", 1), daemon=True
    )
    process.start()
    attend(tmp_path / "meeting", 0)
    process.join(60)
    assert process.exitcode == 0


def test_one_alone_keeps_what_it_has() -> None:
    values = [torch.ones(2)]
    SINGLE_WORKER.join(Path("nowhere"))
    SINGLE_WORKER.average(values)
    SINGLE_WORKER.leave()
    assert values[0].tolist() == [1.0, 1.0]


def test_several_processes_do_not_share_a_gpu(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="on the CPU only"):
        train_perception(
            tmp_path, None, clips=16, steps=2, seed=3, progress=print, device="cuda", processes=2
        )
