"""Weights for tests: networks of a few thousand numbers, and the package's, changed a little."""

from pathlib import Path

import torch

from foley_core.audio.band_grid import ROWS
from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.grid_denoiser import GridDenoiser, NetworkSize
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN
from foley_core.models.embedded.weights_folder import PERCEPTION_FILE, shipped_folder

TINY = NetworkSize(width=32, heads=2, layers=2)


def tiny_generator(path: Path, seed: int = 0, size: NetworkSize = TINY) -> Path:
    """Weights of a generator that performs noise, and their record beside them."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = GridDenoiser(size)
        torch.nn.init.normal_(network.leave.weight, std=0.05)
    tensors = {name: value.half() for name, value in network.state_dict().items()}
    tensors |= {MEAN: torch.full((ROWS,), -30.0), DEVIATION: torch.ones(ROWS)}
    sha256 = save_weights(path, tensors)
    path.with_suffix(".toml").write_text(f'sha256 = "{sha256}"\n', encoding="utf-8")
    return path


def own_perception(folder: Path) -> Path:
    """A folder with perception that the package does not hold: its own, and one number else."""
    shipped = shipped_folder() / PERCEPTION_FILE
    tensors = load_weights(shipped, None)
    tensors["motion.attend.bias"] = tensors["motion.attend.bias"] + 0.25
    sha256 = save_weights(folder / PERCEPTION_FILE, tensors)
    record = shipped.with_suffix(".toml").read_text(encoding="utf-8")
    before, _, after = record.split('"', 2)
    (folder / "perception.toml").write_text(f'{before}"{sha256}"{after}', encoding="utf-8")
    return folder
