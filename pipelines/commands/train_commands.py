"""`foley train`: the recipes of the embedded model."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.commands.options import Sounds, progress_line

train = typer.Typer(help="Train the embedded model.", no_args_is_help=True)

Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="Device that trains.")]

Seed = Annotated[int, typer.Option(help="Seed of everything random in it.")]
Steps = Annotated[int, typer.Option(min=1, help="How many steps to train.")]
Worlds = Annotated[int, typer.Option(min=16, help="How many worlds to render.")]
Begin = Annotated[Path | None, typer.Option(help="Weights of an earlier training, to begin with.")]


@train.command("perception")
def perception(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    sounds: Sounds = "",
    clips: Worlds = 4096,
    steps: Steps = 6000,
    seed: Seed = 1,
    device: Device = "cpu",
    begin: Begin = None,
    processes: Annotated[int, typer.Option(min=1, help="How many train together on the CPU.")] = 1,
) -> None:
    """Train what sees.

    It renders worlds, and learns onsets, classes and the joint space with sounds.
    """
    from foley_core.training.train_perception import train_perception
    from pipelines.training import checked_device, local_copy, run_folder

    heard = local_copy(sounds) if sounds else nullcontext()
    with run_folder(out) as (folder, keep), heard as corpus:
        figures = train_perception(
            folder,
            corpus,
            clips=clips,
            steps=steps,
            seed=seed,
            device=checked_device(device),
            progress=_kept_progress(keep),
            begin=begin,
            processes=processes,
        )
    print(json.dumps(figures))


@train.command("plain")
def plain(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    weights: Annotated[Path, typer.Option(help="Perception of an earlier training.")],
    clips: Worlds = 4096,
    seed: Seed = 1,
) -> None:
    """Train the plain reader of perception again.

    Nothing else of it changes.
    """
    from foley_core.training.train_perception import retrain_plain
    from pipelines.training import run_folder

    with run_folder(out) as (folder, keep):
        figures = retrain_plain(
            folder, weights, clips=clips, seed=seed, progress=_kept_progress(keep)
        )
    print(json.dumps(figures))


@train.command("contacts")
def contacts(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    worlds: Annotated[int, typer.Option(min=32, help="How many worlds to render.")] = 1600,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each member of the reader.")] = 600,
    seed: Seed = 1,
) -> None:
    """Train the reader of contacts.

    It finds onsets in filmed pictures.
    """
    from foley_core.training.train_contacts import train_contacts

    _train_on_worlds(train_contacts, out, worlds, steps, seed)


@train.command("places")
def places(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    worlds: Annotated[int, typer.Option(min=1, help="How many worlds to render.")] = 10_000,
    steps: Annotated[int, typer.Option(min=1, help="How many steps to train.")] = 6000,
    seed: Seed = 1,
) -> None:
    """Train the reader of places.

    It tells from motion where in the picture a sound is.
    """
    from foley_core.training.train_places import train_places

    _train_on_worlds(train_places, out, worlds, steps, seed)


@train.command("slow-onsets")
def slow_onsets(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    worlds: Annotated[int, typer.Option(min=1, help="How many worlds to render.")] = 9250,
    steps: Annotated[int, typer.Option(min=1, help="How many steps to train.")] = 2200,
    seed: Seed = 1,
) -> None:
    """Train the network of slow videos.

    It finds onsets below 14 pictures a second.
    """
    from foley_core.training.train_slow_onsets import train_slow_onsets

    _train_on_worlds(train_slow_onsets, out, worlds, steps, seed)


@train.command("slow-contacts")
def slow_contacts(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    worlds: Annotated[int, typer.Option(min=32, help="How many worlds to render.")] = 3200,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each member of the reader.")] = 700,
    seed: Seed = 1,
) -> None:
    """Train the reader of contacts for slow videos.

    It finds onsets in filmed pictures, below 14 a second.
    """
    from foley_core.training.train_slow_contacts import train_slow_contacts

    _train_on_worlds(train_slow_contacts, out, worlds, steps, seed)


@train.command("generator")
def generator(
    out: Annotated[str, typer.Option(help="File or s3://… of the weights; the same resumes them.")],
    sounds: Sounds,
    steps: Steps = 1350,
    seed: Seed = 1,
    device: Device = "cpu",
    begin: Begin = None,
) -> None:
    """Train the generator.

    Flow matching on recordings and procedural sound.
    """
    from foley_core.training.train_generator import train_generator
    from pipelines.training import checked_device, local_copy, run_file

    with run_file(out) as (weights, keep), local_copy(sounds) as corpus:
        figures = train_generator(
            weights,
            corpus,
            steps=steps,
            seed=seed,
            progress=_kept_progress(keep),
            device=checked_device(device),
            begin=begin,
        )
    print(json.dumps(figures))


@train.command("feedback")
def feedback(
    feedback: Annotated[str, typer.Option(help="An output with corrections, or its feedback/.")],
    out: Annotated[Path, typer.Option(help="Folder of weights, for `model_path`.")],
    weights: Annotated[
        str | None, typer.Option(help="Of the job: its `model_path`, if it has one.")
    ] = None,
    steps: Steps = 150,
    seed: Seed = 1,
) -> None:
    """Teach perception what people corrected.

    It takes a minute on one core.
    """
    from foley_core.models.embedded.weights_folder import find_weights
    from foley_core.storage.addresses import absolute_address
    from foley_core.training.train_feedback import train_feedback
    from pipelines.corrections.feedback import read_dataset

    begun = find_weights(weights)
    lessons = read_dataset(absolute_address(feedback), begun)
    print(json.dumps(train_feedback(out, lessons, steps=steps, seed=seed, weights=begun)))


@train.command("light")
def light(
    out: Annotated[str, typer.Option(help="File or s3://… of the weights; the same resumes them.")],
    teacher: Annotated[Path, typer.Option(help="Weights of a full generator.")],
    sounds: Sounds,
    steps: Steps = 2000,
    seed: Seed = 1,
    device: Device = "cpu",
    begin: Begin = None,
) -> None:
    """Train the light tier.

    It has half the blocks and is taught by a full generator's guided answers.
    """
    from foley_core.training.train_light import train_light
    from pipelines.training import checked_device, local_copy, run_file

    with run_file(out) as (weights, keep), local_copy(sounds) as corpus:
        figures = train_light(
            weights,
            corpus,
            teacher,
            steps=steps,
            seed=seed,
            progress=_kept_progress(keep),
            device=checked_device(device),
            begin=begin,
        )
    print(json.dumps(figures))


def _train_on_worlds(
    training: Callable[..., dict[str, float]], out: str, worlds: int, steps: int, seed: int
) -> None:
    """Train a small reader on worlds that it renders, and print its figures."""
    from pipelines.training import run_folder

    with run_folder(out) as (folder, keep):
        figures = training(
            folder, worlds=worlds, steps=steps, seed=seed, progress=_kept_progress(keep)
        )
    print(json.dumps(figures))


def _kept_progress(keep: Callable[[], None]) -> Callable[[float, str], None]:
    """Progress that makes durable what was written until then, and says so."""

    def report(share: float, text: str) -> None:
        keep()
        progress_line(share, text)

    return report
