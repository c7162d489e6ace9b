"""One function a part of an evaluation: figures and pictures.

What is measured is decided in `foley_core`; here is only which function is called with what. Worlds
are rendered anew each time, so that none is left over from another version of the program. Pictures
need matplotlib, which is imported only where it is there.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_faces import evaluate_faces
from foley_core.evaluation.evaluate_feedback import evaluate_feedback
from foley_core.evaluation.evaluate_generator import JudgedClass, evaluate_generator
from foley_core.evaluation.evaluate_perception import evaluate_worlds
from foley_core.evaluation.evaluate_places import evaluate_places
from foley_core.evaluation.evaluate_privacy import evaluate_privacy
from foley_core.evaluation.evaluate_rates import evaluate_rates
from foley_core.evaluation.evaluate_regions import evaluate_regions
from foley_core.evaluation.evaluate_sheets import evaluation_worlds, sheets_of_worlds
from foley_core.evaluation.judge_reference import read_reference
from foley_core.evaluation.real_table import listed_clips
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.weights_folder import find_weights, shipped_folder
from foley_core.models.sight.sight_weights import sight_folder
from foley_core.styles.pack import available_packs, load_pack
from foley_core.training.joint_space import load_recordings
from foley_core.training.train_audio_encoder import retrieval, shipped_audio_encoder
from foley_core.types import Progress, Tier
from pipelines.benchmarks.whole_job import benchmark_catalogue
from pipelines.evaluation.judged_table import judged_table
from pipelines.evaluation.parts import Measured, Settings, can_draw, share_of

_SPEED_VIDEOS = 24
_DRAWN_WORLDS = 128
_PLACE_WORLDS = 192
_RATE_WORLDS = 48
_BYTES_PER_MB = 1_000_000


def measured_perception(settings: Settings, progress: Progress) -> Measured:
    """Return the figures of `evaluate_worlds`, and pictures of the first worlds' sheets."""
    perception = Perception()
    reader = perception.load()
    held_out = load_recordings(settings.sounds, held_out=True) if settings.sounds else None
    with TemporaryDirectory(prefix="foley-worlds-") as folder:
        figures, read = evaluate_worlds(
            reader.net,
            reader.thresholds,
            Path(folder),
            lambda share, text: progress(0.3 * share, text),
            worlds=settings.worlds,
            seed=settings.seed,
        )
    if held_out is not None:
        figures |= retrieval(
            np.concatenate([one.joint for one in read]),
            np.concatenate([one.true_classes for one in read]).tolist(),
            shipped_audio_encoder(),
            held_out,
            settings.seed,
        )
    said = partial(_said, _part_of(progress, 0.5, 0.8), "looking at low frame rates")
    few = min(settings.worlds, _RATE_WORLDS)
    figures |= evaluate_rates(perception, few, settings.seed, said)
    said = partial(_said, _part_of(progress, 0.8, 0.9), "looking where things are")
    figures |= evaluate_places(min(settings.worlds, _PLACE_WORLDS), settings.seed, said)
    if not can_draw():
        return Measured(figures)
    from pipelines.evaluation.pictures import perception_pictures

    progress(0.9, "drawing what is seen")
    drawn = min(settings.worlds, _DRAWN_WORLDS)
    seen = list(sheets_of_worlds(perception, evaluation_worlds(drawn, settings.seed)))
    return Measured(figures, perception_pictures(seen, settings.out))


def measured_generator(settings: Settings, progress: Progress) -> Measured:
    """Return figures of each tier by a judge and by its sound, and how far light is behind.

    Not measured where the corpus has too few held-out recordings for a judge.
    """
    assert settings.sounds is not None
    progress(0.0, "reading recordings")
    reference = read_reference(settings.sounds)
    if not reference.jury.classes:
        reason = "needs --sounds with recordings of more authors: a judge tells no class of these"
        return Measured(reasons={"generator": reason, "light_generator": reason})
    measured = Measured({"classes_by_own_sound": float(len(classes_by_own_sound()))})
    tiers = [tier for tier in settings.tiers if tier in find_weights().tiers]
    for number, tier in enumerate(tiers):
        generator = EmbeddedGenerator(tier=tier)
        within = share_of(progress, number, len(tiers))
        found = evaluate_generator(generator, reference, settings.seed, within)
        measured.figures.update(
            {_prefixed(key, tier): value for key, value in found.figures.items()}
        )
        _show(measured, found.classes, generator, settings, tier)
    if {"judge_accuracy", "light_judge_accuracy"} <= measured.figures.keys():
        behind = measured.figures["judge_accuracy"] - measured.figures["light_judge_accuracy"]
        measured.figures["light_behind_points"] = 100.0 * behind
    return measured


