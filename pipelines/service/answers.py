"""Requests and answers of the service, as its OpenAPI document describes them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from foley_core.cues.corrections import OPERATIONS
from foley_core.styles.wishes import Wishes
from pipelines.config import ORIGINAL, DeliverySettings, Sound
from pipelines.service.requests import CORRECTION_COLUMNS, FIELDS

EXAMPLE_ID = "3f1c0c7a9d5e4b7f8a2b6c1d0e9f8a7b"
_SOUNDTRACK: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "video_id": "walk",
    "regions": ["japan"],
    "status": "working",
    "progress": 0.4,
    "doing": "generate 1 of 1",
    "accepted_at": "2026-12-01T09:00:00.000+00:00",
    "links": {"self": f"/soundtracks/{EXAMPLE_ID}"},
}

Status = Literal["waiting", "working", "broke_off", "ok", "set_aside"]


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class TrackAnswer(BaseModel):
    """One region's track, or why there is none."""

    model_config = _example(
        region="japan",
        status="ok",
        duration_s=8.0,
        loudness_lufs=-23.0,
        true_peak_dbtp=-9.1,
        qc="pass",
        cues=14,
        links={"track": f"/soundtracks/{EXAMPLE_ID}/tracks/japan"},
    )

    region: str
    status: Literal["ok", "set_aside"]
    error: str | None = None
    notes: list[str] = []
    duration_s: float | None = None
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    model: str | None = None
    style_pack: str | None = None
    seed: int | None = None
    corrections: int | None = Field(None, description="files of corrections that are in it")
    qc: Literal["pass", "warn", "fail"] | None = Field(None, description="quality control")
    qc_reasons: list[str] | None = Field(None, description="why it is not `pass`")
    cues: int = Field(0, description="how many things sound")
    stems_generated: int | None = Field(None, description="stems that were made for it anew")
    stems_reused: int | None = Field(None, description="stems that were there already")
    features_computed: int | None = Field(None, description="clips that were decoded for it")
    sha256: str | None = None
    size_bytes: int | None = None
    links: dict[str, str] = Field(
        {}, description="addresses of track, cues, captions, stems, muxed"
    )


class SoundtrackAnswer(BaseModel):
    """A soundtrack: how far it is, and where its tracks are.

    `broke_off`: the service could not go on with it; it is tried when asked for again, or when the
    service starts anew. `set_aside`: at least one region has no track, see its `error`.
    """

    model_config = _example(**_SOUNDTRACK)

    id: str
    video_id: str
    regions: list[str]
    status: Status
    progress: float = Field(0.0, ge=0.0, le=1.0)
    doing: str = ""
    before: int = Field(0, description="tasks that come before it")
    error: str | None = None
    accepted_at: str | None = None
    ended_at: str | None = None
    corrections_waiting: int = 0
    corrections_refused: list[str] = Field([], description="why the last ones were, if they were")
    tracks: list[TrackAnswer] = []
    links: dict[str, str] = {}


class SoundtracksAnswer(BaseModel):
    """A page of the list of all soundtracks."""

    model_config = _example(soundtracks=[_SOUNDTRACK], next=None)

    soundtracks: list[SoundtrackAnswer]
    next: str | None = Field(None, description="`before` of the next page; null on the last one")


class RegionAnswer(BaseModel):
    """A region: a style pack that a soundtrack can be made for."""

    model_config = _example(
        name="japan", version="2.0.0", places=["JP"], loudness_lufs=-23.0, true_peak_dbtp=-1.0
    )

    name: str
    version: str
    places: list[str] = Field(description="countries, ISO 3166")
    loudness_lufs: float
    true_peak_dbtp: float


class SoundAnswer(BaseModel):
    """A class of sounds that filters and corrections can name."""

    model_config = _example(
        name="door_slam",
        group="doors",
        kind="action",
        materials=["wood", "metal"],
        words=["slam", "摔门"],
    )

    name: str
    group: str
    kind: str
    materials: list[str]
    words: list[str] = Field(description="everyday words for it, English and Chinese")


