"""The network of the embedded generator: a small diffusion transformer over synthesiser grids.

From a noisy, standardised grid it predicts the clean one; `grid_sampler` walks from noise to a grid
with it. A token is `STEPS_PER_TOKEN` grid steps (20 ms). Actions are `ACTION_TOKENS` long;
sustained sounds and ambience are made in tiles of `TILE_TOKENS`.

The network is told what to make as follows. Class, group and material are embeddings that add up,
so that a pair it never met lies between what it knows. Intensity and style latents are numbers,
each with a mark that says whether it is given. Tiles are also told the motion over time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
"""Tokens of an action: 1.28 s."""
TILE_TOKENS = 256
"""Tokens of a tile of sustained sound or ambience: 5.12 s."""
TILE_MOTION_STEPS = TILE_TOKENS * TOKEN_SAMPLES // SAMPLES_PER_STEP
ATTRIBUTES = ("intensity", *STYLE_NAMES)
TRAINING_SHIFT = 6.0
"""Shift of the path times in training (`flow_matching.shifted`). A grid is redundant and shows
through much noise, so most of what there is to learn lies near the noise."""

MOST_WIDTH, MOST_LAYERS = 1024, 32
"""Largest network that a weights file may ask for; a damaged file must not fill the memory."""


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """Size of a network: width of its tokens, heads of its attention, number of blocks.

    Attributes:
        classes: how many of the taxonomy's `learned` classes it knows, from the first on.

    Raises:
        ValueError: a number is not above 0 or too large, or the heads cannot share the width in
            pairs of sine and cosine.
    """

    width: int
    heads: int
    layers: int
    classes: int = field(default_factory=lambda: len(taxonomy().learned))

    def __post_init__(self) -> None:
        fits = 0 < self.width <= MOST_WIDTH and 0 < self.layers <= MOST_LAYERS
        fits = fits and 0 < self.classes <= len(taxonomy().learned)
        if not fits or not 0 < self.heads <= self.width or self.width % (2 * self.heads):
            raise ValueError(f"no network has {self}")


FULL = NetworkSize(width=256, heads=4, layers=6)


def network_size_of(weights: Mapping[str, Tensor]) -> NetworkSize:
    """Return the size of the network that tensors by name belong to.

    Raises:
        KeyError: they are of another kind of network.
        ValueError: the size is not possible.
    """
    blocks = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
    heads = weights["blocks.0.attention.sharpness"].numel()
    # The first row of the table stands for "not told".
    classes = len(weights["sound_class.weight"]) - 1
    return NetworkSize(weights["enter.bias"].numel(), heads, len(blocks), classes)


@dataclass(frozen=True, slots=True)
class GridConditions:
    """Conditions of a batch: what each item shall sound like.

    Attributes:
        sound_class: `(B,)` index of the class, 1 + its place among the learned ones; 0 for "not
            told".
        material: `(B,)` index of the material, likewise.
        procedural: `(B,)` 1 for a sound like those of training that were computed rather than
            recorded.
        attributes: `(B, len(ATTRIBUTES))`, intensity 0..1 and style latents -1..+1.
        told: same shape, 1 where the attribute is given.
        energy: `(B, TILE_MOTION_STEPS)` motion energy 0..1; None for actions.
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
        """Return the same batch without conditions, for guidance.

        The motion stays: guidance shall make the sound more like its class, not more like the
        motion.
        """
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
        """Return the conditions on a device, their numbers (not the indices) in a data type."""
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
    """Return one batch made of several; all of them have energy, or none has."""
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
    """Return the index of a class for the network; 0 for a class that is not learned."""
    names = taxonomy().learned
    return names.index(name) + 1 if name in names else 0


def material_index(name: str | None) -> int:
    """Return the index of a material for the network; 0 for None or an unknown material."""
    names = taxonomy().materials
    return names.index(name) + 1 if name in names else 0


