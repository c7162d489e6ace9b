"""The arguments of every stage for a job and its plan: the same on a cluster and in one process.

Nothing here loads a model or imports Ray.
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.perception import Perception
from foley_core.models.hunyuan.clip_generator import HunyuanGenerator
from foley_core.models.hunyuan.kernels import Kernels
from pipelines.plan import Plan
from pipelines.resolved_job import ResolvedJob
from pipelines.stages.generate import Generate
from pipelines.stages.look import Look
from pipelines.stages.mix import Mix
from pipelines.stages.perceive import Perceive
from pipelines.stages.split import Split
from pipelines.stages.stage import Stage

MOST_KEPT = 6
"""Models that a process keeps, those used last: of two tiers, and of other settings or weights."""


class _Named(Protocol):
    @property
    def identity(self) -> str: ...


M = TypeVar("M", bound=_Named)
_KEPT: dict[tuple[str, str], Any] = {}
_KEEPING: list[bool] = []


@dataclass(frozen=True, slots=True)
class StageArguments:
    """Arguments of the stages, in the order of their constructors; `look` is None without public
    checkpoints."""

    split: tuple[Any, ...]
    look: tuple[Any, ...] | None
    perceive: tuple[Any, ...]
    generate: tuple[Any, ...]
    mix: tuple[Any, ...]


def stage_arguments(
    resolved: ResolvedJob,
    plan: Plan,
    device: str,
    clips_memory: float | None = None,
    kernels: Kernels | None = None,
) -> StageArguments:
    """Return the arguments of every stage.

    Args:
        device: torch device of the generators.
        clips_memory: share of a GPU's memory that a generator of whole clips may take; None for
            single videos, each of whose clips is a batch of its own.
        kernels: those of the device; where None they are found when they are needed.
    """
    job, maker = resolved.job, resolved.maker
    place = (resolved.run_id, job.output)
    cut = (*place, job.clip_s, job.schemes)
    tiers = sorted(plan.tiers)
    anonymises = job.privacy.anonymise
    look = (*cut, maker.public, device, anonymises, job.sound.action) if maker.public else None
    seeing = {
        tier: _kept(Perception(maker.weights, "cpu", anonymises, tier), "cpu") for tier in tiers
    }
    making = {
        tier: _kept(EmbeddedGenerator(maker.weights, device, job.quality, tier), device)
        for tier in tiers
    }
    clipwise = _clipwise(resolved, device, clips_memory, kernels)
    return StageArguments(
        split=(*cut, job.longest_video_s),
        look=look,
        perceive=(*cut, seeing),
        generate=(*place, making, resolved.scoring, clipwise),
        mix=(*place, maker, resolved.deliveries, job.schemes, resolved.lease),
    )


def stages_of(arguments: StageArguments) -> list[Stage]:
    """Return the stages in their order, made in this process."""
    return [
        Split(*arguments.split),
        *([Look(*arguments.look)] if arguments.look else []),
        Perceive(*arguments.perceive),
        Generate(*arguments.generate),
        Mix(*arguments.mix),
    ]


def keep_models() -> None:
    """Let this process keep the models of its jobs: a service performs many, and loads its networks
    once."""
    _KEEPING.append(True)


def load_models(resolved: ResolvedJob, device: str) -> None:
    """Load the models that rows of a job's own tier need, in a process that keeps them.

    Raises:
        CheckpointError: weights are missing, damaged, or not those on record.
        StorageError: they cannot be fetched.
    """
    tier = resolved.job.tier
    made = stage_arguments(resolved, Plan(tiers={tier}), device)
    perceptions, generators, clipwise = made.perceive[-1], made.generate[2], made.generate[-1]
    for model in (perceptions[tier], generators[tier], clipwise):
        if model:
            model.load()


def _kept(model: M, device: str) -> M:
    """Return the model of this name that an earlier job may have loaded, if this process keeps
    them."""
    if not _KEEPING:
        return model
    kept: M = _KEPT.pop((model.identity, device), model)
    _KEPT[model.identity, device] = kept
    if len(_KEPT) > MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]
    return kept


def _clipwise(
    resolved: ResolvedJob, device: str, memory: float | None, kernels: Kernels | None
) -> HunyuanGenerator | None:
    """Return the generator of whole clips, if the job has public checkpoints; nothing is loaded."""
    public, job = resolved.maker.public, resolved.job
    if public is None:
        return None
    own, short = (public, device, job.quality, job.privacy.anonymise), job.draft_shortcuts
    if memory is None:
        alone = HunyuanGenerator(*own, alone=True, kernels=kernels, shortcuts=short)
        return _kept(alone, device)
    return HunyuanGenerator(*own, memory, kernels=kernels, shortcuts=short)
