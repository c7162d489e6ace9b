"""Planning of what shall be generated for what is seen: direction, stems, mix plan.

Pure: the same detection, request, pack and settings give the same plan, in the engine and in every
worker of a job.
"""

from dataclasses import dataclass, field, replace

from foley_core.cues.filters import SoundFilters
from foley_core.errors import ConfigError, RowError
from foley_core.mixing.placement import Placement
from foley_core.models.protocol import ClipGenerator, Generator
from foley_core.soundtrack.clips import ClipPlan, plan_clips
from foley_core.soundtrack.mix_plan import MixPlan, place_stems
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Span
from foley_core.soundtrack.stem_plan import StemPlan
from foley_core.soundtrack.stems import plan_stems
from foley_core.soundtrack.stored_detection import Detection
from foley_core.styles.clip_text import unheard_settings
from foley_core.styles.diegetic_music import composed_notes
from foley_core.styles.direct import direct
from foley_core.styles.direction import Direction
from foley_core.styles.pack import StylePack
from foley_core.styles.wishes import NO_WISHES, SoundWishes


@dataclass(frozen=True, slots=True)
class Scoring:
    """The settings of one region's tracks: the style pack, and wishes for every video."""

    pack: StylePack
    wishes: SoundWishes = NO_WISHES
    filters: SoundFilters = field(default_factory=SoundFilters)


@dataclass(frozen=True, slots=True)
class Score:
    """The stems to be generated, and the plan to mix them."""

    stems: tuple[StemPlan, ...]
    mix_plan: MixPlan
    clips: tuple[ClipPlan, ...] = ()


def score(
    detection: Detection,
    request: VideoRequest,
    scoring: Scoring,
    generator: Generator,
    clipwise: tuple[ClipGenerator, Span] | None = None,
) -> Score:
    """The stems and the mix plan of one video for one region.

    Args:
        generator: of every cue; beside a clip-wise one, only beds and the pack's motifs.
        clipwise: the generator of actions as whole clips, and the span that it looks at.

    Raises:
        DecodeError: the picture is too short for a clip-wise generator.
        RowError: the row's scene or sound filters cannot be used.
    """
    seed, options = request.noise_seed, direction_of(request, scoring)
    directed = direct(detection.sheet, scoring.pack, options)
    sheet, clips, notes = directed.sheet, list[ClipPlan](), (*detection.notes, *directed.notes)
    placed: tuple[Placement, ...] = ()
    if clipwise:
        clip_generator, span = clipwise
        clips = plan_clips(sheet, span, scoring.pack, options, clip_generator)
        placed = place_stems(clips, clip_generator)
        notes = (*notes, *unheard_settings(options.filters))
        sheet = sheet.with_cues([cue for cue in sheet.cues if cue.kind != "action"])
    notes = (*notes, *composed_notes(sheet))
    written = scoring.pack.compositions
    stems = plan_stems(sheet, detection.motion_energy, seed, generator, written, detection.as_seen)
    placed = (*placed, *place_stems(stems, generator))
    if options.space == "dry":
        placed = tuple(replace(one, place=None, path=()) for one in placed)
    if options.width is not None:
        placed = tuple(one.widened(options.width) for one in placed)
    plan = MixPlan(
        sheet=directed.sheet,
        placements=placed,
        music=directed.music,
        notes=notes,
        spaces=directed.spaces,
    )
    return Score(tuple(stems), plan, tuple(clips))


def direction_of(request: VideoRequest, scoring: Scoring) -> Direction:
    """Lay what a row asks for over what its job does.

    Raises:
        RowError: the row's scene or sound filters cannot be used.
    """
    wishes, seed = request.wishes, request.noise_seed
    try:
        return Direction.of_wishes(wishes, scoring.wishes, scoring.filters, seed)
    except ConfigError as error:
        raise RowError(str(error)) from None
