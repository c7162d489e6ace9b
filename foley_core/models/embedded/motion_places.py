"""Places by motion: where a small network sees that the columns of the picture change with a sound.

It learned from rendered worlds which changes are those of a thing that sounds, beside rain, leaves
and a camera that moves. Every picture is read as it is and mirrored, so that left and right are
told alike.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from foley_core.models.checkpoints import fill_network, load_weights
from foley_core.models.embedded.place_inputs import (
    AROUND_STEPS,
    NEAR_STEPS,
    PlaceInputs,
    mirrored,
    place_inputs,
)
from foley_core.models.embedded.place_net import PlaceNet, chances
from foley_core.models.embedded.weights_folder import shipped_folder
from foley_core.models.embedded.weights_record import recorded_sha256
from foley_core.storage.store import Storage
from foley_core.types import F64, I64

PLACES_FILE = "places.safetensors"
"""Weights of the reader, in the package. They shape sheets, so new ones need another
`DETECTION_VERSION`."""
PATH_HOP = 4
"""A lasting sound is located so often, in motion steps: six times a second."""

# Hits whose places vary by less are of one thing that stays: none of them jumps.
_RESTING = 0.2
# A lasting sound that goes no further stays: its place trembles.
_STAYING = 0.3
_LEAST_MOMENTS = 3
# Moments that are read at once: each takes 25 kB.
_AT_ONCE = 256


class PlaceReader:
    """The network of places, with the weights of the package."""

    def __init__(self) -> None:
        """Load the weights.

        Raises:
            CheckpointError: weights or record are missing, damaged, or of another shape.
        """
        path = shipped_folder() / PLACES_FILE
        state = load_weights(path, recorded_sha256(Storage(str(path.parent)), PLACES_FILE))
        self._net = PlaceNet()
        advice = "train them again with 'foley train places'"
        fill_network(self._net, state, path, "this reader of places", advice)
        self._net.eval()

    def hit_places(
        self, columns: F64, shot: slice, steps: Sequence[int], *, rests: bool
    ) -> list[float]:
        """Return the places, -1..1, of the hits of one thing.

        Args:
            columns: (T, 32) squares of `changed_columns`.
            shot: motion steps of the shot.
            steps: motion steps of the hits, in order of time.
            rests: whether the thing surely stays where it is.
        """
        # A hit in the last part of a step may begin after the last step that was seen.
        at = np.clip(steps, shot.start, shot.stop - 1)
        spans = [hit_span(step, shot) for step in at]
        each = self._chances(columns, shot, at, spans, lasts=False)
        places = _middles(each)
        if rests or places.std() < _RESTING:
            places[:] = _middles(each.mean(axis=0, keepdims=True))
        return [float(place) for place in places]

    def lasting_path(self, columns: F64, shot: slice, span: slice) -> list[tuple[int, float]]:
        """Return where a lasting sound is: motion steps from the beginning of its span, and places.

        One for what stays.
        """
        at = lasting_moments(span, shot)
        each = self._chances(columns, shot, at, [span], lasts=True)
        places = _middles(each)
        if len(at) < _LEAST_MOMENTS or places.std() < _STAYING:
            return [(0, float(_middles(each.mean(axis=0, keepdims=True))[0]))]
        # Continued straight on at both ends, so that the first and the last place stay.
        padded = np.pad(places, 1, mode="reflect", reflect_type="odd")
        smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
        return [
            (int(step) - int(at[0]), float(place)) for step, place in zip(at, smooth, strict=True)
        ]

    @torch.inference_mode()
    def _chances(
        self, columns: F64, shot: slice, at: I64, spans: Sequence[slice], *, lasts: bool
    ) -> F64:
        """Return the probability (n, 32) of each column at some moments of one thing."""
        if not columns[shot].any():
            # Nothing moves at all: the middle is as good as any place.
            return np.full((len(at), columns.shape[1]), 1.0 / columns.shape[1])
        found = []
        for own, around in _portions(at):
            inputs = place_inputs(columns, shot, at[around], spans, lasts=lasts)
            both = self._read(inputs) + self._read(mirrored(inputs))[:, ::-1]
            found.append(both[own] / 2.0)
        return np.concatenate(found)

    def _read(self, inputs: PlaceInputs) -> F64:
        windows, profiles = torch.from_numpy(inputs.windows), torch.from_numpy(inputs.profiles)
        read: F64 = chances(self._net, windows, profiles).numpy().astype(np.float64)
        return read


def hit_span(step: int, shot: slice) -> slice:
    """Return the motion steps around a hit in which it changes the picture."""
    return slice(max(shot.start, step - AROUND_STEPS), min(shot.stop, step + AROUND_STEPS + 1))


def lasting_moments(span: slice, shot: slice) -> I64:
    """Return the motion steps at which a lasting sound is located, at least one."""
    first = min(max(span.start, shot.start), shot.stop - 1)
    moments: I64 = np.arange(first, max(first + 1, min(span.stop, shot.stop)), PATH_HOP)
    return moments


def _portions(at: I64) -> Iterator[tuple[slice, slice]]:
    """Yield moments to read at once, within those around them that speak for them as well."""
    for first in range(0, len(at), _AT_ONCE):
        last = min(len(at), first + _AT_ONCE)
        begin = int(np.searchsorted(at, at[first] - NEAR_STEPS))
        end = int(np.searchsorted(at, at[last - 1] + NEAR_STEPS, side="right"))
        yield slice(first - begin, last - begin), slice(begin, end)


def _middles(chance: F64) -> F64:
    """Return the medians (n,) of probabilities (n, 32) of columns, -1 at the left edge to +1."""
    whole = np.cumsum(chance, axis=1)
    rows, column = np.arange(len(chance)), (whole < 0.5).sum(axis=1).clip(max=chance.shape[1] - 1)
    before = whole[rows, column] - chance[rows, column]
    within = (0.5 - before) / chance[rows, column]
    middles: F64 = 2.0 * (column + within) / chance.shape[1] - 1.0
    return middles
