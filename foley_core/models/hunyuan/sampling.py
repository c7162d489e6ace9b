"""Sampling of a latent from noise: schedules, a solver and guidance, as free functions.

The path runs from sigma 1 (noise) to 0 (data), and the network's velocity is the derivative by
sigma. The published sampler takes 50 Euler steps. `second_order_schedule` ends near the place of
twice as many Euler steps with little more than half of the evaluations: every other velocity is
extrapolated from the last two. Schedule and latent are float32; only the network may compute in
less. Drafts may take shortcuts, which are off unless asked for (`shortened`).

Shapes: `C` latent channels, `Na` latent steps.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from foley_core.models.flow_matching import guided
from foley_core.models.hunyuan.batching import ClipBatch
from foley_core.models.hunyuan.denoiser import TIME_SCALE, Denoiser
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.types import Quality, Shortcut

# The published code's defaults.
PUBLISHED_STEPS = 50
PUBLISHED_GUIDANCE = 4.5

GUIDED_DOWN_TO = 0.4
"""Sigma at which the guidance interval of drafts ends."""

StepVelocity = Callable[[Tensor, int], Tensor]
"""The velocity of a latent `(B, C, Na)` at the step of an index, same shape."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The points of the path at which the network is evaluated, and the use of its velocities.

    Attributes:
        sigmas: `steps + 1` values from 1 to 0, exact in float32.
        ahead: `steps` values: how much of the last change of velocity is added to each velocity.
        unguided: steps from this one on take the conditional velocity alone; None for no step.
        reused: steps at which the single blocks are not computed: what they changed at the step
            before is taken again.
    """

    sigmas: tuple[float, ...]
    ahead: tuple[float, ...]
    unguided: int | None = None
    reused: frozenset[int] = frozenset()

    def is_guided(self, step: int) -> bool:
        """Return True for a step that may be led away from its negative prompt."""
        return self.unguided is None or step < self.unguided

    @property
    def timesteps(self) -> Tensor:
        """Times that the network is given, `(steps,)` float32, 1000 for noise."""
        return torch.tensor(self.sigmas[:-1], dtype=torch.float32) * TIME_SCALE


def published(steps: int = PUBLISHED_STEPS) -> Schedule:
    """Return Euler steps of equal size, as published.

    Raises:
        ValueError: `steps` is less than 1.
    """
    sigmas = _evenly(steps)
    return Schedule(sigmas, (0.0,) * steps)


def second_order_schedule(steps: int) -> Schedule:
    """Return a schedule that ends, to second order, where `2 · steps` Euler steps end.

    It evaluates the network `steps + 1` times. Two Euler steps of size h / 2 with velocities v and
    v' move by h · (v + v') / 2. The first two are taken like this. Later v' is extrapolated as
    `v + (h / 2) · (v - previous v) / (distance to the previous point)`, so one step moves by
    `h · (v + ahead · (v - previous v))` with `ahead = h / (4 · distance)`.

    Raises:
        ValueError: `steps` is less than 1.
    """
    whole, fine = _evenly(steps), _evenly(2 * steps)
    # Half a step first, to have a previous velocity; then whole steps.
    sigmas = (*fine[:2], *whole[1:])
    ahead = [0.0, 0.0]
    for before, here, after in zip(sigmas[1:], sigmas[2:], sigmas[3:], strict=False):
        ahead.append((after - here) / (4 * (here - before)))
    return Schedule(sigmas, tuple(ahead))


def shortened(schedule: Schedule, shortcuts: Collection[Shortcut]) -> Schedule:
    """Return a schedule with shortcuts; what each costs in likeness stands in the README.

    `guidance_interval` guides for the first three fifths of the path alone (Kynkäänniemi et al.,
    arXiv:2404.07724): after them a step has half of the rows. `step_cache` computes the single
    blocks, four fifths of a step, at every other step (after Ma et al., arXiv:2312.00858). Which
    steps these are depends on no data, so a clip stays the same in any batch.
    """
    ahead, steps = list(schedule.ahead), len(schedule.ahead)
    unguided, reused = schedule.unguided, schedule.reused
    if "guidance_interval" in shortcuts:
        unguided = sum(sigma > GUIDED_DOWN_TO + 1e-6 for sigma in schedule.sigmas[:-1])
        # The velocity jumps there, which tells nothing of how it goes on.
        ahead[unguided : unguided + 1] = [0.0] * len(ahead[unguided : unguided + 1])
    if "step_cache" in shortcuts:
        # Neither the first steps, which decide most, nor the last, which is heard most.
        reused = frozenset(range(3, steps - 1, 2))
    return Schedule(schedule.sigmas, tuple(ahead), unguided, reused)


def schedule_of(quality: Quality, shortcuts: Collection[Shortcut] = ()) -> Schedule:
    """Return the schedule of a quality.

    `standard` takes the 50 published steps. `draft` ends near the same place with 26 evaluations.
    `fine` ends, with 51, near the place of 100 Euler steps, the most that are published.

    Args:
        shortcuts: of a draft.
    """
    half = PUBLISHED_STEPS // 2
    return {
        "draft": shortened(second_order_schedule(half), shortcuts),
        "standard": published(),
        "fine": second_order_schedule(PUBLISHED_STEPS),
    }[quality]


def sample_latent(velocity: StepVelocity, noise: Tensor, schedule: Schedule) -> Tensor:
    """Return the latent `(B, C, Na)`, float32, to which a schedule carries `noise (B, C, Na)`."""
    x, last_slope = noise, None
    for step, ((start, end), ahead) in enumerate(
        zip(pairwise(schedule.sigmas), schedule.ahead, strict=True)
    ):
        slope = velocity(x, step).float()
        used = slope
        if last_slope is not None and ahead:
            used = slope + ahead * (slope - last_slope)
        # Sigma falls, so the difference is negative. The first one makes a float32 of the noise,
        # which is drawn in the network's data type.
        x, last_slope = x + used * (end - start), slope
    return x


def clip_noise(seed: int, channels: int, steps: int, dtype: torch.dtype) -> Tensor:
    """Return the noise `(C, steps)` that a clip starts from.

    It is drawn on the CPU, so that it is the same for every device, and in the network's data type,
    as published. Each clip has a seed of its own, so it sounds the same alone or in any batch.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(channels, steps, generator=generator, dtype=dtype)