class HealthAnswer(BaseModel):
    """A sign of life."""

    model_config = _example(status="ok", version="0.1.0", waiting=3, working=1)

    status: Literal["ok"] = "ok"
    version: str
    waiting: int
    working: int


class ErrorAnswer(BaseModel):
    """An error, in a sentence, with every fault."""

    model_config = _example(
        detail="the request cannot be done",
        problems=["tier must be one of full, light, is 'ligth'"],
    )

    detail: str
    problems: list[str] = []


MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "there is no such soundtrack, track or stem"}
}
Cell = str | float | int | None
_CELL = {"anyOf": [{"type": "string", "maxLength": 2000}, {"type": "number"}, {"type": "null"}]}
_CORRECTION: dict[str, Any] = {"op": "add", "sound_class": "door_slam", "time": 1.2}
CORRECTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: _CELL for name in CORRECTION_COLUMNS} | {"op": {"enum": [*OPERATIONS]}},
    "required": ["op"],
    "additionalProperties": False,
    "examples": [_CORRECTION],
}
"""One change: a row of a file of corrections; see `pipelines/corrections/README.md`."""


class CorrectionsAsked(BaseModel):
    """Corrections of one soundtrack: all are applied, or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"by": "ana", "corrections": [_CORRECTION]}]},
    )

    by: str = Field("client", max_length=2000, description="who says so, where a row does not")
    corrections: Annotated[
        list[Annotated[dict[str, Cell], WithJsonSchema(CORRECTION_SCHEMA)]],
        Field(min_length=1, max_length=1000),
    ]


def request_schema(with_video: bool) -> dict[str, Any]:
    """Return the JSON schema of a request for a soundtrack."""
    known = {
        **Wishes.model_json_schema()["properties"],
        **DeliverySettings.model_json_schema()["properties"],
        **{name: Sound.model_json_schema()["properties"][name] for name in ORIGINAL},
    }
    own: dict[str, Any] = {
        "uri": {"type": "string", "description": "address of the video, such as s3://bucket/key"},
        "video_id": {"type": "string", "description": "name of the video; else its file's"},
        "regions": {
            "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}],
            "description": "style packs, a list or names with commas",
        },
        "quality": {"enum": ["draft", "standard", "fine"]},
        "webhook": {"type": "string", "description": "address that is told of the end"},
        "start_s": {"type": "number", "minimum": 0, "description": "from here on, seconds"},
        "end_s": {"type": "number", "minimum": 0, "description": "until here, seconds"},
    }
    properties = {name: own.get(name) or _plain(known[name]) for name in FIELDS}
    needed = ["uri"]
    if with_video:
        video = {"type": "string", "format": "binary", "description": "the video itself"}
        properties, needed = {"video": video, **properties}, ["video"]
        del properties["uri"]
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema without its default and title, which requests do not need."""
    return {name: value for name, value in schema.items() if name not in ("default", "title")}


def answer_of(state: Mapping[str, Any]) -> SoundtrackAnswer:
    """Return what a client sees of a state: with addresses in place of keys."""
    here = f"/soundtracks/{state['id']}"
    tracks = [{**one, "links": _links(here, one)} for one in state.get("tracks", [])]
    paths = {"self": "", "events": "/events", "cues": "/cues", "page": "/page"}
    links = {name: f"{here}{path}" for name, path in paths.items()}
    return SoundtrackAnswer.model_validate({**state, "tracks": tracks, "links": links})


def _links(here: str, track: Mapping[str, Any]) -> dict[str, str]:
    if track["status"] != "ok":
        return {}
    region = track["region"]
    links = {"track": f"{here}/tracks/{region}", "cues": f"{here}/cues?region={region}"}
    links["captions"] = f"{here}/captions/{region}"
    links |= {f"stems/{name}": f"{here}/stems/{region}/{name}" for name in track["stems"]}
    return links | ({"muxed": f"{here}/muxed/{region}"} if track["muxed"] else {})