def attribute_values(intensity: float, style: Style) -> list[float]:
    """Return intensity and style latents in the order of `ATTRIBUTES`, within their ranges."""
    styles = [min(1.0, max(-1.0, getattr(style, name))) for name in STYLE_NAMES]
    return [min(1.0, max(0.0, intensity)), *styles]


class GridDenoiser(nn.Module):
    """The network: noisy tokens `(B, K, TOKEN_WIDTH)` at path time `t` → clean tokens."""

    group_of_class: Tensor

    def __init__(self, size: NetworkSize = FULL) -> None:
        super().__init__()
        width = self.width = size.width
        known = taxonomy()
        names, groups = known.learned[: size.classes], known.learned_groups(size.classes)
        # Follows from the taxonomy, so it is no part of the weights.
        order = [0, *(groups.index(known.classes[n].group) + 1 for n in names)]
        self.register_buffer("group_of_class", torch.tensor(order), persistent=False)
        self.enter = nn.Linear(TOKEN_WIDTH, width)
        # Places begin as strong sinusoids and are learned from there; strong places were part of
        # what made the first prototypes work.
        self.place = nn.Parameter(sinusoids(torch.arange(TILE_TOKENS), width, 1000.0) * 0.3)
        # One constant for actions, one for tiles.
        self.kind = nn.Parameter(torch.zeros(2, width))
        self.sound_class = nn.Embedding(size.classes + 1, width)
        self.group = nn.Embedding(len(groups) + 1, width)
        self.material = nn.Embedding(len(known.materials) + 1, width)
        self.procedural = nn.Embedding(2, width)
        self.attributes = _perceptron(2 * len(ATTRIBUTES), width)
        self.time = _perceptron(width, width)
        # One modulation for all blocks, to which each adds a constant of its own (PixArt-α,
        # arXiv:2310.00426): far fewer parameters than a modulation for every block.
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(
            Block(width, size.heads, hears_motion=layer % 2 == 1) for layer in range(size.layers)
        )
        self.leave = nn.Linear(width, TOKEN_WIDTH)
        self.finish = nn.Linear(width, 2 * width)
        self.skip = nn.Linear(width, TOKEN_WIDTH)
        self._start_small()

    def _start_small(self) -> None:
        """Begin with outputs of zero, and with names that do not drown the rest of the sum."""
        for table in (self.sound_class, self.group, self.material, self.procedural):
            nn.init.normal_(table.weight, std=0.3)
        for layer in (self.skip, self.finish, self.leave):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, t: Tensor, conditions: GridConditions) -> Tensor:
        """Predict clean tokens.

        Args:
            x: noisy tokens `(B, K, TOKEN_WIDTH)`; K is `TILE_TOKENS` at most.
            t: path times `(B,)`, 0 (noise) to 1 (clean).
            conditions: of the same batch.

        Returns:
            Clean tokens `(B, K, TOKEN_WIDTH)`, standardised.
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
        # A gate for each number of a token, decided by time and conditions: late on the path, where
        # little noise is left, most of the input may pass as it is.
        kept: Tensor = self.skip(about)
        return clean + kept[:, None] * x

    def _about(self, t: Tensor, conditions: GridConditions, dtype: torch.dtype) -> Tensor:
        """Add up what is told of each item: time, names and attributes, `(B, D)`."""
        told = conditions.told
        given = torch.cat([conditions.attributes * told, told], dim=-1)
        # Times lie in 0..1; the sinusoids are made for about 0..1000.
        about: Tensor = self.time(sinusoids(t * 1000, self.width, 10_000.0).to(dtype))
        about = about + self.sound_class(conditions.sound_class)
        about = about + self.group(self.group_of_class[conditions.sound_class])
        about = about + self.material(conditions.material)
        about = about + self.procedural(conditions.procedural)
        return about + self.attributes(given)  # type: ignore[no-any-return]


def _perceptron(inputs: int, width: int) -> nn.Sequential:
    """Return two layers with a smooth step between them."""
    return nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width))