def noise_of(seeds: Sequence[int], batch: ClipBatch, denoiser: Denoiser) -> Tensor:
    """Return the noise of a batch, `(B, C, Na)`, padded with zeros.

    Args:
        seeds: one for each clip.
    """
    channels, dtype = denoiser.config.latent_channels, denoiser.dtype
    noise = torch.zeros(len(seeds), channels, batch.latent_steps, dtype=dtype)
    for row, seed, clip in zip(noise, seeds, batch.lengths, strict=True):
        row[:, : clip.latent_steps] = clip_noise(seed, channels, clip.latent_steps, dtype)
    return noise.to(denoiser.device)


def plain_velocity(
    denoiser: Denoiser, batch: ClipBatch, schedule: Schedule, guidance: float
) -> StepVelocity:
    """Return the guided velocity by the plain path, which computes everything at every step."""
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


def hoisted_velocity(
    hoisted: HoistedDenoiser, batch: ClipBatch, guidance: float, schedule: Schedule | None = None
) -> StepVelocity:
    """Return the guided velocity by the hoisted path.

    Args:
        hoisted: prepared for the timesteps of the schedule that is sampled with.
        schedule: this schedule, if it has shortcuts; its steps must then be taken in order.
    """
    guides = guidance > 1
    prepared = hoisted.prepare(batch, guided=guides)
    given = prepared.given() if guides and schedule and schedule.unguided is not None else prepared
    reused = schedule.reused if schedule else frozenset[int]()
    last: list[Tensor] = []

    def velocity(x: Tensor, step: int) -> Tensor:
        guided = guides and (schedule is None or schedule.is_guided(step))
        x = torch.cat([x, x]) if guided else x
        # Of guided rows those with conditions come second.
        change = last.pop()[-len(x) :] if last else None
        taken = change if step in reused else None
        slopes, change = hoisted.step(x, step, prepared if guided else given, taken)
        if reused:
            last.append(change)
        return _guided(slopes, guidance if guided else 1.0)

    return velocity


def latents(x: Tensor, batch: ClipBatch) -> list[Tensor]:
    """Return each clip's own latent `(C, steps)`, without padding, from `x (B, C, Na)`."""
    return [row[:, : clip.latent_steps] for row, clip in zip(x, batch.lengths, strict=True)]


def _guided(slopes: Tensor, guidance: float) -> Tensor:
    """Return the guided velocity in float32; at a scale of 1 or less, the conditional alone.

    Args:
        slopes: without conditions, then with them, `(2B, C, Na)`; `(B, C, Na)` at a scale up to 1.
    """
    if guidance <= 1:
        return slopes.float()
    without, given = slopes.float().chunk(2)
    return guided(given, without, guidance)


def _evenly(steps: int) -> tuple[float, ...]:
    """Return `steps + 1` even values from 1 to 0, each exact in float32."""
    if steps < 1:
        raise ValueError(f"a sampler needs at least one step, got {steps}")
    return tuple(torch.linspace(1, 0, steps + 1, dtype=torch.float32).tolist())
