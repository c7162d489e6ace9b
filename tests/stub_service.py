"""A service for tests whose performer makes a few bytes at once, or when a test lets it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from foley_core.errors import BrokeOffError
from foley_core.soundtrack.delivery import track_key
from foley_core.storage.store import Storage
from pipelines.service.app import make_app
from pipelines.service.performing import Doing, Task
from pipelines.service.records import Records
from pipelines.service.settings import ServiceSettings, service_settings
from pipelines.service.soundtrack_service import SoundtrackService

TOKEN = "a-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
TRACK = b"RIFF of a stub"


class StubPerformer:
    """Ends every soundtrack with a track of a few bytes.

    Attributes:
        may_go_on: cleared, it stands still in its next task until it is set.
        failures: how many of its next tasks fail.
        faults: why the next corrections are refused.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self.records = Records(Storage(settings.output))
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.failures = 0
        self.faults: tuple[str, ...] = ()
        self.performed: list[Task] = []

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def perform(self, task: Task, doing: Doing) -> tuple[str, ...]:
        """Write a track and end, as `HerePerformer` does."""
        doing("perceive", 0.2)
        self.may_go_on.wait(120)
        self.performed.append(task)
        if self.failures:
            self.failures -= 1
            raise BrokeOffError("the stub broke off")
        if task.corrections:
            self.records.store.delete(task.corrections)
            return self.faults
        if request := self.records.request(task.soundtrack_id):
            if request.webhook:
                self.records.to_tell(task.soundtrack_id, request.webhook)
            video_id, region = request.row.video_id, request.job.regions[0]
            key = track_key(video_id, region, "wav16")
            Storage(request.job.output).put(key, TRACK)
            self.records.end(task.soundtrack_id, ended(task.soundtrack_id, video_id, region, key))
        return ()

    def close(self) -> None:
        """Let a task that stands still go on."""
        self.may_go_on.set()


def ended(soundtrack_id: str, video_id: str, region: str, key: str) -> dict[str, Any]:
    """A record of a soundtrack that was made."""
    track = {"region": region, "status": "ok", "error": None, "notes": [], "cues": 1,
             "track": key, "sha256": "0" * 64, "size_bytes": len(TRACK), "stems": [],
             "muxed": None}  # fmt: skip
    return {"id": soundtrack_id, "video_id": video_id, "regions": [region], "status": "ok",
            "accepted_at": "2026-12-01T09:00:00.000+00:00",
            "ended_at": datetime.now(UTC).isoformat(), "tracks": [track]}  # fmt: skip


class StubService:
    """A running service, its client with the token, its performer, and what webhooks were sent."""

    def __init__(self, folder: Path | str, **settings: Any) -> None:
        given = {"output": str(folder), "schemes": ("s3", "file"), **settings}
        self.settings = service_settings(given)
        self.stub = StubPerformer(self.settings)
        self.sent: list[tuple[str, bytes, dict[str, str]]] = []
        self.told = threading.Event()
        self.service = SoundtrackService(self.settings, [self.stub], self._send)
        self.client = TestClient(make_app(self.service, TOKEN), headers=BEARER)

    def _send(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        self.sent.append((address, body, headers))
        self.told.set()
        return 204

    def post(self, data: bytes = b"a video", name: str = "walk.mp4", **fields: str) -> Any:
        """Ask for the soundtrack of a video that is sent along."""
        return self.client.post("/soundtracks", files={"video": (name, data)}, data=fields)

    def finished(self, soundtrack_id: str) -> dict[str, Any]:
        """Return the last event of a soundtrack, once it has ended."""
        with self.client.stream("GET", f"/soundtracks/{soundtrack_id}/events") as answer:
            for _ in answer.iter_lines():
                pass
        said: dict[str, Any] = self.client.get(f"/soundtracks/{soundtrack_id}").json()
        return said

    def begun(self, soundtrack_id: str) -> None:
        """Return when a soundtrack is worked at."""
        while self.client.get(f"/soundtracks/{soundtrack_id}").json()["status"] != "working":
            time.sleep(0.01)


@contextmanager
def running(folder: Path | str, **settings: Any) -> Iterator[StubService]:
    """A service that runs within the block."""
    one = StubService(folder, **settings)
    with one.client:
        yield one


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[tuple[StubService, str]]:
    """A service behind a real server within the block, and its address."""
    one = StubService(folder, **settings)
    with behind_server(one.client.app) as address:
        yield one, address


@contextmanager
def behind_server(application: Any) -> Iterator[str]:
    """The address of a real server with an application within the block."""
    config = uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(120)
