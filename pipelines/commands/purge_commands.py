"""`foley purge`: remove every trace of a video from an output."""

import sys
from typing import Annotated

import typer

from foley_core.storage.addresses import absolute_address


def purge(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="Its video_id.")],
    output: Annotated[str, typer.Option("--output", "-o", help="Folder or s3://… of the job.")],
) -> None:
    """Remove every trace of a video from an output, and prove it by listing."""
    from foley_core.storage.store import Storage
    from pipelines.privacy.purge import purge_video

    store = Storage(absolute_address(output))
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