def measured_regions(settings: Settings, progress: Progress) -> Measured:
    """Return how well a classifier of sounds tells the shipped packs apart, in finished tracks.

    Mixes come from the last tier that is asked for: which network generates the footsteps is not
    what is measured.
    """
    packs = [load_pack(name) for name in available_packs()]
    told = evaluate_regions(
        packs, EmbeddedGenerator(tier=settings.tiers[-1]), settings.seed, progress
    )
    if not can_draw():
        return Measured(told.figures)
    from pipelines.evaluation.pictures import regions_picture

    return Measured(told.figures, [regions_picture(told, settings.out)])


def measured_feedback(settings: Settings, progress: Progress) -> Measured:
    """Return how far 200 corrections mend a pair of classes that perception was made to confuse."""
    with TemporaryDirectory(prefix="foley-feedback-") as folder:
        net = Perception().load().net
        return Measured(evaluate_feedback(net, Path(folder), progress, seed=settings.seed))


def measured_privacy(settings: Settings, progress: Progress) -> Measured:
    """Return the shares of drawn faces and plates, and of faces in real clips, that are blurred."""
    drawn, filmed = (share_of(progress, number, 2) for number in range(2))
    said = partial(_said, drawn, "looking for faces and plates")
    figures = evaluate_privacy(settings.seed, progress=said)
    paths = {clip.name: clip.path for clip in listed_clips(settings.clips)}
    said = partial(_said, filmed, "looking for faces in real clips")
    figures |= evaluate_faces(paths, said)
    reasons = {}
    if paths and "real_face_recall" not in figures:
        reasons = {"real_faces": "no clip of these tables has labelled faces"}
    return Measured(figures, reasons=reasons)


def _part_of(progress: Progress, first: float, last: float) -> Progress:
    """Return the progress from one share of the whole to another."""
    return lambda share, text: progress(first + (last - first) * share, text)


def _said(progress: Progress, sentence: str, share: float) -> None:
    progress(share, sentence)


def measured_speed(settings: Settings, progress: Progress) -> Measured:
    """`wall_s_per_minute` of a whole job, and `light_…`: nothing else should run meanwhile."""
    measured = Measured()
    tiers = [tier for tier in settings.tiers if tier in find_weights().tiers]
    for number, tier in enumerate(tiers):
        progress(number / len(tiers), f"a job of {_SPEED_VIDEOS} videos, {tier} tier")
        found = benchmark_catalogue(_SPEED_VIDEOS, tier)
        seconds = float(str(found["wall_s_per_minute_of_video"]))
        measured.figures[_prefixed("wall_s_per_minute", tier)] = seconds
    return measured


def measured_weights() -> dict[str, float]:
    """`weights_mb`: all weights of the package together, 10⁶ bytes."""
    files = [*shipped_folder().glob("*.safetensors"), *sight_folder().glob("*.onnx")]
    total = sum(path.stat().st_size for path in files)
    return {"weights_mb": total / _BYTES_PER_MB}


def classes_by_own_sound() -> set[str]:
    """Return the classes that the full generator's record says it learned; no relative plays them.

    The first weights, whose record lists none, know the classes that perception knows.
    """
    weights = find_weights()
    learned = weights.record(weights.generator_file("full")).get("classes")
    if learned is None:
        return set(taxonomy().trained)
    return {*learned["recorded"], *learned["computed"]}


def _show(
    measured: Measured,
    classes: Sequence[JudgedClass],
    generator: EmbeddedGenerator,
    settings: Settings,
    tier: Tier,
) -> None:
    """Add what people look at of one tier: a table of classes, and pictures."""
    measured.tables.append(judged_table(classes, tier))
    if not can_draw():
        return
    from pipelines.evaluation.judged_sounds import judged_pictures
    from pipelines.evaluation.spectrograms import style_sweeps

    measured.pictures.extend(judged_pictures(classes, settings.out, tier))
    measured.pictures.append(style_sweeps(generator, settings.seed, settings.out, tier))


def _prefixed(key: str, tier: Tier) -> str:
    return f"light_{key}" if tier == "light" else key
