"""`foley one`: soundtracks of some videos, without Ray."""

import sys
from typing import Annotated

import typer

from foley_core.errors import ConfigError, RowError
from foley_core.storage.addresses import absolute_address
from foley_core.styles.wishes import WISH_NAMES, Wishes
from pipelines.commands.options import (
    AcceptLicence,
    Anonymise,
    GeneratorDevice,
    Model,
    ModelPath,
    QualityOption,
    Regions,
    with_records,
)
from pipelines.config import ORIGINAL, DeliverySettings, Sound, made_job
from pipelines.provenance.provenance_section import Provenance


@with_records(
    wishes=(Wishes, WISH_NAMES),
    delivery=(DeliverySettings, tuple(DeliverySettings.model_fields)),
    sound=(Sound, ORIGINAL),
    provenance=(Provenance, tuple(Provenance.model_fields)),
)
def one(
    wishes: Wishes,
    delivery: DeliverySettings,
    sound: Sound,
    provenance: Provenance,
    videos: Annotated[
        list[str], typer.Argument(metavar="VIDEO…", help="Paths, or addresses s3://….")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where to write: a folder or s3://….")
    ],
    region: Regions = None,
    video_id: Annotated[
        str | None, typer.Option(help="Name of the track, instead of the file's.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Second of the picture to start at.")] = None,
    end: Annotated[str | None, typer.Option(help="Second of the picture to end at.")] = None,
    quality: QualityOption = "standard",
    model: Model = "embedded",
    model_path: ModelPath = None,
    accept_licence: AcceptLicence = None,
    device: GeneratorDevice = "cpu",
    anonymise: Anonymise = False,
) -> None:
    """Soundtrack single videos, without a cluster.

    The functions are those of a catalogue job, and so are the samples.
    """
    from pipelines.manifest.asked_rows import asked_manifest
    from pipelines.manifest.values import COLUMN_READERS
    from pipelines.one import Ask, soundtrack_videos
    from pipelines.training import checked_device

    checked_device(device)
    if anonymise and delivery.muxed:
        raise ConfigError("--mux would show the picture as it is; leave out that or --anonymise")
    place = absolute_address(output)
    job = made_job(
        {
            "manifest": asked_manifest(place),
            "output": place,
            "regions": tuple(dict.fromkeys(region or ("neutral",))),
            "model": model,
            "model_path": model_path and absolute_address(model_path),
            "accept_licence": accept_licence,
            "tier": wishes.tier or "full",
            "quality": quality,
            "sound": sound,
            "delivery": delivery,
            "provenance": provenance.absolute(),
            "privacy": {"anonymise": anonymise},
        }
    )
    seconds = COLUMN_READERS["start_s"]
    try:
        start_s, end_s = (
            None if text is None else seconds(name, text)
            for name, text in (("--start", start), ("--end", end))
        )
    except RowError as error:
        raise ConfigError(str(error)) from None
    ask = Ask(tuple(videos), wishes, video_id, start_s, end_s)
    sys.exit(soundtrack_videos(ask, job, device))
