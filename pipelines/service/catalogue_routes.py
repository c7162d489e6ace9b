"""Routes on what the service knows: regions, sounds, and how it is itself."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from foley_core import __version__
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import vocabulary
from pipelines.service.access import COOKIE, is_token
from pipelines.service.answers import HealthAnswer, RegionAnswer, SoundAnswer
from pipelines.service.route_parts import Service

router = APIRouter(tags=["service"])
open_routes = APIRouter(tags=["service"])
"""Routes that answer without a token; see `OPEN_PATHS`."""


@router.get("/regions")
def regions(service: Service) -> list[RegionAnswer]:
    """List the regions that a soundtrack can be made for."""
    refused = service.reader.resolved.refused
    return [
        RegionAnswer(
            name=pack.name,
            version=pack.version,
            places=list(pack.regions),
            loudness_lufs=pack.mix.loudness_lufs,
            true_peak_dbtp=pack.mix.true_peak_dbtp,
        )
        for name, pack in service.reader.resolved.packs.items()
        if name not in refused
    ]


@router.get("/sounds")
def sounds() -> list[SoundAnswer]:
    """List the classes of sounds, with everyday words for them."""
    words = vocabulary().words_by_class()
    return [
        SoundAnswer(
            name=one.name,
            group=one.group,
            kind=one.kind,
            materials=list(one.materials),
            words=words[one.name],
        )
        for one in taxonomy().all_classes.values()
    ]


@open_routes.get("/health")
def health(service: Service) -> HealthAnswer:
    """Say that the service lives, to anybody, and how much there is to do."""
    waiting, working = service.queue.counts()
    return HealthAnswer(version=__version__, waiting=waiting, working=working)


@router.get("/metrics", response_class=Response)
def metrics(service: Service) -> Response:
    """Return counts in Prometheus' text format."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


class SignIn(BaseModel):
    """The token, as a page asks for it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"token": "the-token-that-serve-printed"}]}
    )

    token: Annotated[str, Field(max_length=200)]


@open_routes.post("/session", status_code=204)
def sign_in(request: Request, asked: SignIn) -> Response:
    """Keep the token in a cookie of the browser, which no script can read."""
    token = request.app.state.token
    if token and not is_token(token, asked.token):
        raise HTTPException(401, "this is not the service's token")
    answer = Response(status_code=204)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, asked.token, httponly=True, samesite="strict", secure=secure)
    return answer
