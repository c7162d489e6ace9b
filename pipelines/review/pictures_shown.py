"""The picture that the page shows beside a track.

In this order: the muxed file of the output; the original, where a person has asked for originals
and a browser plays such a file; a contact strip, drawn from the original. A muxed file of a codec
that only some browsers play has a strip beside it. A job that hides faces or deletes originals
keeps no pictures, so the page of its tracks shows none.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from foley_core.errors import ConfigError, FoleyError
from foley_core.ids import digest
from foley_core.media.contact_strip import contact_strip
from foley_core.media.probe import VideoInfo, probe
from foley_core.soundtrack.delivery import muxed_key
from foley_core.storage.addresses import local_path
from foley_core.storage.sources import open_source
from foley_core.storage.store import Storage
from foley_core.types import Json
from pipelines.config import Job
from pipelines.last_job import job_of_row, last_job
from pipelines.review.list_pages import REVIEW_FOLDER
from pipelines.review.track_rows import folder_of

Wish = Literal["held", "originals", "none"]
"""Pictures that a person wants: those of the output, links to originals as well, or none."""

PLAYED_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
"""Codecs that the browsers of these years play."""
PLAYED_ENDINGS = frozenset({".mp4", ".m4v", ".webm", ".mov"})
STRIP_HEIGHT_PX = 180
STRIP_PER_S = 2
STRIP_PICTURES = (3, 30)
"""The fewest and the most pictures of a strip."""


class PicturesShown:
    """Chooses, and draws where needed, the pictures of an output's tracks."""

    def __init__(self, store: Storage, wish: Wish) -> None:
        """Take an output."""
        self._store = store
        self._wish = wish
        self._job = _last_job(store)
        self._has_muxed = any(True for _ in store.list("muxed/"))

    def shown(self, row: Mapping[str, Any]) -> dict[str, Json] | None:
        """Return what the page shows for a metadata row; None for no picture at all.

        Keys: `video` (an address from the page) with `start_s`, and `strip` with `pictures`.
        """
        if self._wish == "none" or not self._may_show(row):
            return None
        found: dict[str, Json] = {}
        key = muxed_key(row["video_id"], row["region"])
        if self._has_muxed and self._store.exists(key):
            found = {"video": f"../{quote(key)}", "start_s": 0.0}
            if self._plays(self._store.uri(key)):
                return found
        if self._wish == "originals" and not found and self._plays(row["uri"]):
            return {"video": _address(row["uri"]), "start_s": row["start_s"] or 0.0}
        return found | self._strip(row) or None

    def _may_show(self, row: Mapping[str, Any]) -> bool:
        """Return True unless the job that made a row keeps pictures from being seen."""
        job = job_of_row(self._store, row, self._job)
        if job is None:
            return False
        return not job.privacy.anonymise and job.privacy.delete_source == "never"

    def _plays(self, uri: str) -> bool:
        """Return True where a browser will play the picture of a video."""
        if Path(uri).suffix.lower() not in PLAYED_ENDINGS:
            return False
        try:
            with open_source(uri) as source:
                return probe(source.file, uri).codec in PLAYED_CODECS
        except FoleyError:
            return False

    def _strip(self, row: Mapping[str, Any]) -> dict[str, Json]:
        """Return the strip of a row's picture, drawn now where it is not there; {} for none."""
        about = digest([row["source_identity"], row["start_s"], row["end_s"], STRIP_HEIGHT_PX])
        name = f"{folder_of(row['video_id'])}/strip-{about[:12]}.jpg"
        duration_s = float(row["duration_s"] or 0.0)
        least, most = STRIP_PICTURES
        pictures = min(max(round(duration_s * STRIP_PER_S), least), most)
        if not self._store.exists(f"{REVIEW_FOLDER}{name}"):
            try:
                with open_source(row["uri"]) as source:
                    info = probe(source.file, row["uri"])
                    data = _drawn(source.file, row, info, pictures)
            except FoleyError:
                return {}
            self._store.put(f"{REVIEW_FOLDER}{name}", data)
        return {"strip": name, "pictures": pictures}


def _drawn(file: Any, row: Mapping[str, Any], info: VideoInfo, pictures: int) -> bytes:
    start_s = Fraction(row["start_s"] or 0.0).limit_denominator(1_000_000)
    length_s = min(Fraction(row["duration_s"]), info.duration_s - start_s)
    return contact_strip(file, row["uri"], info, start_s, length_s, pictures, STRIP_HEIGHT_PX)


def _address(uri: str) -> str:
    """Return the address by which a browser on this machine opens a video."""
    path = local_path(uri)
    return uri if path is None else f"file://{quote(str(path))}"


def _last_job(store: Storage) -> Job | None:
    try:
        return last_job(store)
    except ConfigError:
        return None
