"""`foley purge`: remove every trace of a video from an output."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from foley_core.errors import ConfigError
from foley_core.storage.addresses import absolute_address
from pipelines.commands.options import JobOutput

if TYPE_CHECKING:
    from foley_core.storage.store import Storage
    from pipelines.privacy.purge import Traces


def purge(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="The video_id of the video.")],
    output: JobOutput,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would go, remove nothing.")
    ] = False,
) -> None:
    """Remove every trace of a video from an output.

    A listing afterwards proves it. It cannot be undone.
    """
    from foley_core.storage.store import Storage
    from pipelines.privacy.purge import find_traces, purge_video

    store = Storage(absolute_address(output))
    found = find_traces(store, video)
    if dry_run or not yes:
        _list(found, store)
    if dry_run:
        return
    if not yes:
        _ask(video)
    done = purge_video(store, video)
    for key in done.removed:
        print(f"removed {key}")
    for key in done.rewritten:
        print(f"rewritten without its rows {key}")
    for key in done.shared:
        print(f"kept, since other videos share it: {key}")
    for key in done.left:
        print(f"STILL THERE: {key}")
    print(
        f"{len(done.removed)} objects removed, {len(done.rewritten)} files rewritten; a listing of "
        f"{store.root} finds {len(done.left)} traces. Manifest, original and audit/ are untouched."
    )
    sys.exit(1 if done.left else 0)


def _list(found: "Traces", store: "Storage") -> None:
    for key in found.remove:
        print(f"would be removed: {key}")
    for key in found.rewrite:
        print(f"would lose its rows: {key}")
    for key in found.shared:
        print(f"would be kept, since other videos share it: {key}")
    print(
        f"{len(found.remove)} objects of {store.root} would be removed, {len(found.rewrite)} files "
        "rewritten. They cannot be brought back. Manifest, original and audit/ stay."
    )


def _ask(video: str) -> None:
    """Ask a person; end the command unless they agree.

    Raises:
        ConfigError: there is nobody to ask.
    """
    if not _is_terminal():
        raise ConfigError(
            f"nothing was removed of {video!r}, since nobody can be asked here; say --yes to "
            "remove it, or --dry-run to see what would go"
        )
    if not typer.confirm(f"Remove all of {video!r}?"):
        print("nothing was removed")
        sys.exit(1)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
