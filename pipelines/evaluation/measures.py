"""One function a part of an evaluation: figures and pictures.

What is measured is decided in `foley_core`; here is only which function is called with what. Worlds
are rendered anew each time, so that none is left over from another version of the program. Pictures
need matplotlib, which is imported only where it is there.
"""

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.generators.embedded import EmbeddedGenerator
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.shipped import is_shipped, shipped_folder
from foley_core.types import Tier
from foley_core.world.evaluate_perception import evaluate_worlds
from foley_core.world.evaluate_real import evaluate_real, read_clips
from foley_core.world.evaluate_sheets import evaluation_worlds, watched
from pipelines.benchmark_catalogue import benchmark_catalogue
from pipelines.evaluation.parts import Measured, Progress, Settings

_SPEED_VIDEOS = 24
_DRAWN_WORLDS = 64
_BYTES_PER_MB = 1_000_000


def can_draw() -> bool:
    """Whether matplotlib is here to draw pictures with."""
    return find_spec("matplotlib") is not None


def measured_perception(settings: Settings, progress: Progress) -> Measured:
    """What `evaluate_worlds` gives, and pictures of the cue sheets of the first worlds."""
    perception = Perception()
    with TemporaryDirectory(prefix="foley-worlds-") as folder:
        figures, _ = evaluate_worlds(
            perception.net,
            perception.thresholds,
            Path(folder),
            progress,
            worlds=settings.worlds,
            seed=settings.seed,
        )
    if not can_draw():
        return Measured(figures)
    from pipelines.evaluation.pictures import perception_pictures

    progress(0.9, "drawing what is seen")
    drawn = min(settings.worlds, _DRAWN_WORLDS)
    seen = list(watched(perception, evaluation_worlds(drawn, settings.seed)))
    return Measured(figures, perception_pictures(seen, settings.out))


def measured_real(settings: Settings, progress: Progress) -> Measured:
    """What is found on real clips, beside a peak-picker and a random sheet."""
    assert settings.clips is not None
    progress(0.0, "watching real clips")
    clips = read_clips(settings.clips, Perception())
    figures = evaluate_real(clips, settings.seed)
    if not can_draw():
        return Measured(figures)
    from pipelines.evaluation.pictures import real_clips_picture

    return Measured(figures, [real_clips_picture(clips, settings.out)])


def measured_generator(settings: Settings, progress: Progress) -> Measured:
    """What a judge and the measures of sound say of each tier."""
    assert settings.sounds is not None
    measured = Measured()
    tiers = [tier for tier in settings.tiers if is_shipped(tier)]
    for number, tier in enumerate(tiers):
        progress(number / len(tiers), f"performing every class, {tier} tier")
        generator = EmbeddedGenerator(tier=tier)
        if can_draw():
            from pipelines.evaluation.spectrograms import sound_pictures

            measured.pictures.extend(
                sound_pictures(
                    generator, settings.sounds, settings.seed, settings.out, _prefixed("", tier)
                )
            )
    return measured


def measured_speed(settings: Settings, progress: Progress) -> Measured:
    """`wall_s_per_minute` of a whole job, and `light_…`: nothing else should run meanwhile."""
    measured = Measured()
    tiers = [tier for tier in settings.tiers if is_shipped(tier)]
    for number, tier in enumerate(tiers):
        progress(number / len(tiers), f"a job of {_SPEED_VIDEOS} videos, {tier} tier")
        found = benchmark_catalogue(_SPEED_VIDEOS, tier)
        seconds = float(str(found["wall_s_per_minute_of_video"]))
        measured.figures[_prefixed("wall_s_per_minute", tier)] = seconds
    return measured


def measured_weights() -> dict[str, float]:
    """`weights_mb`: all weights of the package together, 10⁶ bytes."""
    total = sum(path.stat().st_size for path in shipped_folder().glob("*.safetensors"))
    return {"weights_mb": total / _BYTES_PER_MB}


def _prefixed(key: str, tier: Tier) -> str:
    return f"light_{key}" if tier == "light" else key
