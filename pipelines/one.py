"""`foley one`: one video without Ray, in the layout of the job's output."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from foley_core.engine import VideoFoleyEngine
from foley_core.errors import ConfigError
from foley_core.models.hunyuan.published import GeneratorName
from foley_core.soundtrack.deliver import TrackRecord, deliver
from foley_core.soundtrack.planning import Scoring
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.sidecar import load_sidecar, sidecar_place
from foley_core.storage.store import Storage
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import Wishes
from foley_core.types import Quality
from pipelines.config import DeliverySettings
from pipelines.manifest.reader import check_video_id


def soundtrack_one(
    *,
    video: Path,
    output: Path,
    regions: tuple[str, ...],
    wishes: Wishes,
    video_id: str | None,
    quality: Quality,
    settings: DeliverySettings,
    model: GeneratorName = "embedded",
    model_path: str | None = None,
    accept_licence: str | None = None,
    device: str = "cpu",
    anonymise: bool = False,
) -> list[TrackRecord]:
    """Soundtrack a video for each region and print where the tracks are, and what else to know.

    A sidecar beside the video has the last word, as in a job that names its folder.

    Raises:
        ConfigError: no such pack or model, no place of its files, a sidecar that cannot be read, a
            file name that makes no video id, or a region that the model's licence leaves out.
        CheckpointError: `model_path` holds no weights, there are none for the tier, files of public
            checkpoints are missing, or their licence is not accepted.
        MediaError: the video cannot be read.
    """
    packs = [load_pack(region) for region in regions]
    request = VideoRequest(video_id or video.stem, str(video.absolute()), wishes)
    if fault := check_video_id(request.video_id):
        raise ConfigError(f"video id {request.video_id!r} {fault}; give another with --video-id")
    notes: list[str] = []
    if (place := Path(sidecar_place(request.uri))).is_file():
        request = replace(request, wishes=load_sidecar(str(place), ("file",)).over(wishes))
        notes.append(f"{place} was heeded")
    if anonymise and settings.muxed:
        raise ConfigError("--mux would show the picture as it is; leave out that or --anonymise")
    tier = request.wishes.tier or "full"
    engine = VideoFoleyEngine(model_path, device, str(output), model, accept_licence, anonymise)
    store, generator = Storage(str(output)), engine.generator(quality, tier)
    clipwise, label = engine.clip_generator(quality), engine.maker.label(tier)
    table = Table("region", "cues", "loudness", "true peak")
    table.add_column("track", overflow="fold")
    records: list[TrackRecord] = []
    with Progress(transient=True) as progress:
        for region, pack in zip(regions, packs, strict=True):
            bar = progress.add_task(region, total=1.0)

            def report(share: float, bar: object = bar) -> None:
                progress.update(bar, completed=share)  # type: ignore[arg-type]

            scoring = Scoring(pack)
            planned = engine.plan(request, scoring, generator, report, clipwise)
            delivery = settings.delivery(pack)
            track = deliver(store, planned.footage, planned.plan, region, delivery, label)
            records.append(track)
            said = (*planned.plan.notes, track.loudness_note, *track.notes)
            notes += [f"{region}: {note}" for note in said if note]
            table.add_row(region, str(len(planned.plan.sheet.cues)), *_row(store, track))
    console = Console()
    console.print(table)
    for note in notes:
        console.print(f"note: {note}", markup=False)
    return records


def _row(store: Storage, track: TrackRecord) -> tuple[str, str, str]:
    loudness = "–" if track.loudness_lufs is None else f"{track.loudness_lufs:.1f} LUFS"
    peak = "–" if track.true_peak_dbtp is None else f"{track.true_peak_dbtp:.1f} dBTP"
    return loudness, peak, store.uri(track.key)
