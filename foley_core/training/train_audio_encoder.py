"""Training of the audio encoder, and the retrieval test: does a sound near a sight fit it?

When perception is trained, its class prototypes stand in the joint space. The audio encoder is then
trained alone to place sounds at the prototypes of the classes that could have made them, on
recordings and, for classes that have few, on computed sounds. Only evaluations need it.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.perception_net import ACTIONS, AUDIO_PREFIX
from foley_core.models.embedded.weights_folder import PERCEPTION_FILE, find_weights
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.joint_space import AudioEncoder, Recordings, band_image
from foley_core.training.procedural import procedural_action
from foley_core.types import F32

GALLERY = 100
"""Sounds among which the nearest one is looked for."""

_BATCH = 64
_LEARNING_RATE = 2e-3
_TEMPERATURE = 0.1
"""Divisor of cosines before the softmax; the same as in perception's head."""
_LEAST_RECORDINGS = 12
"""Sounds that a class has at least in training; computed ones fill up."""
_LEAST_HELD_OUT = 4
"""Sounds that a class has at least in a gallery."""
_GALLERIES = 20
_GONE_SHARE = 0.1
"""Share of the bands, and of the steps, that are blanked in a varied image."""


def with_computed(recorded: Recordings, least: int, seed: int) -> Recordings:
    """Return the recordings, and computed sounds until every class has `least` sounds.

    A computed sound belongs to its own class only.
    """
    images, may_be = [recorded.images], [recorded.may_be]
    for action, name in enumerate(ACTIONS):
        missing = least - int(recorded.may_be[action].sum())
        if missing <= 0:
            continue
        rng = np.random.default_rng((seed, action))
        materials = taxonomy().classes[name].materials
        sounds = [
            procedural_action(name, materials[n % len(materials)], SAMPLE_RATE, rng)
            for n in range(missing)
        ]
        computed = np.stack([band_image(sound, SAMPLE_RATE) for sound in sounds])
        images.append(torch.from_numpy(computed))
        own = torch.zeros(len(ACTIONS), missing, dtype=torch.bool)
        own[action] = True
        may_be.append(own)
    return Recordings(torch.cat(images), torch.cat(may_be, dim=1))


def train_audio_encoder(
    audio: AudioEncoder, prototypes: Tensor, recorded: Recordings, steps: int, seed: int
) -> None:
    """Train an audio encoder to place sounds at the prototypes of what could have made them.

    Args:
        audio: trained in place.
        prototypes: (actions, 64) of the visual classes; they stay where they are.
        recorded: sounds to train on.
        steps: optimiser steps, 64 sounds each.
        seed: of the computed sounds, the batches and the variations.
    """
    corpus = with_computed(recorded, _LEAST_RECORDINGS, seed)
    places = functional.normalize(prototypes.detach(), dim=-1)
    weights = _evenly(corpus.may_be)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(audio.parameters(), _LEARNING_RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps))
    audio.train()
    for _ in range(steps):
        drawn = torch.multinomial(weights, _BATCH, replacement=True, generator=generator)
        heard = audio(_varied(corpus.images[drawn], generator))
        logits = heard @ places.T / _TEMPERATURE
        # A sound may belong to several classes, and nobody knows which one made it: the loss is
        # minus the log of their summed probability. -1e4 takes the others out of the sum.
        possible = logits.masked_fill(~corpus.may_be.T[drawn], -1e4)
        loss = (logits.logsumexp(dim=1) - possible.logsumexp(dim=1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    audio.eval()


def shipped_audio_encoder() -> AudioEncoder:
    """Return the audio encoder that was stored beside the networks of the package's perception.

    Raises:
        CheckpointError: the file cannot be read, or holds no audio encoder.
    """
    shipped = find_weights()
    path = shipped.local(PERCEPTION_FILE)
    tensors = load_weights(path, shipped.sha256(PERCEPTION_FILE))
    audio = AudioEncoder()
    own = {
        name.removeprefix(AUDIO_PREFIX): value.float()
        for name, value in tensors.items()
        if name.startswith(AUDIO_PREFIX)
    }
    try:
        audio.load_state_dict(own)
    except RuntimeError as error:
        raise CheckpointError(
            f"weights {path} hold no audio encoder; train perception with --sounds"
        ) from error
    return audio.eval()


@torch.inference_mode()
def retrieval(
    sights: F32, classes: Sequence[int], audio: AudioEncoder, held_out: Recordings, seed: int = 0
) -> dict[str, float]:
    """Return how often the sound nearest to a sight, of 100, is one that its class could have made.

    Galleries of 100 are drawn from held-out recordings and, for classes with few of them, computed
    sounds that were never trained on; every class with sounds takes part alike.

    Args:
        sights: (N, 64) joint vectors at true onsets.
        classes: (N,) their true action indices.
        audio: encoder of the sounds.
        held_out: recordings of authors that nothing was trained on.

    Returns:
        `retrieval_r1_of_100`, and `retrieval_r1_chance` of a sound drawn blindly.
    """
    # Another seed than in training, so that computed sounds are new to the encoder as well.
    corpus = with_computed(held_out, _LEAST_HELD_OUT, seed + 1_000)
    heard = audio(corpus.images)
    weights = _evenly(corpus.may_be)
    generator = torch.Generator().manual_seed(seed)
    may_be = corpus.may_be[torch.tensor(classes, dtype=torch.int64)]
    alike = torch.from_numpy(sights) @ heard.T
    right, chance = [], []
    for _ in range(_GALLERIES):
        count = min(GALLERY, len(weights))
        gallery = torch.multinomial(weights, count, generator=generator)
        # A sight is asked only if the gallery holds a sound that would be right.
        asked = may_be[:, gallery].any(dim=1)
        nearest = gallery[alike[asked][:, gallery].argmax(dim=1)]
        right.append(may_be[asked].gather(1, nearest[:, None]).float().mean())
        chance.append(may_be[asked][:, gallery].float().mean())
    return {
        "retrieval_r1_of_100": float(torch.stack(right).mean()),
        "retrieval_r1_chance": float(torch.stack(chance).mean()),
    }


def _evenly(may_be: Tensor) -> Tensor:
    """Return weights (R,) with which every class is drawn about as often as any other."""
    shares = may_be.float() / may_be.sum(dim=1, keepdim=True).clamp(min=1)
    return shares.sum(dim=0)


def _varied(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return band images (B, 48, 50) of which each is changed at random.

    Another equaliser and pitch, a little later, some bands and times gone, some noise: with few
    recordings a class, the encoder would otherwise learn them by heart.
    """
    count, bands, steps = images.shape
    bends = torch.randn(count, 5, generator=generator)
    # A curve over the bands through five random levels.
    tilt = functional.interpolate(bends[:, None], bands, mode="linear", align_corners=True)[:, 0]
    # Up to three bands (half an octave) up or down, and up to 80 ms later.
    higher = torch.randint(-3, 4, (count,), generator=generator).tolist()
    later = torch.randint(0, 5, (count,), generator=generator).tolist()
    moves = zip(images, higher, later, strict=True)
    moved = torch.stack([image.roll((up, by), dims=(0, 1)) for image, up, by in moves])
    kept_bands = torch.rand(count, bands, 1, generator=generator) > _GONE_SHARE
    kept_steps = torch.rand(count, 1, steps, generator=generator) > _GONE_SHARE
    noise = 0.25 * torch.randn(moved.shape, generator=generator)
    varied: Tensor = (moved + 0.4 * tilt[:, :, None] + noise) * kept_bands * kept_steps
    return varied
