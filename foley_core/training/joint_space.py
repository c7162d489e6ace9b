"""The space that sights and sounds share: an encoder of recordings, and the contrast with onsets.

An onset's vector shall lie near the vectors of recordings that could have been made there
(InfoNCE with several positives, Khosla et al., "Supervised Contrastive Learning", 2020). Classes
borrow recordings from one another (a tap and a thing set down both sound of wood), so each class
has a prototype of its own in the same space, towards which both encoders are drawn.

The audio encoder is needed in training and evaluation only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
import torch
from scipy.signal import stft
from torch import Tensor, nn
from torch.nn import functional

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.models.embedded.perception_net import ACTIONS, JOINT_WIDTH
from foley_core.training.sound_corpus import Recording, recordings, split_by_author
from foley_core.types import F32

MEL_BANDS = 48
_IMAGE_STEPS = 50
"""Steps of an image: one second, 20 ms each."""
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 15_000.0
"""Ends of the bands: a sixth of an octave each."""
_TEMPERATURE = 0.1
"""Divisor of cosines before the softmax; the same as in perception's head."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Recordings as the audio encoder takes them.

    Attributes:
        images: (R, 48, 50) log band energies, standardised.
        may_be: (actions, R) whether an action of that class could have made that recording.
    """

    images: Tensor
    may_be: Tensor


def load_recordings(folder: Path, held_out: bool = False) -> Recordings:
    """Return recordings of a corpus that action classes name and whose licence allows training.

    Args:
        folder: corpus with `sounds.csv`, see `sound_corpus`.
        held_out: those of the authors that nothing is trained on, instead of the others.

    Raises:
        ConfigError: the folder has no readable `sounds.csv`, or none of its sounds is of use.
    """
    images: list[F32] = []
    where: dict[str, list[int]] = {}
    for row in contrasted_recordings(folder, held_out):
        waveform, rate = soundfile.read(row.path, 2 * 48_000, dtype="float32", always_2d=True)
        where.setdefault(row.recorded_class, []).append(len(images))
        images.append(band_image(waveform.mean(axis=1), rate))
    if not images:
        raise ConfigError(f"no recording in {folder} is of a known class; check its sounds.csv")
    return Recordings(torch.from_numpy(np.stack(images)), _by_action(where, len(images)))


def contrasted_recordings(folder: Path, held_out: bool = False) -> list[Recording]:
    """Return the recordings that pictures are contrasted with: those of action classes.

    Raises:
        ConfigError: as `load_recordings`.
    """
    wanted = {name for c in taxonomy().trained_of_kind("action") for name in c.recordings}
    known, kept_apart = split_by_author(recordings(folder))
    return [row for row in (kept_apart if held_out else known) if row.recorded_class in wanted]


def _by_action(where: Mapping[str, list[int]], count: int) -> Tensor:
    """Return (actions, recordings): which recording may stand for which action."""
    may_be = torch.zeros(len(ACTIONS), count, dtype=torch.bool)
    for action, name in enumerate(ACTIONS):
        for recorded_class in taxonomy().classes[name].recordings:
            may_be[action, where.get(recorded_class, [])] = True
    return may_be


def band_image(waveform: F32, sample_rate: int) -> F32:
    """Return log energies (48, 50) of the first second of a waveform (N,), standardised.

    The bands have edges of equal ratio; level is taken out, so that loudness tells nothing.
    """
    # Short sounds are followed by silence, so that all images have one size.
    samples = np.zeros(sample_rate + 2048, np.float32)
    kept = waveform[: len(samples)]
    samples[: len(kept)] = kept
    hop = sample_rate // _IMAGE_STEPS
    _, _, spectrum = stft(samples, sample_rate, nperseg=2 * hop, noverlap=hop, boundary=None)
    power = np.square(np.abs(spectrum[:, :_IMAGE_STEPS]))
    edges_hz = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, MEL_BANDS + 1)
    # Low bands are narrower than a bin of the spectrum: each then takes the one bin that it lies
    # in.
    bins = np.clip(np.round(edges_hz * 2 * hop / sample_rate).astype(int), 1, len(power) - 1)
    bands = [power[a : max(a + 1, b)].mean(axis=0) for a, b in pairwise(bins)]
    levels = np.log(np.stack(bands) + 1e-9)
    image: F32 = ((levels - levels.mean()) / (levels.std() + 1e-3)).astype(np.float32)
    return image


class AudioEncoder(nn.Module):
    """A small convolutional network: band images → vectors of the joint space."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 24, 48, 96)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(8, after), nn.GELU()]
        self.layers = nn.Sequential(*layers)
        self.project = nn.Linear(2 * 96, JOINT_WIDTH)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (B, 48, 50) to vectors (B, 64) of unit length."""
        seen = self.layers(images[:, None]).flatten(2)
        # The mean says what the sound is made of, the maximum what happens in it for a moment.
        pooled = torch.cat([seen.mean(dim=2), seen.amax(dim=2)], dim=1)
        return functional.normalize(self.project(pooled), dim=-1)


def contrast(sights: Tensor, sounds: Tensor, belong: Tensor) -> Tensor:
    """Return the InfoNCE loss both ways; every sound that could have been made there is a positive.

    Args:
        sights, sounds: (B, 64) of unit length, row by row one pair.
        belong: (B, B) whether the sound of a column could belong to the sight of a row.
    """
    alike = sights @ sounds.T / _TEMPERATURE
    positive = belong.to(alike.dtype)
    # From each sight to its sounds, and from each sound to its sights; several positives share the
    # target evenly.
    along = -(_shares(positive) * alike.log_softmax(dim=1)).sum(dim=1).mean()
    across = -(_shares(positive.T) * alike.T.log_softmax(dim=1)).sum(dim=1).mean()
    return 0.5 * (along + across)


def _shares(positive: Tensor) -> Tensor:
    """Return rows scaled to sum 1."""
    return positive / positive.sum(dim=1, keepdim=True)


def draw_recordings(
    corpus: Recordings, actions: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw a random recording for each action index that has one.

    Args:
        actions: (B,) indices.

    Returns:
        Indices of recordings (M,), and which actions (B,) have any.
    """
    may_be = corpus.may_be[actions]
    has = may_be.any(dim=1)
    if not has.any():
        return torch.zeros(0, dtype=torch.int64), has
    drawn = torch.multinomial(may_be[has].float(), 1, generator=generator)
    return drawn[:, 0], has
