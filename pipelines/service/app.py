"""The service as a web application: routes, limits, errors. It knows no models.

A body is read by the route that wants it, after the token and a place in the queue are there.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from foley_core import __version__
from foley_core.errors import ConfigError, StorageError
from pipelines.service.access import TokenGate
from pipelines.service.answers import ErrorAnswer
from pipelines.service.catalogue_routes import open_routes
from pipelines.service.catalogue_routes import router as catalogue_routes
from pipelines.service.fetch_routes import router as fetch_routes
from pipelines.service.page_routes import list_routes
from pipelines.service.page_routes import open_routes as sign_in_routes
from pipelines.service.page_routes import router as page_routes
from pipelines.service.soundtrack_routes import FIELDS_BYTES
from pipelines.service.soundtrack_routes import router as soundtrack_routes
from pipelines.service.soundtrack_service import BusyError, SoundtrackService

FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": about}
    for status, about in (
        (400, "a body that cannot be read"),
        (401, "no token, or a wrong one"),
        (413, "more bytes than the service takes"),
        (422, "something given is wrong; every fault is listed"),
        (503, "the store failed"),
    )
}
_bearer = HTTPBearer(auto_error=False, description="the token that `foley serve` printed")


def make_app(service: SoundtrackService, token: str | None) -> FastAPI:
    """Return the application of a service, which it starts and closes.

    Args:
        token: that clients give; None lets everybody in.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        try:
            yield
        finally:
            service.close()

    app = FastAPI(
        title="foley",
        summary="Soundtracks for silent video",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        max_body_size=service.settings.largest_upload_bytes + FIELDS_BYTES,
        responses=FAULTS,
    )
    app.state.service = service
    app.state.token = token
    asked = [Depends(_bearer)] if token else []
    app.include_router(soundtrack_routes, dependencies=asked)
    app.include_router(fetch_routes, dependencies=asked)
    app.include_router(catalogue_routes, dependencies=asked)
    app.include_router(page_routes, dependencies=asked)
    app.include_router(list_routes, dependencies=asked)
    # Whoever has no token sends little.
    app.include_router(open_routes, max_body_size=FIELDS_BYTES)
    app.include_router(sign_in_routes, max_body_size=FIELDS_BYTES)
    for kind, answer in _ERRORS.items():
        app.add_exception_handler(kind, answer)
    app.add_middleware(TokenGate, token=token)
    app.openapi_schema = _with_faults_as_json(app.openapi())
    return app


def _with_faults_as_json(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description, in which a fault has its own media type, not that of its route."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if status >= "400" and answer.get("content"):
                    (schema,) = answer["content"].values()
                    answer["content"] = {"application/json": schema}
    return document


def _told(
    request: Request, status: int, detail: str, problems: tuple[str, ...] = ()
) -> JSONResponse:
    said = {"detail": detail, "problems": list(problems)}
    return JSONResponse(request.app.state.service.hidden.out_of(said), status)


def _busy(request: Request, error: Any) -> Response:
    request.app.state.service.metrics.refused.labels("429").inc()
    answer = _told(request, 429, str(error))
    answer.headers["Retry-After"] = str(error.again_s)
    return answer


def _wrong(request: Request, error: Any) -> Response:
    request.app.state.service.metrics.refused.labels("422").inc()
    return _told(request, 422, str(error).partition("\n")[0], error.problems)


def _not_valid(request: Request, error: Any) -> Response:
    request.app.state.service.metrics.refused.labels("422").inc()
    problems = (
        f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}"
        for fault in error.errors()
    )
    return _told(request, 422, "the request cannot be done", tuple(problems))


def _stored(request: Request, error: Any) -> Response:
    return _told(request, 503, f"{error}; try again later")


_ERRORS: dict[type[Exception], Callable[[Request, Any], Response]] = {
    BusyError: _busy,
    ConfigError: _wrong,
    RequestValidationError: _not_valid,
    StorageError: _stored,
}
