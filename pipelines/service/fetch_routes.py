"""Routes that fetch what a soundtrack consists of: track, stems, picture, cues, captions."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi import Path as PathPart

from foley_core.errors import ConfigError
from foley_core.parsing import parsed_json
from foley_core.soundtrack.delivery import stems_folder
from foley_core.storage.store import Storage
from pipelines.corrections.cue_tables import json_of, sheet_of
from pipelines.delivery.formats import caption_files
from pipelines.delivery.hand_over import spoken_in
from pipelines.delivery.track_formats import read_timeline
from pipelines.last_job import known_last_job
from pipelines.metadata.delivered import rows_of_videos, seen_video
from pipelines.service.answers import MISSING
from pipelines.service.records import Record
from pipelines.service.route_parts import (
    REGION,
    Known,
    Region,
    Service,
    made_track,
    stored_file,
)
from pipelines.service.soundtrack_service import SoundtrackService

CAPTION_TYPES = {
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "ttml": "application/ttml+xml",
}
_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in ("audio/wav", "audio/flac")}},
    206: {"description": "the part that was asked for"},
    416: {"description": "there is no such part"},
    **MISSING,
}

StemName = Annotated[str, PathPart(description="as in `links`", examples=["footsteps.wav"])]

router = APIRouter(prefix="/soundtracks", tags=["soundtracks"])

Route = TypeVar("Route", bound=Callable[..., Any])


def _fetched(path: str, **described: Any) -> Callable[[Route], Route]:
    """Return the decorator of a route that answers GET, and HEAD as GET without the body."""

    def decorated(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        return router.get(path, **described)(route)

    return decorated


@_fetched("/{soundtrack_id}/tracks/{region}", response_class=Response, responses=_SOUND)
def track(service: Service, state: Known, region: Region) -> Response:
    """Fetch a region's track."""
    made = made_track(state, region)
    return stored_file(_store(service, state), made["track"], f"{state['video_id']} {region}")


@_fetched("/{soundtrack_id}/stems/{region}/{name}", response_class=Response, responses=_SOUND)
def stem(service: Service, state: Known, region: Region, name: StemName) -> Response:
    """Fetch a stem of a track; they are there where the request had `stems`."""
    if name not in made_track(state, region)["stems"]:
        raise HTTPException(404, "there is no such stem; ask with stems: true")
    key = f"{stems_folder(state['video_id'], region)}{name}"
    named = f"{state['video_id']} {region} {name.removesuffix('.wav')}"
    return stored_file(_store(service, state), key, named)


@_fetched(
    "/{soundtrack_id}/muxed/{region}",
    response_class=Response,
    responses={**_SOUND, 200: {"content": {"video/mp4": {}}}},
)
def muxed(service: Service, state: Known, region: Region) -> Response:
    """Fetch the picture with the track; it is there where the request had `muxed`."""
    if (key := made_track(state, region)["muxed"]) is None:
        raise HTTPException(404, "there is no muxed file; ask with muxed: true")
    return stored_file(_store(service, state), key, f"{state['video_id']} {region}")


@_fetched("/{soundtrack_id}/cues", responses=MISSING)
def cues(
    service: Service,
    state: Known,
    region: Annotated[
        str | None,
        Query(
            pattern=REGION,
            description="what sounds there; else what was seen, as corrected",
            examples=["japan"],
        ),
    ] = None,
) -> dict[str, Any]:
    """Return the cue sheet, with the ids that corrections name."""
    store = _store(service, state)
    try:
        seen = seen_video(store, state["video_id"])
        sheet = sheet_of(store, seen, region)
    except ConfigError as error:
        said = service.hidden.out_of(f"there is no cue sheet: {error}")
        raise HTTPException(404, said) from None
    document: dict[str, Any] = parsed_json(json_of(seen, sheet))
    return document


@_fetched(
    "/{soundtrack_id}/captions/{region}",
    response_class=Response,
    responses={
        200: {"content": {kind.partition(";")[0]: {} for kind in CAPTION_TYPES.values()}},
        **MISSING,
    },
)
def captions(
    service: Service,
    state: Known,
    region: Region,
    language: Annotated[
        str | None,
        Query(description="such as en or zh; else the first of the region's", examples=["en"]),
    ] = None,
    kind: Annotated[
        Literal["vtt", "srt", "ttml"], Query(description="kind of file", examples=["srt"])
    ] = "vtt",
) -> Response:
    """Return captions that say what sounds."""
    made_track(state, region)
    store = _store(service, state)
    rows = rows_of_videos(store, [state["video_id"]])
    row = next((row for row in rows if row["region"] == region), None)
    if row is None:
        raise HTTPException(404, "the track is not there any more")
    spoken = language or spoken_in(region, known_last_job(store))[0]
    made = caption_files(read_timeline(store, row), [spoken])
    return Response(made[f".{spoken}.{kind}"], media_type=CAPTION_TYPES[kind])


def _store(service: SoundtrackService, state: Record) -> Storage:
    return Storage(service.records.folder(state["id"]))
