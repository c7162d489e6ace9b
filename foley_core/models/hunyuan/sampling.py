"""From noise to a latent: schedules, solvers and guidance, as free functions.

The path runs from sigma 1 (noise) to 0 (data), and a network's velocity is the derivative by sigma.
The published sampler takes 50 Euler steps. `second_order_schedule` reaches the place of twice as
many Euler steps with one evaluation each: the velocity half a step ahead is extrapolated from the
last two. Schedule and latent are float32; only the network may compute in less.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from foley_core.models.flow_matching import guided
from foley_core.models.hunyuan.batching import ClipBatch
from foley_core.models.hunyuan.denoiser import TIME_SCALE, Denoiser
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.types import Quality

PUBLISHED_STEPS = 50
PUBLISHED_GUIDANCE = 4.5

StepVelocity = Callable[[Tensor, int], Tensor]
"""Velocity of a latent at the step of that index."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where on the path a network is asked, and how its answers are used.

    Attributes:
        sigmas: `(steps + 1,)` from 1 to 0, exact in float32.
        ahead: `(steps,)` how much of the last change of velocity is added to each velocity.
    """

    sigmas: tuple[float, ...]
    ahead: tuple[float, ...]

    @property
    def timesteps(self) -> Tensor:
        """`(steps,)` times that the network is told, float32."""
        return torch.tensor(self.sigmas[:-1], dtype=torch.float32) * TIME_SCALE


def published(steps: int = PUBLISHED_STEPS) -> Schedule:
    """Euler steps of one size, as published.

    Raises:
        ValueError: fewer than one step.
    """
    sigmas = _evenly(steps)
    return Schedule(sigmas, (0.0,) * steps)


def second_order_schedule(steps: int) -> Schedule:
    """Ends where `2 · steps` Euler steps end, to second order, with `steps + 1` evaluations.

    Two Euler steps of h / 2 from velocities v and v' move by h · (v + v') / 2. The first two are
    taken so; later v' is foreseen as `v + (h / 2) · (v - previous v) / (distance to it)`.

    Raises:
        ValueError: fewer than one step.
    """
    whole, fine = _evenly(steps), _evenly(2 * steps)
    sigmas = (*fine[:2], *whole[1:])
    ahead = [0.0, 0.0]
    for before, here, after in zip(sigmas[1:], sigmas[2:], sigmas[3:], strict=False):
        ahead.append((after - here) / (4 * (here - before)))
    return Schedule(sigmas, tuple(ahead))


def schedule_of(quality: Quality) -> Schedule:
    """`standard` is the published path. `draft` goes for its place with about half of the
    evaluations; `fine`, with one more, for that of 100 Euler steps, the most that are published."""
    half = PUBLISHED_STEPS // 2
    return {
        "draft": second_order_schedule(half),
        "standard": published(),
        "fine": second_order_schedule(PUBLISHED_STEPS),
    }[quality]


def sample_latent(velocity: StepVelocity, noise: Tensor, schedule: Schedule) -> Tensor:
    """The latent, float32, that `noise` is carried to."""
    x, last = noise, None
    for step, ((start, end), ahead) in enumerate(
        zip(pairwise(schedule.sigmas), schedule.ahead, strict=True)
    ):
        slope = velocity(x, step).float()
        used = slope if last is None or not ahead else slope + ahead * (slope - last)
        x, last = x + used * (end - start), slope
    return x


def clip_noise(seed: int, channels: int, steps: int, dtype: torch.dtype) -> Tensor:
    """`(C, steps)` of noise that a clip starts from, drawn on the CPU in the network's data type.

    Each clip has its own seed, so that it sounds the same alone or in any batch.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(channels, steps, generator=generator, dtype=dtype)


def noise_of(seeds: Sequence[int], batch: ClipBatch, denoiser: Denoiser) -> Tensor:
    """`(B, C, Na)`, padded with zeros, one seed for each clip of the batch."""
    channels, dtype = denoiser.config.latent_channels, denoiser.dtype
    noise = torch.zeros(len(seeds), channels, batch.latent_steps, dtype=dtype)
    for row, seed, clip in zip(noise, seeds, batch.lengths, strict=True):
        row[:, : clip.latent_steps] = clip_noise(seed, channels, clip.latent_steps, dtype)
    return noise.to(denoiser.device)


def plain_velocity(
    denoiser: Denoiser, batch: ClipBatch, schedule: Schedule, guidance: float
) -> StepVelocity:
    """Guided velocity by the plain path: everything computed at every step."""
    batch = batch.to(denoiser.device, denoiser.dtype)
    layout = batch.layout(denoiser.config.head_width, denoiser.device)
    timesteps = schedule.timesteps.to(denoiser.device)
    without = batch.unconditioned(denoiser.empty_clip_feat, denoiser.empty_sync_feat)
    both = without.joined(batch.conditions) if guidance > 1 else batch.conditions
    if guidance > 1:
        layout = layout.doubled()

    @torch.no_grad()
    def velocity(x: Tensor, step: int) -> Tensor:
        x = torch.cat([x, x]) if guidance > 1 else x
        slopes = denoiser(x, timesteps[step].expand(len(x)), both, layout)
        return _guided(slopes, guidance)

    return velocity


def hoisted_velocity(hoisted: HoistedDenoiser, batch: ClipBatch, guidance: float) -> StepVelocity:
    """Guided velocity by the hoisted path; `hoisted` has the timesteps of the schedule."""
    prepared = hoisted.prepare(batch, guided=guidance > 1)

    def velocity(x: Tensor, step: int) -> Tensor:
        x = torch.cat([x, x]) if guidance > 1 else x
        return _guided(hoisted.velocity(x, step, prepared), guidance)

    return velocity


def latents(x: Tensor, batch: ClipBatch) -> list[Tensor]:
    """Each clip's own latent `(C, steps)`, without padding."""
    return [row[:, : clip.latent_steps] for row, clip in zip(x, batch.lengths, strict=True)]


def _guided(slopes: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance in float32; at a scale of 1 or less, the conditional alone."""
    if guidance <= 1:
        return slopes.float()
    without, given = slopes.float().chunk(2)
    return guided(given, without, guidance)


def _evenly(steps: int) -> tuple[float, ...]:
    if steps < 1:
        raise ValueError(f"a sampler needs at least one step, got {steps}")
    return tuple(torch.linspace(1, 0, steps + 1, dtype=torch.float32).tolist())
