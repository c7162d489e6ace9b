"""The page of a soundtrack, through the service: the files of `foley review`, made when asked for;
and `/page`, the list of all soundtracks.

Below `/soundtracks/{id}/page/` lies the output of the soundtrack as a browser may see it, so that
the addresses in the page's data are those of a page that lies in an output.
"""

import re
from pathlib import PurePosixPath

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import RedirectResponse

from foley_core.errors import ConfigError, MissingError
from foley_core.storage.addresses import is_key
from foley_core.storage.store import Storage
from pipelines.review.list_pages import REVIEW_FOLDER
from pipelines.review.page_assets import (
    HTML_FILES,
    OTHER_FILES,
    SERVICE_LIST_FILES,
    SIGN_IN_FILES,
    page_file,
)
from pipelines.review.write_review import rewrite_videos, sound_script, write_list_of
from pipelines.service.records import Record
from pipelines.service.route_parts import Known, Service, stored_file

router = APIRouter(prefix="/soundtracks/{soundtrack_id}/page", include_in_schema=False)
list_routes = APIRouter(include_in_schema=False)
open_routes = APIRouter(include_in_schema=False)

HEARD = ("tracks/", "stems/", "muxed/", "versions/", "takes/")
"""Folders of an output whose files the page plays."""
CORRECTIONS = "../../corrections"
SIGN_IN, SERVICE_LIST = "sign_in.html", "soundtracks.html"
_DOCUMENT = re.compile(r"videos/[0-9a-f]{64}/[0-9a-f]{12}\.js")
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
_HEADERS = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


@router.get("")
def begin() -> Response:
    """Go to the list."""
    return RedirectResponse("page/review/index.html")


@router.get("/{key:path}")
def show(service: Service, state: Known, key: str) -> Response:
    """Hand out a file of the page, or one that it plays."""
    store = Storage(service.records.folder(state["id"]))
    if key.startswith(REVIEW_FOLDER):
        name = key.removeprefix(REVIEW_FOLDER)
        return _answer(name, _page(store, state, name))
    if not key.startswith(HEARD) or not is_key(key):
        raise HTTPException(404, "the page has no such file")
    return stored_file(store, key, PurePosixPath(key).stem)


@list_routes.get("/page")
def begin_list() -> Response:
    """Go to the list of all soundtracks."""
    return RedirectResponse(f"page/{SERVICE_LIST}")


@list_routes.get("/page/{name}")
def list_file(name: str) -> Response:
    """Hand out a file of the page that lists all soundtracks."""
    if name not in SERVICE_LIST_FILES:
        raise HTTPException(404, "the page has no such file")
    return _answer(name, page_file(name))


@open_routes.get("/session")
def sign_in_page() -> Response:
    """Hand out the page that asks for the token."""
    return _answer(SIGN_IN, page_file(SIGN_IN))


@open_routes.get("/session/{name}")
def sign_in_file(name: str) -> Response:
    """Hand out a file of that page."""
    if name not in SIGN_IN_FILES:
        raise HTTPException(404, "the page has no such file")
    return _answer(name, page_file(name))


def _answer(name: str, data: bytes) -> Response:
    kind = _KINDS.get(PurePosixPath(name).suffix, "application/octet-stream")
    return Response(data, media_type=kind, headers=_HEADERS)


def _page(store: Storage, state: Record, name: str) -> bytes:
    """Return a file of the page; the list and a track's data are written when they are asked for.

    Raises:
        HTTPException: 404, there is none, or the soundtrack is not made yet.
    """
    if name in (*HTML_FILES, *OTHER_FILES):
        return page_file(name, service=CORRECTIONS)
    if name == "sounds.js":
        # A browser asks for it beside the list, before that is written.
        return sound_script()
    key = f"{REVIEW_FOLDER}{name}"
    if not is_key(key):
        raise HTTPException(404, "the page has no such file")
    try:
        if name == "list.js":
            write_list_of(store)
        elif _DOCUMENT.fullmatch(name):
            rewrite_videos(store, [state["video_id"]])
        return store.read(key)
    except (ConfigError, MissingError):
        raise HTTPException(404, "there is no such track yet") from None
