"""Training of the reader of places: forty minutes on one core, most of them to render worlds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.embedded.motion_places import PLACES_FILE
from foley_core.models.embedded.place_inputs import PlaceInputs, mirrored, place_inputs
from foley_core.models.embedded.place_net import PlaceNet, chances
from foley_core.training.descent import descend
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.training.place_examples import PlaceExample, place_examples
from foley_core.training.reader_record import keep_reader
from foley_core.types import F32, F64, Progress, Rng
from foley_core.vision.changed_columns import COLUMNS

STEPS = 6000
"""Optimiser steps."""

_BATCH = 128
_LEARNING_RATE = 3e-3
_WARM_UP_STEPS = 600
# So many moments of a thing are learned from: a typist would fill the memory.
_MOMENTS = 6
# A thing nearer to the middle than this is on neither side, as in the evaluation.
_ASIDE = 0.1
# The side is what a listener notices, so it counts beside the distance.
_SIDE_WEIGHT = 0.3
# Pictures are shifted by up to a quarter of their width.
_MOST_SHIFT = 8
# In so many shifted pictures light changes everywhere for a moment.
_FLASHING = 0.5


def train_places(
    out: Path, *, worlds: int, seed: int, progress: Progress, steps: int = STEPS
) -> dict[str, float]:
    """Train the reader of places, and write weights and record.

    Args:
        out: folder of the run; rendered worlds are kept there too.
        worlds: how many to train on, rounded up to parts of 500.
        seed: of the first weights, and of the order of the examples.
        progress: told the share done and a sentence.
        steps: optimiser steps.

    Returns:
        `loss` of the last hundred steps.
    """
    torch.set_num_threads(1)
    examples = place_examples(out / "place_worlds", worlds, progress)
    progress(1.0, "teaching the reader of places")
    net, loss = taught(examples, steps, seed)
    keep_reader(out / PLACES_FILE, net, "places", worlds=worlds, steps=steps, seed=seed)
    return {"loss": round(loss, 4)}


def taught(examples: list[PlaceExample], steps: int, seed: int) -> tuple[PlaceNet, float]:
    """Return a net taught on examples, and its loss in the end."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    # Twice: as the pictures are, and moved aside.
    lessons = [_Lessons.of(examples, rng), _Lessons.of([_moved(e, rng) for e in examples], rng)]
    net = PlaceNet()

    def loss() -> Tensor:
        seen, pans = lessons[int(rng.integers(2))].batch(rng)
        chance = chances(net, torch.from_numpy(seen.windows), torch.from_numpy(seen.profiles))
        return _loss(chance, torch.from_numpy(pans))

    losses = descend(net, loss, steps, _LEARNING_RATE, _WARM_UP_STEPS)
    return net.eval(), float(np.mean(losses[-100:]))


class _Lessons:
    """Moments of things, each thing as likely as another."""

    def __init__(self, each: list[tuple[PlaceInputs, F64]]) -> None:
        self._windows = [inputs.windows.astype(np.float16) for inputs, _ in each]
        self._profiles = [inputs.profiles.astype(np.float16) for inputs, _ in each]
        self._pans = [pans for _, pans in each]

    @classmethod
    def of(cls, examples: list[PlaceExample], rng: Rng) -> "_Lessons":
        """Return the lessons of examples."""
        return cls([_lesson(example, rng) for example in examples])

    def batch(self, rng: Rng) -> tuple[PlaceInputs, F32]:
        """Return moments of random things, half of them mirrored, and where they are."""
        things = rng.integers(0, len(self._pans), _BATCH)
        chosen = [(int(thing), int(rng.integers(len(self._pans[thing])))) for thing in things]
        seen = PlaceInputs(
            np.stack([self._windows[thing][moment] for thing, moment in chosen]),
            np.stack([self._profiles[thing][moment] for thing, moment in chosen]),
        )
        pans = np.array([self._pans[thing][moment] for thing, moment in chosen])
        other, turned = mirrored(seen), rng.random(_BATCH) < 0.5
        windows = np.where(turned[:, None, None, None], other.windows, seen.windows)
        profiles = np.where(turned[:, None, None], other.profiles, seen.profiles)
        numbers = PlaceInputs(windows.astype(np.float32), profiles.astype(np.float32))
        return numbers, np.where(turned, -pans, pans).astype(np.float32)


def _lesson(example: PlaceExample, rng: Rng) -> tuple[PlaceInputs, F64]:
    """Return some moments of a thing, read among all of its moments, and their places."""
    columns = np.square(example.columns.astype(np.float64))
    spans = [slice(begin, end) for begin, end in example.spans.tolist()]
    numbers = place_inputs(
        columns, slice(0, EXAMPLE_STEPS), example.moments, spans, lasts=example.lasts
    )
    chosen = rng.permutation(len(example.moments))[:_MOMENTS]
    return (
        PlaceInputs(numbers.windows[chosen], numbers.profiles[chosen]),
        example.pans[chosen],
    )


def _moved(example: PlaceExample, rng: Rng) -> PlaceExample:
    """Return an example whose picture is shifted, if its sounds stay inside, and maybe flashes."""
    columns, pans = example.columns.astype(np.float64), example.pans
    by = int(rng.integers(-_MOST_SHIFT, _MOST_SHIFT + 1))
    if np.abs(pans + 2.0 * by / COLUMNS).max() < 1.0:
        pans = pans + 2.0 * by / COLUMNS
        columns = np.roll(columns, by, axis=1)
        # What came in from the other edge is calm.
        entered = slice(0, by) if by > 0 else slice(COLUMNS + by, COLUMNS)
        columns[:, entered] = np.quantile(example.columns, 0.1, axis=1, keepdims=True)
    if rng.random() < _FLASHING:
        at, length = int(rng.integers(EXAMPLE_STEPS)), int(rng.integers(1, 8))
        # Squares add: they are sums of fourth powers of what changes in different cells.
        flash = columns.max() * rng.uniform(0.2, 1.5)
        columns[at : at + length] = np.sqrt(columns[at : at + length] ** 2 + flash**2)
    return replace(example, columns=columns.astype(np.float16), pans=pans)


def _loss(chance: Tensor, pans: Tensor) -> Tensor:
    """Return the mean distance of the columns from the places, and how wrong the sides are.

    Args:
        chance: (n, 32) probabilities of columns.
        pans: (n,) true places, -1..1.
    """
    middles = 2.0 * (torch.arange(COLUMNS) + 0.5) / COLUMNS - 1.0
    distance = (chance * (middles - pans[:, None]).abs()).sum(dim=1).mean()
    right = chance[:, COLUMNS // 2 :].sum(dim=1).clamp(1e-4, 1.0 - 1e-4)
    wrong = functional.binary_cross_entropy(right, (pans > 0.0).float(), reduction="none")
    return distance + _SIDE_WEIGHT * (wrong * (pans.abs() > _ASIDE)).mean()
