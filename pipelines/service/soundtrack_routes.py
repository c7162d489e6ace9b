"""Routes on soundtracks: ask for one, see how far it is, fetch it, correct it, remove it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect

from foley_core.errors import ConfigError, FoleyError, StorageError
from foley_core.parsing import parsed_json
from pipelines.service.answers import (
    EXAMPLE_ID,
    MISSING,
    CorrectionsAsked,
    ErrorAnswer,
    SoundtrackAnswer,
    SoundtracksAnswer,
    Status,
    answer_of,
    request_schema,
)
from pipelines.service.performing import Task
from pipelines.service.route_parts import Known, Service
from pipelines.service.soundtrack_list import listed_soundtracks
from pipelines.service.soundtrack_service import SoundtrackService

LOOK_EVERY_S = 0.25
FORM_FIELDS = 100
FIELDS_BYTES = 1 << 20
"""Most bytes of the fields of a request, as JSON or beside the video of a form."""
CORRECTIONS_BYTES = 16 << 20
FORM = "multipart/form-data"
_ASKED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": request_schema(with_video=True),
                "example": {
                    "video": "(bytes of walk.mp4)",
                    "regions": "japan",
                    "stems": True,
                },
            },
            "application/json": {
                "schema": request_schema(with_video=False),
                "example": {"uri": "s3://videos/walk.mp4", "regions": ["japan"], "music": True},
            },
        },
    }
}
_BUSY: dict[int | str, dict[str, Any]] = {
    429: {"model": ErrorAnswer, "description": "too much waits; Retry-After says when to come back"}
}

router = APIRouter(prefix="/soundtracks", tags=["soundtracks"])


@router.post(
    "",
    status_code=202,
    response_model=SoundtrackAnswer,
    openapi_extra=_ASKED,
    responses={
        200: {"model": SoundtrackAnswer, "description": "asked for before: the same soundtrack"},
        415: {"model": ErrorAnswer, "description": "neither a form nor JSON"},
        **_BUSY,
    },
)
async def ask(request: Request, response: Response, service: Service) -> SoundtrackAnswer:
    """Ask for the soundtrack of a video that is sent along, or of one at an address.

    The other fields are the columns of a manifest row and the settings of delivery. The same
    request has the same id, so it may be sent again: nothing is made twice.
    """
    await run_in_threadpool(service.reserve)
    try:
        soundtrack_id, new = await _accepted(request, service)
    except OSError as error:
        raise StorageError(f"the request cannot be kept here ({error.strerror})") from error
    response.status_code = 202 if new else 200
    response.headers["Location"] = f"/soundtracks/{soundtrack_id}"
    state = await run_in_threadpool(service.state, soundtrack_id)
    if state is None:
        raise HTTPException(404, "the soundtrack was removed meanwhile")
    return answer_of(state)


@router.get("")
def show_all(
    service: Service,
    status: Annotated[
        Status | None, Query(description="only those that are so", examples=["ok"])
    ] = None,
    before: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9]{13}-[0-9a-f]{32}$",
            description="`next` of the page before",
            examples=[f"1796115600000-{EXAMPLE_ID}"],
        ),
    ] = None,
    limit: Annotated[
        int, Query(ge=1, le=200, description="soundtracks of a page", examples=[20])
    ] = 50,
) -> SoundtracksAnswer:
    """List all soundtracks, what changed last first: accepted, ended or corrected.

    A page may be short, even empty, and have a next one, where few soundtracks have a status.
    """
    found, last = listed_soundtracks(service, status, before, limit)
    return SoundtracksAnswer(soundtracks=[answer_of(state) for state in found], next=last)


@router.get("/{soundtrack_id}", responses=MISSING)
def show(state: Known) -> SoundtrackAnswer:
    """Say how far a soundtrack is, and where its tracks are."""
    return answer_of(state)


@router.delete("/{soundtrack_id}", status_code=204, responses={**MISSING, 409: {
    "model": ErrorAnswer, "description": "it is being made"}})  # fmt: skip
def remove(service: Service, state: Known) -> Response:
    """Remove a soundtrack, its video and all that came of it."""
    if not service.remove(state["id"]):
        raise HTTPException(409, "it is being made; remove it when it has ended")
    return Response(status_code=204)


@router.get("/{soundtrack_id}/events", response_class=EventSourceResponse, responses=MISSING)
async def events(service: Service, state: Known) -> AsyncIterator[ServerSentEvent]:
    """Send an event `progress` at every change, until the soundtrack has ended."""
    told: tuple[object, ...] | None = None
    while (open_ := service.queue.progress(Task(state["id"]))) and not open_.broke_off:
        if (seen := (open_.working, open_.doing, open_.share)) != told:
            told = seen
            status = "working" if open_.working else "waiting"
            data = {"status": status, "doing": open_.doing, "progress": open_.share}
            yield ServerSentEvent(event="progress", data=data)
        await asyncio.sleep(LOOK_EVERY_S)
    if ended := await run_in_threadpool(service.state, state["id"]):
        yield ServerSentEvent(event="progress", data=answer_of(ended).model_dump(mode="json"))


@router.post(
    "/{soundtrack_id}/corrections",
    response_model=SoundtrackAnswer,
    max_body_size=CORRECTIONS_BYTES,
    responses={
        202: {"model": SoundtrackAnswer, "description": "accepted, and not applied yet"},
        409: {"model": ErrorAnswer, "description": "the soundtrack is not made yet"},
        **MISSING,
        **_BUSY,
    },
)
async def correct(
    response: Response, service: Service, state: Known, asked: CorrectionsAsked
) -> SoundtrackAnswer:
    """Apply corrections, and answer when the tracks are made anew: only what changed is."""
    try:
        result = await run_in_threadpool(service.correct, state["id"], asked.corrections, asked.by)
    except KeyError:
        raise HTTPException(409, "the soundtrack is not made yet; correct it then") from None
    try:
        waited = asyncio.shield(asyncio.wrap_future(result))
        faults = await asyncio.wait_for(waited, service.settings.correction_wait_s)
    except TimeoutError:
        faults, response.status_code = (), 202
    except FoleyError as error:
        raise HTTPException(503, service.hidden.out_of(str(error))) from error
    if faults:
        raise ConfigError("nothing was corrected", faults)
    now = await run_in_threadpool(service.state, state["id"])
    return answer_of(now or state)


async def _accepted(request: Request, service: SoundtrackService) -> tuple[str, bool]:
    """Read a request and have it accepted, in the place that was reserved for it.

    Raises:
        OSError: its video cannot be kept.
    """
    try:
        values, video = await _read(request)
    except BaseException:
        service.queue.give_back()
        raise
    name, file = (video.filename or "", video.file) if video else ("", None)
    try:
        return await run_in_threadpool(service.accept, values, file, name)
    finally:
        if video:
            await video.close()


async def _read(request: Request) -> tuple[Mapping[str, Any], UploadFile | None]:
    """Return the fields of a request, and the video that came along.

    Raises:
        HTTPException: 415 or 400, they cannot be read; 413, the fields are too large.
    """
    try:
        return await _read_kind(request)
    except ClientDisconnect:
        raise HTTPException(400, "the request was cut off") from None


async def _read_kind(request: Request) -> tuple[Mapping[str, Any], UploadFile | None]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            values = parsed_json(await _small_body(request))
        except ValueError as error:
            raise HTTPException(400, f"the body is not JSON: {error}") from None
        if not isinstance(values, dict):
            raise HTTPException(400, "the body is no object with the fields of a request")
        return values, None
    if kind != FORM:
        raise HTTPException(415, f"send {FORM} with a video, or application/json with its address")
    form = await request.form(max_files=1, max_fields=FORM_FIELDS)
    try:
        return _form_parts(form)
    except ConfigError:
        await form.close()
        raise


async def _small_body(request: Request) -> bytes:
    """Return a body without a video; it is held in memory, so it has a bound of its own."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > FIELDS_BYTES:
            raise HTTPException(413, f"the fields take more than {FIELDS_BYTES} bytes")
    return bytes(body)


def _form_parts(form: FormData) -> tuple[Mapping[str, Any], UploadFile | None]:
    """Return the fields of a form, and its video.

    Raises:
        ConfigError: a field is given twice, or another file than the video.
    """
    fields: dict[str, Any] = {}
    video: UploadFile | None = None
    for name, value in form.multi_items():
        if name in fields or (name == "video" and video):
            raise ConfigError("the request cannot be done", (f"{name}: it is given twice",))
        if isinstance(value, UploadFile):
            if name != "video":
                raise ConfigError("the request cannot be done", (f"{name}: it is a file",))
            video = value
        else:
            fields[name] = value
    return fields, video
