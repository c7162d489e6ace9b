"""What one row asks for."""

from dataclasses import dataclass
from fractions import Fraction

from foley_core.ids import seed_of
from foley_core.types import TimeOfDay

SCHEMES = ("file", "s3")


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """One video to be soundtracked, as its manifest row asks for it.

    `start_s`, `end_s` cut the picture, in seconds from its first shown frame. Without a `seed` the
    video's id is its seed, so that a rerun performs alike and two videos do not. What is None is as
    the job has it.
    """

    video_id: str
    uri: str
    prompt: str = ""
    negative_prompt: str = ""
    scene: str | None = None
    time_of_day: TimeOfDay | None = None
    seed: int | None = None
    start_s: Fraction | None = None
    end_s: Fraction | None = None
    sound_filters: str = ""
    environment: bool | None = None
    action: bool | None = None
    music: bool | None = None
    mood: str | None = None
    tempo_bpm: float | None = None

    @property
    def noise_seed(self) -> int:
        """The seed that every seed of this video is derived from."""
        return seed_of("video", self.video_id) if self.seed is None else self.seed
