"""What the public networks need is asked for before any of it is taken."""

import pytest
import torch
from documents import MODELS_README, section, table

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan import gpu_memory as memory
from foley_core.models.hunyuan.gpu_memory import memory_needed, require_memory
from foley_core.models.hunyuan.network_config import XL, XXL, DenoiserConfig

CPU = torch.device("cpu")


def test_memory_is_that_of_the_weights_and_what_is_performed_at_once() -> None:
    one, four = (memory_needed(XXL, torch.bfloat16, clips) for clips in (1, 4))
    assert 10.3e9 < one < 13e9
    assert one < four < 14e9
    assert memory_needed(XL, torch.bfloat16, 1) < 8.2e9


def test_memory_that_files_are_cached_in_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "MemTotal: 9 kB\nMemFree: 1 kB\nMemAvailable: 5 kB\n"
    monkeypatch.setattr(memory.Path, "read_text", lambda *_, **__: said)
    require_memory(5 << 10, CPU)
    with pytest.raises(CheckpointError):
        require_memory((5 << 10) + 1, CPU)


def test_too_little_memory_is_said_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_free_bytes", lambda device: 4 << 30)
    require_memory(3 << 30, CPU)
    with pytest.raises(CheckpointError, match=r"needs about 5\.0 GiB.*cpu has 4\.0 GiB.*embedded"):
        require_memory(5 << 30, CPU)


@pytest.mark.parametrize(("name", "config"), [("XXL", XXL), ("XL", XL)])
def test_the_readme_states_the_memory_of_each_batch(name: str, config: DenoiserConfig) -> None:
    said_there = section(MODELS_README, "The public checkpoints")
    rows = table(said_there[said_there.index("Memory of a card") :])
    (said,) = [row[1:] for row in rows if row[0] == name]
    needed = [memory_needed(config, torch.bfloat16, clips) / (1 << 30) for clips in (1, 2, 3)]
    assert said == [f"{gigabytes:.1f} GiB" for gigabytes in needed]
