"""A look into the first videos of a job, from which sizes and lengths of all are estimated."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from foley_core.errors import FoleyError
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, clip_ranges, known_span, refuse_long, span_of
from foley_core.soundtrack.traces import traces_of
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.sources import open_source
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from pipelines.config import Job
from pipelines.estimates.machine_rates import PIXELS_MEASURED, RATE_MEASURED
from pipelines.manifest.reader import ManifestRow


@dataclass(slots=True)
class Sampled:
    """Figures of a look into some videos.

    Attributes:
        unreadable: sentences on those that cannot be used.
        fresh: usable ones of which this job made nothing before.
        known: of how many of these something is stored already, so that they are not decoded.
        picture_s: seconds of picture, each counted by its size and rate beside 1280 × 720 at 25.
    """

    videos: int = 0
    unreadable: list[str] = field(default_factory=list)
    fresh: int = 0
    known: int = 0
    seconds: float = 0.0
    picture_s: float = 0.0
    clips: int = 0
    size_bytes: int = 0

    @property
    def readable(self) -> int:
        """Videos that can be used."""
        return self.videos - len(self.unreadable)

    @property
    def known_share(self) -> float:
        """Share of the fresh ones that are not decoded again."""
        return self.known / max(1, self.fresh)


def sample_videos(job: Job, rows: Iterable[tuple[ManifestRow, bool]]) -> Sampled:
    """Open some videos of a manifest and read their headers.

    A video that was seen before and cannot be looked at now is known by what is stored of it, as a
    job knows it.

    Args:
        rows: each with whether this job made nothing of it before; see `Plan.first_rows`.
    """
    found, store = Sampled(), Storage(job.output)
    for row, is_fresh in rows:
        found.videos += 1
        request = VideoRequest(row.video_id, row.uri, start_s=row.start_s, end_s=row.end_s)
        try:
            _add(found, request, job, store)
            if is_fresh:
                found.fresh += 1
                found.known += any(True for _ in store.list(traces_of(row.video_id)))
        except FoleyError as error:
            found.unreadable.append(f"{row.video_id}: {error}")
    return found


def _add(found: Sampled, request: VideoRequest, job: Job, store: Storage) -> None:
    pictures, size_bytes = 1.0, 0
    try:
        span = span_of(request, job.schemes)
        with Footage(request, span, job.schemes).open() as (_, info):
            pixels, rate = info.width_px * info.height_px, float(info.frame_rate)
            pictures = (pixels / PIXELS_MEASURED) * (rate / RATE_MEASURED)
        with open_source(request.uri, job.schemes) as source:
            size_bytes = source.size_bytes
    except FoleyError:
        known = known_span(VideoStore(store, request.video_id), request)
        if known is None:
            raise
        span = known
    refuse_long(request, span, job.longest_video_s)
    found.size_bytes += size_bytes
    seconds = float(span.duration_s)
    found.seconds += seconds
    found.picture_s += seconds * pictures
    found.clips += len(clip_ranges(span.steps, job.clip_s * MOTION_RATE))
