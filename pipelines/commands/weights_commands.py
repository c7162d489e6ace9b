"""`foley weights`: public checkpoints checked and copied, and the networks of sight converted."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from foley_core.models.hunyuan.licence import LICENCE, LIMITS
from foley_core.models.hunyuan.published import ModelName, Published
from foley_core.storage.addresses import absolute_address
from pipelines.screen import screen

weights = typer.Typer(help="Check and convert public checkpoints.", no_args_is_help=True)

PlaceArgument = Annotated[
    str, typer.Argument(metavar="PLACE", help="A folder, s3://bucket/prefix or hf://owner/name.")
]
Model = Annotated[ModelName, typer.Option(help="Model whose files they are.")]


@weights.command("check")
def check(place: PlaceArgument, model: Model = "hunyuan-xxl") -> None:
    """Check whether the public files are there and whole.

    Shapes of tensors are looked at too, and whether this machine's GPU can be used.
    """
    from foley_core.models.hunyuan.checking import check_files, refuse_faults

    published = Published(absolute_address(place), model)
    findings = check_files(published)
    table = Table("part", "file", "GB", "")
    for one in findings:
        state = "cannot be used" if one.faults else "ok"
        table.add_row(one.component, one.file, f"{one.size_bytes / 1e9:.2f}", state)
    console = screen()
    console.print(table)
    console.print(_gpu())
    refuse_faults(published, findings)
    console.print(f"Their licence, {LICENCE}, in short:", *LIMITS, sep="\n  - ")


def _gpu() -> str:
    """Return what a GPU needs to run them here, in a sentence, and what this machine has."""
    from foley_core.models.hunyuan.gpu_driver import build_of_torch, driver_version, gpu_fault
    from foley_core.models.hunyuan.kernel_choice import compiler_lacking

    if fault := gpu_fault():
        return f"No GPU can be used here: {fault}."
    slow = (
        f" Nothing is compiled, which is slower: {lacking}."
        if (lacking := compiler_lacking())
        else ""
    )
    return f"{build_of_torch()}; driver {driver_version()} is new enough.{slow}"


@weights.command("convert")
def convert(
    place: PlaceArgument,
    out: Annotated[Path, typer.Option(help="A new folder, to serve as model_path.")],
    model: Model = "hunyuan-xxl",
) -> None:
    """Write verified safetensors of what is used, once.

    They are smaller, load faster and hold nothing but numbers.
    """
    from foley_core.models.hunyuan.checking import convert_files

    for one in convert_files(Published(absolute_address(place), model), out):
        print(f"{one.sha256}  {one.path}  {one.size_bytes / 1e9:.2f} GB")


@weights.command("sight")
def sight(
    packages: Annotated[
        Path, typer.Argument(metavar="PACKAGES", help="Folder with the packages of the networks.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for ONNX files and their record.")],
) -> None:
    """Convert the networks of sight from packages with them.

    The files that it writes are those that this package holds.
    """
    from foley_core.training.convert_sight import convert_sight

    for file, size_bytes in convert_sight(packages, out).items():
        print(f"{out / file}  {size_bytes / 1e6:.1f} MB")
