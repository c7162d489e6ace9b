"""From what is seen to what shall be performed: direction, stems, mix plan.

Pure: the same detection, request, pack and settings give the same plan, in the engine and in every
worker of a job.
"""

from dataclasses import dataclass, field

from foley_core.cues.filters import SoundFilters, parse_filters
from foley_core.errors import ConfigError, RowError
from foley_core.generators.protocol import Generator
from foley_core.soundtrack.detection import Detection
from foley_core.soundtrack.plan import MixPlan, place_stems
from foley_core.soundtrack.stems import StemPlan, plan_stems
from foley_core.soundtrack.video import VideoRequest
from foley_core.styles.direct import Direction, direct, scene_named
from foley_core.styles.pack import StylePack


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a job or an engine wants one region's tracks: the pack, and what may sound at all."""

    pack: StylePack
    environment: bool = True
    action: bool = True
    music: bool = False
    filters: SoundFilters = field(default_factory=SoundFilters)


@dataclass(frozen=True, slots=True)
class Score:
    """What is to be generated, and what is then to be mixed."""

    stems: tuple[StemPlan, ...]
    mix_plan: MixPlan


def score(
    detection: Detection, request: VideoRequest, scoring: Scoring, generator: Generator
) -> Score:
    """The stems and the mix plan of one video for one region.

    Raises:
        RowError: the row's scene or sound filters cannot be used.
    """
    seed = request.noise_seed
    directed = direct(detection.sheet, scoring.pack, direction_of(request, scoring))
    stems = plan_stems(directed.sheet, detection.motion_energy, seed, generator)
    plan = MixPlan(
        sheet=directed.sheet,
        placements=place_stems(stems, generator),
        music=directed.music,
        notes=directed.notes,
    )
    return Score(tuple(stems), plan)


def direction_of(request: VideoRequest, scoring: Scoring) -> Direction:
    """What a row asks for on top of its job.

    Raises:
        RowError: the row's scene or sound filters cannot be used.
    """
    try:
        own = parse_filters(request.sound_filters, "sound_filters")
        scene = scene_named(request.scene) if request.scene else None
    except ConfigError as error:
        raise RowError(str(error)) from None
    return Direction(
        filters=scoring.filters.merged(own),
        scene=scene,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        environment=scoring.environment,
        action=scoring.action,
        music=scoring.music,
        seed=request.noise_seed,
    )
