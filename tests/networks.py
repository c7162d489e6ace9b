"""Networks of a few thousand numbers, untrained, in files that load as trained ones do."""

from pathlib import Path

import torch

from foley_core.audio.band_grid import ROWS
from foley_core.models.checkpoints import save_weights
from foley_core.models.embedded.grid_denoiser import GridDenoiser, NetworkSize
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN

TINY = NetworkSize(width=32, heads=2, layers=2)


def tiny_generator(path: Path, seed: int = 0) -> Path:
    """Weights of a generator that performs noise, and their record beside them."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = GridDenoiser(TINY)
        torch.nn.init.normal_(network.leave.weight, std=0.05)
    tensors = {name: value.half() for name, value in network.state_dict().items()}
    tensors |= {MEAN: torch.full((ROWS,), -30.0), DEVIATION: torch.ones(ROWS)}
    sha256 = save_weights(path, tensors)
    path.with_suffix(".toml").write_text(f'sha256 = "{sha256}"\n', encoding="utf-8")
    return path
