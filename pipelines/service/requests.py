"""Requests of clients: the columns of a manifest row, and the settings of `foley one`.

All of it is judged when it comes in, so that what was accepted fails for its video alone. The id of
a soundtrack is the digest of its request: who asks twice gets the same soundtrack.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from foley_core.errors import ConfigError, RowError
from foley_core.ids import digest
from foley_core.messages import complaints, unknown
from foley_core.storage.addresses import checked_uri, split_scheme
from foley_core.styles.wishes import WISH_NAMES, wishes_in
from pipelines.asked import Asked, wishes
from pipelines.config import ORIGINAL, VIDEO_ENDINGS, DeliverySettings, Job, Sound
from pipelines.corrections.correction_file import COLUMNS
from pipelines.manifest.reader import OPTIONAL, ManifestRow, check_video_id
from pipelines.manifest.values import COLUMN_READERS, text_of
from pipelines.resolved_job import ResolvedJob, asked_by
from pipelines.service.settings import ServiceSettings

OWN = ("video_id", "uri", "quality", "webhook")
FIELDS = (*OWN, *OPTIONAL, *DeliverySettings.model_fields, *ORIGINAL)
CORRECTION_COLUMNS = tuple(name for name in COLUMNS if name != "video_id")
"""Columns of a file of corrections that a client gives; the soundtrack says which video it is."""
ID_CHARS = 32
UPLOADED = "source/video"


@dataclass(frozen=True, slots=True)
class SoundtrackRequest:
    """A request that can be done: its row, its job, and who is told of its end."""

    soundtrack_id: str
    row: ManifestRow
    job: Job
    webhook: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A video that came with a request: the name its sender gave it, and its content's sha256."""

    name: str
    sha256: str

    @property
    def ending(self) -> str:
        """Return the name's ending, if it is a video's; else none: the content says what it is."""
        ending = PurePosixPath(_last_part(self.name)).suffix.lower()
        return ending if ending in VIDEO_ENDINGS else ""


