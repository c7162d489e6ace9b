"""`foley serve`: the service on one machine, without Ray."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from foley_core.errors import ConfigError
from foley_core.storage.addresses import absolute_address
from pipelines.commands.options import (
    AcceptLicence,
    Anonymise,
    GeneratorDevice,
    Model,
    ModelPath,
    QualityOption,
    TierOption,
)


def serve(
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="A folder or s3://… for all that the service keeps."),
    ],
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0 for any.")
    ] = 8700,
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="File of the token that clients give; made where it is not there. Without it "
            "FOLEY_TOKEN holds the token, else one is made and printed."
        ),
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Let everybody in without a token.")
    ] = False,
    scheme: Annotated[
        list[str] | None,
        typer.Option(
            help="Where clients may name videos: s3, file; repeat for several. s3 alone if none "
            "is given."
        ),
    ] = None,
    webhook_host: Annotated[
        list[str] | None,
        typer.Option(
            help="Host that may be told of an end, signed with FOLEY_WEBHOOK_SECRET; repeat."
        ),
    ] = None,
    most_waiting: Annotated[
        int, typer.Option(min=1, max=100_000, help="Soundtracks that may wait; more get 429.")
    ] = 100,
    largest_upload_mb: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Largest video that may be sent, MB.")
    ] = 2000,
    longest_video_s: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Longest picture of a soundtrack, seconds.")
    ] = 3600,
    folder: Annotated[
        list[str] | None, typer.Option(help="Folder with style packs; repeat for several.")
    ] = None,
    tier: TierOption = "full",
    quality: QualityOption = "standard",
    model: Model = "embedded",
    model_path: ModelPath = None,
    accept_licence: AcceptLicence = None,
    device: GeneratorDevice = "cpu",
    anonymise: Anonymise = False,
) -> None:
    """Make soundtracks over HTTP.

    For editors' plug-ins and web tools; pipelines/service/README.md describes the API.
    """
    try:
        from pipelines.service.access import ENVIRONMENT, token_of
        from pipelines.service.server import run_server
        from pipelines.service.settings import SECRET, service_settings
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the service needs the extra 'service' ({error.name} is missing): "
            "pip install 'foley-catalogue[service]'"
        ) from None
    from pipelines.training import checked_device

    secret = os.environ.get(SECRET, "")
    if webhook_host and len(secret) < 16:
        raise ConfigError(f"--webhook-host: set {SECRET} to a secret of at least 16 characters")
    settings = service_settings(
        {
            "output": absolute_address(output),
            "model": model,
            "model_path": model_path and absolute_address(model_path),
            "accept_licence": accept_licence,
            "tier": tier,
            "quality": quality,
            "device": checked_device(device),
            "anonymise": anonymise,
            "pack_folders": tuple(map(absolute_address, folder or ())),
            "schemes": tuple(scheme or ("s3",)),
            "webhook_hosts": tuple(webhook_host or ()),
            "webhook_secret": secret,
            "most_waiting": most_waiting,
            "largest_upload_bytes": largest_upload_mb * 1_000_000,
            "longest_video_s": longest_video_s,
        }
    )
    token, new = (None, False) if no_token else token_of(token_file, os.environ.get(ENVIRONMENT))
    if no_token:
        print("no token is asked for: whoever reaches this address may use it", file=sys.stderr)
    elif new:
        print(f"token: {token}", file=sys.stderr, flush=True)
    run_server(settings, token, host, port)
