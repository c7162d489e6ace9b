"""Settings of direction: the wishes of a row laid over those of its job."""

from dataclasses import dataclass, field
from typing import TypeVar

from foley_core.cues.filters import SoundFilters
from foley_core.styles.wishes import SoundWishes, Wishes, scene_named
from foley_core.types import SpaceWish, TimeOfDay

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Direction:
    """Everything that a job and a row ask for, except the region.

    Attributes:
        filters: sound filters.
        scene: ambience class, or a word for one, in place of the detected one.
        time_of_day: None leaves it to what is seen and to the prompt.
        prompt: what shall sound, in words.
        negative_prompt: what shall not sound, in words.
        environment: False switches ambience and motifs off.
        action: False switches actions off.
        music: True switches music on.
        space: `dry` leaves sounds without a space and in the middle.
        diegetic_music: False leaves instruments out that are seen.
        width: share of the stereo width that the picture fills; None for the usual one.
        mood: mood that the row asks for; None leaves it to the prompt, the job and the pack, in
            this order.
        tempo_bpm: likewise; without one, a mood brings its own tempo.
        job_mood: mood that the job asks for.
        job_tempo_bpm: tempo that the job asks for.
        seed: seed of the video's noise.
    """

    filters: SoundFilters = field(default_factory=SoundFilters)
    scene: str | None = None
    time_of_day: TimeOfDay | None = None
    prompt: str = ""
    negative_prompt: str = ""
    environment: bool = True
    action: bool = True
    music: bool = False
    diegetic_music: bool = True
    space: SpaceWish = "scene"
    width: float | None = None
    mood: str | None = None
    tempo_bpm: float | None = None
    job_mood: str | None = None
    job_tempo_bpm: float | None = None
    seed: int = 0

    @classmethod
    def of_wishes(
        cls, row: Wishes, job: SoundWishes, filters: SoundFilters, seed: int
    ) -> "Direction":
        """Lay a row's wishes over its job's.

        Args:
            filters: those of the whole job, beneath the row's.
            seed: the video's noise seed.

        Raises:
            ConfigError: the row's scene or sound filters cannot be used.
        """
        return cls(
            filters=filters.merged(row.filters),
            scene=scene_named(row.scene) if row.scene else None,
            time_of_day=row.time_of_day,
            prompt=row.prompt,
            negative_prompt=row.negative_prompt,
            environment=_first(row.environment, job.environment, True),
            action=_first(row.action, job.action, True),
            music=_first(row.music, job.music, False),
            diegetic_music=_first(row.diegetic_music, job.diegetic_music, True),
            space=_first(row.space, job.space, "scene"),
            width=job.width if row.width is None else row.width,
            mood=row.mood,
            tempo_bpm=row.tempo_bpm,
            job_mood=job.mood,
            job_tempo_bpm=job.tempo_bpm,
            seed=seed,
        )


def _first(own: T | None, job: T | None, usual: T) -> T:
    """Return the first of the wishes that somebody said."""
    said = job if own is None else own
    return usual if said is None else said
