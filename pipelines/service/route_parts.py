"""Parts of routes: the service that a request came to, names in paths, files of the store."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi import Path as PathPart
from fastapi.responses import FileResponse

from foley_core.errors import MissingError
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage
from pipelines.service.answers import EXAMPLE_ID
from pipelines.service.records import Record
from pipelines.service.soundtrack_service import SoundtrackService
from pipelines.service.stored_stream import StoredStream

MEDIA_TYPES = {".wav": "audio/wav", ".flac": "audio/flac", ".mp4": "video/mp4"}


def service_of(request: Request) -> SoundtrackService:
    """Return the service of the application that a request came to."""
    service: SoundtrackService = request.app.state.service
    return service


Service = Annotated[SoundtrackService, Depends(service_of)]
SoundtrackId = Annotated[str, PathPart(pattern=r"^[0-9a-f]{32}$", examples=[EXAMPLE_ID])]
REGION = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
Region = Annotated[str, PathPart(pattern=REGION, examples=["japan"])]


def known_soundtrack(service: Service, soundtrack_id: SoundtrackId) -> Record:
    """Return what is known of a soundtrack.

    Raises:
        HTTPException: 404, there is none.
    """
    if (state := service.state(soundtrack_id)) is None:
        raise HTTPException(404, f"there is no soundtrack {soundtrack_id}")
    return state


Known = Annotated[Record, Depends(known_soundtrack)]


def made_track(state: Record, region: str) -> Record:
    """Return what is known of a region's track.

    Raises:
        HTTPException: 404, there is none, and why.
    """
    for track in state.get("tracks", []):
        if track["region"] == region:
            if track["status"] == "ok":
                found: Record = track
                return found
            raise HTTPException(404, f"{region} has no track: {track['error']}")
    raise HTTPException(404, f"there is no track for {region} yet; its regions are in 'regions'")


def stored_file(store: Storage, key: str, name: str) -> Response:
    """Return a file of the store as an answer, which heeds `Range`.

    Raises:
        HTTPException: 404, it is gone.
    """
    suffix = Path(key).suffix
    media_type = MEDIA_TYPES.get(suffix, "application/octet-stream")
    path = local_path(store.uri(key))
    try:
        found = store.find(key)
    except MissingError:
        raise HTTPException(404, "the file is not there any more") from None
    # A track that corrections made anew has the same address.
    headers = {"Cache-Control": "private, no-cache"}
    if path is not None:
        return FileResponse(path, media_type=media_type, filename=name + suffix, headers=headers)

    return StoredStream(store, key, found, media_type, headers)
