"""The embedded generator's network: a small diffusion transformer over synthesiser grids.

A token is `STEPS_PER_TOKEN` grid steps (20 ms). Actions are `ACTION_TOKENS` long, tiles of
sustained sounds and ambience `TILE_TOKENS`. The network is told class, group and material by
embeddings that add up, so that a pair it never met lands between what it knows; intensity and
style latents as numbers, each with a mark that it is given; and for tiles the motion over time.
It predicts the clean, standardised grid from a noisy one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from foley_core.audio.band_grid import HOP, ROWS
from foley_core.cues.sheet import STYLE_NAMES, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.layers import Block, modulated, sinusoids
from foley_core.timebase import SAMPLES_PER_STEP

STEPS_PER_TOKEN = 4
TOKEN_WIDTH = STEPS_PER_TOKEN * ROWS
TOKEN_SAMPLES = STEPS_PER_TOKEN * HOP
ACTION_TOKENS = 64
TILE_TOKENS = 256
TILE_MOTION_STEPS = TILE_TOKENS * TOKEN_SAMPLES // SAMPLES_PER_STEP
ATTRIBUTES = ("intensity", *STYLE_NAMES)
TRAINING_SHIFT = 6.0

MOST_WIDTH, MOST_LAYERS = 1024, 32


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """How large a network is: width of its tokens, heads of its attention, blocks.

    Raises:
        ValueError: no network of these parts is that large, or its heads do not share its width.
    """

    width: int
    heads: int
    layers: int

    def __post_init__(self) -> None:
        fits = 0 < self.width <= MOST_WIDTH and 0 < self.layers <= MOST_LAYERS
        if not fits or not 0 < self.heads <= self.width or self.width % (2 * self.heads):
            raise ValueError(f"no network has {self}")


FULL = NetworkSize(width=256, heads=4, layers=6)


def network_size_of(weights: Mapping[str, Tensor]) -> NetworkSize:
    """The size of the network whose tensors these are.

    Raises:
        KeyError, ValueError: they are of another kind of network.
    """
    blocks = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
    heads = weights["blocks.0.attention.sharpness"].numel()
    return NetworkSize(weights["enter.bias"].numel(), heads, len(blocks))


@dataclass(frozen=True, slots=True)
class GridConditions:
    """What a batch is asked for. Index 0 of a name means: not told.

    Attributes:
        sound_class, material: `(B,)` indices, 1 + the order of the taxonomy.
        procedural: `(B,)` 1 where the material is computed rather than recorded (training only).
        attributes: `(B, len(ATTRIBUTES))`, intensity 0..1 and styles -1..+1.
        told: same shape, 1 where the attribute is given.
        energy: `(B, TILE_MOTION_STEPS)` motion energy 0..1, or None for actions.
        moves: `(B,)` 1 where that energy shapes the sound.
    """

    sound_class: Tensor
    material: Tensor
    procedural: Tensor
    attributes: Tensor
    told: Tensor
    energy: Tensor | None
    moves: Tensor

    def told_nothing(self) -> "GridConditions":
        """The same batch unconditioned, but for the motion, which is not a matter of taste."""
        return GridConditions(
            torch.zeros_like(self.sound_class),
            torch.zeros_like(self.material),
            self.procedural,
            self.attributes,
            torch.zeros_like(self.told),
            self.energy,
            self.moves,
        )

    def to(self, dtype: torch.dtype, device: torch.device) -> "GridConditions":
        """On a device, with the numbers (not the indices) in a data type."""
        energy = None if self.energy is None else self.energy.to(device, dtype)
        return GridConditions(
            self.sound_class.to(device),
            self.material.to(device),
            self.procedural.to(device),
            self.attributes.to(device, dtype),
            self.told.to(device, dtype),
            energy,
            self.moves.to(device, dtype),
        )


def joined(parts: Sequence[GridConditions]) -> GridConditions:
    """One batch of several; all of them with energy, or none."""
    energies = [part.energy for part in parts if part.energy is not None]
    return GridConditions(
        torch.cat([part.sound_class for part in parts]),
        torch.cat([part.material for part in parts]),
        torch.cat([part.procedural for part in parts]),
        torch.cat([part.attributes for part in parts]),
        torch.cat([part.told for part in parts]),
        torch.cat(energies) if energies else None,
        torch.cat([part.moves for part in parts]),
    )


def class_index(name: str) -> int:
    """Index of a class for the network; 0 for one that it was not built for."""
    names = list(taxonomy().classes)
    return names.index(name) + 1 if name in names else 0


def material_index(name: str | None) -> int:
    """Index of a material for the network; 0 for none or an unknown one."""
    names = taxonomy().materials
    return names.index(name) + 1 if name in names else 0


def attribute_values(intensity: float, style: Style) -> list[float]:
    """Values in the order of `ATTRIBUTES`, held to their ranges."""
    styles = [min(1.0, max(-1.0, getattr(style, name))) for name in STYLE_NAMES]
    return [min(1.0, max(0.0, intensity)), *styles]


class GridDenoiser(nn.Module):
    """Predicts clean tokens `(B, K, TOKEN_WIDTH)` from noisy ones at path time `t`."""

    group_of_class: Tensor

    def __init__(self, size: NetworkSize = FULL) -> None:
        super().__init__()
        width = self.width = size.width
        known = taxonomy()
        groups = list(known.groups)
        order = [0, *(groups.index(c.group) + 1 for c in known.classes.values())]
        self.register_buffer("group_of_class", torch.tensor(order), persistent=False)
        self.enter = nn.Linear(TOKEN_WIDTH, width)
        self.place = nn.Parameter(sinusoids(torch.arange(TILE_TOKENS), width, 1000.0) * 0.3)
        self.kind = nn.Parameter(torch.zeros(2, width))
        self.sound_class = nn.Embedding(len(known.classes) + 1, width)
        self.group = nn.Embedding(len(groups) + 1, width)
        self.material = nn.Embedding(len(known.materials) + 1, width)
        self.procedural = nn.Embedding(2, width)
        self.attributes = _perceptron(2 * len(ATTRIBUTES), width)
        self.time = _perceptron(width, width)
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(
            Block(width, size.heads, layer % 2 == 1) for layer in range(size.layers)
        )
        self.leave = nn.Linear(width, TOKEN_WIDTH)
        self.finish = nn.Linear(width, 2 * width)
        self.skip = nn.Linear(width, TOKEN_WIDTH)
        self._start_small()

    def _start_small(self) -> None:
        for table in (self.sound_class, self.group, self.material, self.procedural):
            nn.init.normal_(table.weight, std=0.3)
        for layer in (self.skip, self.finish, self.leave):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, t: Tensor, conditions: GridConditions) -> Tensor:
        """Clean tokens from `x (B, K, TOKEN_WIDTH)` at times `t (B,)`.

        A gated skip lets what the noise no longer hides pass through unharmed.
        """
        about = self._about(t, conditions, x.dtype)
        energy = conditions.energy
        if energy is not None:
            energy = energy * conditions.moves[:, None]
        is_tile = int(energy is not None)
        hidden = self.enter(x) + self.place[: x.shape[1]] + self.kind[is_tile]
        modulation = self.modulation(about).unflatten(-1, (6, self.width))
        for block in self.blocks:
            hidden = block(hidden, modulation, energy)
        shift, scale = self.finish(about).chunk(2, dim=-1)
        normed = nn.functional.layer_norm(hidden, (self.width,))
        clean: Tensor = self.leave(modulated(normed, shift, scale))
        kept: Tensor = self.skip(about)
        return clean + kept[:, None] * x

    def _about(self, t: Tensor, conditions: GridConditions, dtype: torch.dtype) -> Tensor:
        """`(B, D)`: time, names and attributes, added up."""
        told = conditions.told
        given = torch.cat([conditions.attributes * told, told], dim=-1)
        about: Tensor = self.time(sinusoids(t * 1000, self.width, 10_000.0).to(dtype))
        about = about + self.sound_class(conditions.sound_class)
        about = about + self.group(self.group_of_class[conditions.sound_class])
        about = about + self.material(conditions.material)
        about = about + self.procedural(conditions.procedural)
        return about + self.attributes(given)  # type: ignore[no-any-return]


def _perceptron(inputs: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width))
