"""A look into the first videos of a manifest, from which sizes and lengths of all are estimated."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from foley_core.errors import FoleyError
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, clip_ranges, refuse_long, span_of
from foley_core.soundtrack.traces import traces_of
from foley_core.storage.sources import open_source
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from pipelines.config import Job
from pipelines.estimates.machine_rates import PIXELS_MEASURED, RATE_MEASURED
from pipelines.manifest.reader import Manifest, ManifestRow

SAMPLE = 100


@dataclass(slots=True)
class Sampled:
    """Figures of a look into some videos.

    Attributes:
        unreadable: sentences on those that cannot be used.
        known: of how many something is stored already, so that they are not decoded.
        picture_s: seconds of picture, each counted by its size and rate beside 1280 × 720 at 25.
    """

    videos: int = 0
    unreadable: list[str] = field(default_factory=list)
    known: int = 0
    seconds: float = 0.0
    picture_s: float = 0.0
    clips: int = 0
    size_bytes: int = 0

    @property
    def readable(self) -> int:
        """Videos that can be used."""
        return self.videos - len(self.unreadable)


def sample_videos_of(job: Job) -> Sampled:
    """Open the first usable videos of a manifest and read their headers."""
    found, store = Sampled(), Storage(job.output)
    for row in _first_rows(job):
        found.videos += 1
        request = VideoRequest(row.video_id, row.uri, start_s=row.start_s, end_s=row.end_s)
        try:
            _add(found, request, job)
            found.known += any(True for _ in store.list(traces_of(row.video_id)))
        except FoleyError as error:
            found.unreadable.append(f"{row.video_id}: {error}")
    return found


def _add(found: Sampled, request: VideoRequest, job: Job) -> None:
    span = span_of(request, job.schemes)
    refuse_long(request, span, job.longest_video_s)
    with Footage(request, span, job.schemes).open() as (_, info):
        pixels, rate = info.width_px * info.height_px, float(info.frame_rate)
    with open_source(request.uri, job.schemes) as source:
        found.size_bytes += source.size_bytes
    seconds = float(span.duration_s)
    found.seconds += seconds
    found.picture_s += seconds * (pixels / PIXELS_MEASURED) * (rate / RATE_MEASURED)
    found.clips += len(clip_ranges(span.steps, job.clip_s * MOTION_RATE))


def _first_rows(job: Job) -> Iterator[ManifestRow]:
    count = 0
    for batch in Manifest(job.manifest, job.schemes, job.limit).batches():
        for row in batch:
            if count == SAMPLE:
                return
            if isinstance(row, ManifestRow):
                count += 1
                yield row
