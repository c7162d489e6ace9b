"""Options that several commands share, and how progress is shown."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Literal

import typer
from pydantic import BaseModel, ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints
from foley_core.models.hunyuan.published import GeneratorName
from foley_core.storage.addresses import absolute_address
from foley_core.styles.wishes import plain_type
from foley_core.types import Quality, Tier
from pipelines.standard_streams import say

TierOption = Annotated[Tier, typer.Option(help="Network of the generator.")]
Regions = Annotated[
    list[str] | None, typer.Option("--region", help="Style pack; repeat for several.")
]
ModelPath = Annotated[
    str | None,
    typer.Option(help="Weights: a folder or s3://…; of public checkpoints also hf://…."),
]
AcceptLicence = Annotated[
    str | None, typer.Option(help="Name of the licence of public checkpoints that you accept.")
]
Model = Annotated[GeneratorName, typer.Option(help="Generator of the actions.")]
QualityOption = Annotated[Quality, typer.Option(help="How many steps the generator takes.")]
GeneratorDevice = Annotated[Literal["cpu", "cuda"], typer.Option(help="Device that generates.")]
Anonymise = Annotated[
    bool, typer.Option(help="Blur faces and plates before anything sees a picture.")
]
JobOutput = Annotated[str, typer.Option("--output", "-o", help="Folder or s3://… of the job.")]
OtherManifest = Annotated[
    str | None, typer.Option(help="List of videos, instead of the job file's.")
]
OtherOutput = Annotated[
    str | None,
    typer.Option("--output", "-o", help="A folder or s3://…, instead of the job file's."),
]
RowTier = Annotated[Tier | None, typer.Option(help="Network of rows that name none.")]
Limit = Annotated[int | None, typer.Option(help="Only the first rows of the manifest.")]
Sounds = Annotated[
    str, typer.Option(help="Folder or s3://… with sounds.csv, more tables like it, recordings.")
]

_UNITS = ("_lufs", "_dbtp", "_s")
_SHORTER = {"muxed": "--mux"}

Command = Callable[..., None]


def with_records(**records: tuple[type[BaseModel], Sequence[str]]) -> Callable[[Command], Command]:
    """Give a command an option for each field of some records, in place of the parameters that
    have the records' names.

    Args:
        records: by parameter, a model and the names of those fields that are options. The command
            gets the model, made of what was said; its defaults stand for what was not.
    """

    def decorated(command: Command) -> Command:
        own = [
            one.replace(kind=Parameter.KEYWORD_ONLY)
            for one in signature(command).parameters.values()
            if one.name not in records
        ]
        fields = [_option(kind, name) for kind, names in records.values() for name in names]
        parameters = [
            *(one for one in own if one.default is Parameter.empty),
            *fields,
            *(one for one in own if one.default is not Parameter.empty),
        ]

        @wraps(command)
        def with_options(**given: Any) -> None:
            said = {one.name: given.pop(one.name) for one in fields}
            made = {place: _made(*record, said) for place, record in records.items()}
            command(**made, **given)

        with_options.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        with_options.__annotations__ = {one.name: one.annotation for one in parameters}
        return with_options

    return decorated


def job_overrides(
    manifest: str | None,
    output: str | None,
    region: Sequence[str] | None,
    tier: Tier | None,
    limit: int | None,
) -> dict[str, object]:
    """Return what options say instead of a job file, by its keys."""
    return {
        "manifest": manifest and absolute_address(manifest),
        "output": output and absolute_address(output),
        "regions": tuple(region or ()),
        "tier": tier,
        "limit": limit,
    }


def option_name(field: str) -> str:
    """Return the option of a field: its name without a unit."""
    unit = next((unit for unit in _UNITS if field.endswith(unit)), "")
    return _SHORTER.get(field) or f"--{field.removesuffix(unit).replace('_', '-')}"


def _made(kind: type[BaseModel], names: Sequence[str], said: Mapping[str, Any]) -> BaseModel:
    values = {name: said[name] for name in names if said[name] is not None}
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = tuple(_of_option(fault, names) for fault in complaints(error, names))
        raise ConfigError("an option cannot be used", problems) from None


def _of_option(fault: str, names: Sequence[str]) -> str:
    """Return a complaint with the name of its option; one of several names them itself."""
    name, _, message = fault.partition(":")
    return f"{option_name(name)}:{message}" if name in names else fault


def _option(model: type[BaseModel], name: str) -> Parameter:
    """Return the option of a field, as typer reads it from a signature."""
    field = model.model_fields[name]
    kind = plain_type(field) | None
    text = str(field.description)
    names = option_name(name)
    if plain_type(field) is bool:  # both ways: it turns off what the region or the job turns on
        names = f"{names}/--no-{names.removeprefix('--')}"
    option = typer.Option(names, help=f"{text[0].upper()}{text[1:]}.")
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


def progress_line(share: float, text: str) -> None:
    """Progress for a person: a share of the whole and words, on standard error."""
    say(f"{share:6.1%} {text}")
