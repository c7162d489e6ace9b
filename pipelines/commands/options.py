"""Options that several commands share, and how progress is shown."""

import sys
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints
from foley_core.styles.wishes import WISH_NAMES, Wishes, plain_type, wishes_in
from foley_core.types import Tier

TierOption = Annotated[Tier, typer.Option(help="Network of the generator.")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="Repeat for several.")]
ModelPath = Annotated[
    str | None,
    typer.Option(help="Weights: a folder or s3://…; of public checkpoints also hf://…."),
]
Sounds = Annotated[
    str, typer.Option(help="Folder or s3://… with sounds.csv, more tables like it, recordings.")
]


def with_wishes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each wish in place of its first parameter, `wishes`."""
    _, *rest = signature(command).parameters.values()
    own = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in rest]
    parameters = [
        *(one for one in own if one.default is Parameter.empty),
        *(_option(name) for name in WISH_NAMES),
        *(one for one in own if one.default is not Parameter.empty),
    ]

    @wraps(command)
    def with_options(**given: Any) -> None:
        said = {name: given.pop(name) for name in WISH_NAMES}
        try:
            wishes = wishes_in(said)
        except ValidationError as error:
            faults = (fault.partition(":") for fault in complaints(error, WISH_NAMES))
            problems = tuple(f"{_option_name(wish)}:{message}" for wish, _, message in faults)
            raise ConfigError("an option cannot be used", problems) from None
        command(wishes, **given)

    with_options.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options


def _option_name(wish: str) -> str:
    return f"--{wish.replace('_', '-')}"


def _option(wish: str) -> Parameter:
    """Return the option of a wish, as typer reads it from a signature."""
    field = Wishes.model_fields[wish]
    kind = plain_type(field) | None
    option = typer.Option(help=f"{str(field.description).capitalize()}.")
    return Parameter(wish, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


def progress_line(share: float, text: str) -> None:
    """Progress for a person: a share of the whole and words, on standard error."""
    print(f"{share:6.1%} {text}", file=sys.stderr, flush=True)
