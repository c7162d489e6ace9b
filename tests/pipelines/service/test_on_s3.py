"""The service keeps all that it has in a bucket: the same soundtracks, corrections and page."""

from pathlib import Path

import pytest
import videos
from networks import tiny_generator
from starlette.testclient import TestClient
from stub_service import BEARER, TOKEN, running

from foley_core.storage.store import Storage
from pipelines.service.app import make_app
from pipelines.service.here_performer import HerePerformer
from pipelines.service.settings import service_settings
from pipelines.service.soundtrack_service import SoundtrackService

pytestmark = pytest.mark.s3


def test_what_was_accepted_is_gone_on_with_after_a_restart(s3_bucket: str) -> None:
    place = f"{s3_bucket}/restarted"
    with running(place) as one:
        one.stub.failures = 2
        asked = one.post().json()["id"]
        assert one.finished(asked)["status"] == "broke_off"
    assert [item.key for item in Storage(place).list("_lease/")] == []
    with running(place) as one:
        assert one.finished(asked)["status"] == "ok"
        (found,) = one.client.get("/soundtracks").json()["soundtracks"]
        assert found["id"] == asked
        assert one.client.delete(f"/soundtracks/{asked}").status_code == 204
    assert [item.key for item in Storage(place).list()] == []


@pytest.mark.slow
def test_a_track_is_made_corrected_and_shown(s3_bucket: str, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    tiny_generator(tmp_path / "tiny" / "generator.safetensors")
    walk = videos.render(tmp_path / "walk.mp4", seconds=1.0)
    settings = service_settings(
        {"output": f"{s3_bucket}/served", "model_path": str(tmp_path / "tiny"), "quality": "draft"}
    )
    service = SoundtrackService(settings, [HerePerformer(settings)])
    with TestClient(make_app(service, TOKEN), headers=BEARER) as client:
        sent = {"video": ("walk.mp4", walk.read_bytes())}
        here = client.post("/soundtracks", files=sent, data={"stems": "true"}).json()["links"]
        with client.stream("GET", here["events"]) as events:
            assert "".join(events.iter_lines())
        (track,) = client.get(here["self"]).json()["tracks"]
        sound = client.get(track["links"]["track"]).content
        assert (sound[:4], len(sound)) == (b"RIFF", track["size_bytes"])
        part = client.get(track["links"]["track"], headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, sound[4:8])
        row = {"op": "add", "sound_class": "door_slam", "time": 0.5}
        corrected = client.post(f"{here['self']}/corrections", json={"corrections": [row]})
        assert corrected.status_code == 200, corrected.text
        assert corrected.json()["tracks"][0]["sha256"] != track["sha256"]
        page = f"{here['page']}/review"
        assert client.get(f"{page}/list.js").text.startswith("foleyData(")