class RequestReader:
    """Reads requests as one service's settings allow; what does not change was looked up once."""

    def __init__(self, settings: ServiceSettings, resolved: ResolvedJob) -> None:
        self.settings = settings
        self.resolved = resolved
        self._asked = asked_by(resolved)

    def read(self, values: Mapping[str, Any], upload: Upload | None) -> SoundtrackRequest:
        """Return the request of some values, as JSON or a form holds them.

        Raises:
            ConfigError: it cannot be done; every fault is listed.
        """
        faults: list[str] = []
        given = {name: value for name, value in values.items() if value not in (None, "")}
        faults += [unknown("key", name, FIELDS) for name in given if name not in FIELDS]
        webhook = _tried(faults, lambda: self._webhook(given.get("webhook")))
        uri = _tried(faults, lambda: self._address(given.get("uri"), upload))
        name = given.get("video_id") or _stem(upload.name if upload else str(uri or ""))
        # Without a video there is no name to find a fault in, but the fault that was found.
        named = "video_id" in given or upload or uri
        video_id = (_tried(faults, lambda: _video_id(name)) if named else None) or "video"
        row = _row(video_id, uri or "", given, faults)
        asked = _tried(faults, lambda: self._job_keys(given, row)) or {}
        job = _tried(faults, lambda: self.settings.job("", asked))
        if not faults and job:
            faults += self._out_of_reach(row, job)
        if faults or job is None:
            raise ConfigError("the request cannot be done", tuple(dict.fromkeys(faults)))
        soundtrack_id = self._id(row, job)
        if upload:
            place = f"{self.settings.job(soundtrack_id, asked).output}/{UPLOADED}{upload.ending}"
            row = replace(row, uri=place)
        return SoundtrackRequest(
            soundtrack_id, row, self.settings.job(soundtrack_id, asked), webhook
        )

    def _id(self, row: ManifestRow, job: Job) -> str:
        """Return the request digests of all regions, as one."""
        made, _ = wishes([row], self._asked_of(job))
        return digest([request for _, _, request in made])[:ID_CHARS]

    def _asked_of(self, job: Job) -> Asked:
        settings = asked_by(replace(self.resolved, job=job)).settings
        return replace(
            self._asked, regions=job.regions, tier=job.tier, settings=settings, corrections={}
        )

    def _out_of_reach(self, row: ManifestRow, job: Job) -> list[str]:
        _, invalid = wishes([row], self._asked_of(job))
        return [one.reason for one in invalid]

    def _address(self, uri: object, upload: Upload | None) -> str:
        if upload and uri:
            raise RowError("uri: a video was sent too; leave out one of them")
        if upload:
            # Its content, wherever it will lie: part of the request's digest.
            return f"/upload/{upload.sha256}"
        if not uri:
            raise RowError("uri: send a video, or name one's address")
        return checked_uri(text_of("uri", uri), self.settings.schemes)

    def _webhook(self, address: object) -> str | None:
        if address is None:
            return None
        text = text_of("webhook", address)
        parts = urlsplit(checked_uri(text, ("https", "http")))
        hosts = self.settings.webhook_hosts
        if parts.hostname not in hosts or parts.username or parts.password:
            known = ", ".join(hosts) or "none"
            raise RowError(
                f"webhook: its host is not one that this service tells; it tells: {known}"
            )
        return text

    def _job_keys(self, given: Mapping[str, Any], row: ManifestRow) -> dict[str, object]:
        """Return the keys of a job that `foley one` would set."""
        regions = COLUMN_READERS["regions"]("regions", given.get("regions", "neutral"))
        return {
            "regions": regions,
            "tier": row.wishes.tier or self.settings.tier,
            "quality": given.get("quality", self.settings.quality),
            "sound": _section(Sound, given, ORIGINAL),
            "delivery": _section(DeliverySettings, given, tuple(DeliverySettings.model_fields)),
        }


def _row(video_id: str, uri: str, given: Mapping[str, Any], faults: list[str]) -> ManifestRow:
    read: dict[str, Any] = {}
    for name in OPTIONAL:
        if name in given:
            read[name] = _tried(faults, partial(COLUMN_READERS[name], name, given[name]))
    start_s, end_s = read.get("start_s"), read.get("end_s")
    if end_s is not None and end_s <= (start_s or 0):
        faults.append(f"end_s {float(end_s):g} is not after start_s {float(start_s or 0):g}")
    said = {name: read[name] for name in WISH_NAMES if read.get(name) is not None}
    try:
        wanted = wishes_in(said)
    except ValidationError as error:
        faults += complaints(error, OPTIONAL)
        wanted = wishes_in({})
    return ManifestRow(1, video_id, uri, wanted, start_s=start_s, end_s=end_s)


def _section(kind: type[BaseModel], given: Mapping[str, Any], names: Iterable[str]) -> BaseModel:
    try:
        return kind.model_validate({name: given[name] for name in names if name in given})
    except ValidationError as error:
        raise ConfigError("the request cannot be used", complaints(error, names)) from None


def _tried(faults: list[str], read: Callable[[], Any]) -> Any:
    """Return what is read; where it cannot be, note why, and return None."""
    try:
        return read()
    except ConfigError as error:
        faults += error.problems or (str(error),)
    except RowError as error:
        faults.append(str(error))
    return None


def _video_id(name: object) -> str:
    video_id = text_of("video_id", name)
    if fault := check_video_id(video_id):
        raise RowError(f"video_id {video_id[:200]!r} {fault}; give another video_id")
    return video_id


def _stem(name: str) -> str:
    """Return the name of a file without folders and ending, whatever system it comes from."""
    return PurePosixPath(_last_part(split_scheme(name)[1] if "://" in name else name)).stem


def _last_part(name: str) -> str:
    return PureWindowsPath(PurePosixPath(name).name).name
