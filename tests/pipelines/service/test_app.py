"""The service over HTTP with a performer that makes nothing: what it takes, refuses and answers."""

import errno
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from stub_service import BEARER, TOKEN, TRACK, StubService, running, served

from pipelines.service.access import COOKIE
from pipelines.service.app import make_app

WEBHOOK = {"webhook_hosts": ("hooks.example",), "webhook_secret": "a secret of the tests"}


def kept(folder: Path) -> list[str]:
    """The files that a service has kept, but for its lease."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if "_lease" not in path.parts)


def test_a_video_becomes_a_track(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        asked = one.post(prompt="heavy boots", regions="japan")
        assert asked.status_code == 202
        state = one.finished(asked.json()["id"])
        assert asked.headers["location"] == state["links"]["self"]
        assert (state["status"], state["video_id"], state["regions"]) == ("ok", "walk", ["japan"])
        (track,) = state["tracks"]
        fetched = one.client.get(track["links"]["track"])
        assert fetched.content == TRACK
        assert fetched.headers["content-type"] == "audio/wav"
        part = one.client.get(track["links"]["track"], headers={"Range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, TRACK[1:4])


def test_the_same_request_is_the_same_soundtrack(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        first = one.post()
        one.finished(first.json()["id"])
        again = one.post()
        assert (first.status_code, again.status_code) == (202, 200)
        assert first.json()["id"] == again.json()["id"]
        others = [one.post(b"another video"), one.post(regions="japan"), one.post(stems="true")]
        assert len({first.json()["id"], *(other.json()["id"] for other in others)}) == 4
        assert len([task for task in one.stub.performed if not task.corrections]) <= 4


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer ünïcode".encode().decode("latin-1")},
        {"Cookie": f"{COOKIE}=wrong"},
        {"Cookie": "\x7f=;;;"},
    ],
)
def test_nobody_without_the_token_sends_anything(tmp_path: Path, headers: dict[str, str]) -> None:
    one = StubService(tmp_path)
    with TestClient(make_app(one.service, TOKEN)) as client:
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        asked = client.post("/soundtracks", files={"video": b"x"}, headers=sent)  # type: ignore[arg-type]
        assert asked.status_code == 401
        assert client.get("/metrics", headers=sent).status_code == 401  # type: ignore[arg-type]
        assert client.get("/health").status_code == 200
        assert client.get("/openapi.json").status_code == 200
    assert kept(tmp_path) == []


def test_a_browser_keeps_the_token_in_a_cookie(tmp_path: Path) -> None:
    one = StubService(tmp_path)
    with TestClient(make_app(one.service, TOKEN), base_url="https://testserver") as client:
        assert client.post("/session", json={"token": "wrong"}).status_code == 401
        signed_in = client.post("/session", json={"token": TOKEN})
        assert signed_in.status_code == 204
        said = signed_in.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Secure"} <= set(said.split("; "))
        assert client.get("/regions").status_code == 200


def test_every_fault_of_a_request_is_said(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        told = one.post(
            regions="atlantis", mood="jolly", tempo_bpm="900", promt="x", end_s="soon", stems="7"
        )
        assert told.status_code == 422
        problems = "\n".join(told.json()["problems"])
        for fault in (
            "'promt'; did you mean 'prompt'",
            "unknown mood",
            "tempo_bpm",
            "end_s",
            "stems",
        ):
            assert fault in problems
        assert "atlantis" in "".join(one.post(regions="atlantis").json()["problems"])
        for wrong in ({"uri": "http://v/w.mp4"}, {}, {"uri": "s3://videos/walk.mp4", "regions": 7}):
            told = one.client.post("/soundtracks", json=wrong)
            assert len(told.json().get("problems", ())) == 1, told.json()
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("s3://videos/walk.mp4", 202),
        ("https://videos.example/walk.mp4", 422),
        ("http://169.254.169.254/latest/meta-data", 422),
        ("file:///etc/passwd", 422),
        ("/etc/passwd", 422),
        ("concat:/etc/passwd|/etc/group", 422),
        ("|ls", 422),
        ("s3://videos/../other/walk.mp4", 422),
        ("s3://videos/walk.mp4\n", 422),
        (7, 422),
    ],
)
def test_an_address_is_refused_as_a_job_refuses_it(
    tmp_path: Path, uri: object, status: int
) -> None:
    with running(tmp_path, schemes=("s3",)) as one:
        assert one.client.post("/soundtracks", json={"uri": uri}).status_code == status


@pytest.mark.parametrize(
    ("name", "video_id"),
    [
        ("../../etc/walk.mp4", "walk"),
        ("C:\\films\\walk.mp4", "walk"),
        ("走る ünï.mov", "走る ünï"),
        ("walk", "walk"),
        ("walk.mp4.exe", "walk.mp4"),
        (".mp4", None),
        ("a\u202egpj.mp4", None),
        ("x" * 300 + ".mp4", None),
        ("..", None),
    ],
)
def test_the_name_of_a_file_leads_nowhere(tmp_path: Path, name: str, video_id: str | None) -> None:
    folder = tmp_path / "kept" / "here"
    with running(folder) as one:
        answer = one.post(name=name)
        if video_id is None:
            assert answer.status_code == 422
            assert one.post(name=name, video_id="mine").status_code == 202
        else:
            assert answer.json()["video_id"] == video_id
            one.finished(answer.json()["id"])
    assert {path.parts[0] for path in map(Path, kept(tmp_path))} == {"kept"}
    assert all("/source/video" in path for path in kept(folder) if "/source/" in path)


def test_what_is_too_large_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, largest_upload_bytes=1 << 20) as one:
        assert one.post(b"x" * (4 << 20)).status_code == 413

        def unsized() -> Iterator[bytes]:
            yield from (b"x" * 65536 for _ in range(100))

        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        assert one.client.post("/soundtracks", content=unsized(), headers=kind).status_code == 413
        assert one.service.queue.reserve()
        assert kept(tmp_path) == []


def test_a_body_without_a_video_has_a_bound_of_its_own(tmp_path: Path) -> None:
    kind = {"Content-Type": "application/json"}
    sign_in = b'{"token": "%s"}' % (b"x" * (2 << 20))
    with running(tmp_path, most_waiting=1) as one:
        asked = b'{"uri": "s3://videos/walk.mp4", "prompt": "%s"}' % (b"x" * (2 << 20))
        assert one.client.post("/soundtracks", content=asked, headers=kind).status_code == 413
        assert one.client.post("/session", content=sign_in, headers=kind).status_code == 413
        state = one.finished(one.post().json()["id"])
        row = {"op": "add", "sound_class": "door_slam", "time": 0.5, "why": "x" * (17 << 20)}
        here = f"{state['links']['self']}/corrections"
        assert one.client.post(here, json={"corrections": [row]}).status_code == 413


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b"x", "text/plain", 415),
        (b"--b\r\nno end", "multipart/form-data; boundary=b", 400),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 422),
        (b"x", "multipart/form-data", 400),
    ],
)
def test_a_body_that_is_none_gives_its_place_back(
    tmp_path: Path, content: bytes, kind: str, status: int
) -> None:
    with running(tmp_path, most_waiting=1) as one:
        for _ in range(3):
            sent = one.client.post("/soundtracks", content=content, headers={"Content-Type": kind})
            assert sent.status_code == status
        assert one.post().status_code == 202


@pytest.mark.parametrize("most", [20, 200])
def test_more_than_may_wait_are_told_so_and_none_accepted_is_lost(
    tmp_path: Path, most: int
) -> None:
    with running(tmp_path, most_waiting=most) as one:
        one.stub.may_go_on.clear()
        with ThreadPoolExecutor(40) as threads:
            answers = list(threads.map(lambda n: one.post(b"video %d" % n), range(200)))
        told = [answer.status_code for answer in answers]
        assert (told.count(202), told.count(429)) == (most, 200 - most)
        assert all(int(a.headers["retry-after"]) >= 1 for a in answers if a.status_code == 429)
        assert one.client.get("/health").json()["waiting"] == most - 1
        one.stub.may_go_on.set()
        accepted = [answer.json()["id"] for answer in answers if answer.status_code == 202]
        assert {one.finished(each)["status"] for each in accepted} == {"ok"}
        assert len(set(accepted)) == len(one.stub.performed) == most
        refused = f'foley_refused_total{{status="429"}} {200 - most}.0'
        assert most == 200 or refused in one.client.get("/metrics").text


def test_progress_is_sent_until_the_end(tmp_path: Path) -> None:
    # The client of `running` has an answer only when it is whole.
    with (
        served(tmp_path) as (one, address),
        httpx2.Client(base_url=address, headers=BEARER, timeout=60) as client,
    ):
        one.stub.may_go_on.clear()
        sent = {"video": ("walk.mp4", b"a video")}
        soundtrack_id = client.post("/soundtracks", files=sent).json()["id"]
        said = []
        with client.stream("GET", f"/soundtracks/{soundtrack_id}/events") as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    said.append(json.loads(line.removeprefix("data: ")))
                    if said[-1]["progress"] == 0.2:
                        one.stub.may_go_on.set()
        assert said[-1]["status"] == "ok"
        assert said[-1]["tracks"][0]["links"]["track"]
        assert ("working", "perceive", 0.2) in {
            (one["status"], one["doing"], one["progress"]) for one in said
        }
        assert client.get(f"/soundtracks/{'0' * 32}/events").status_code == 404


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        soundtrack_id = one.post().json()["id"]
        one.finished(soundtrack_id)
        here = f"/soundtracks/{soundtrack_id}"
        for path in ("tracks/japan", "stems/neutral/mix.wav", "muxed/neutral", "cues",
                     "stems/neutral/..%2F..%2Fwaiting", "tracks/..%2F.."):  # fmt: skip
            assert one.client.get(f"{here}/{path}").status_code in (404, 422), path
        assert one.client.get(f"/soundtracks/{'0' * 32}").status_code == 404
        assert one.client.get("/soundtracks/..%2F..%2Fetc").status_code in (404, 422)


def test_regions_and_captions_that_are_not_there_are_said_so(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        here = one.finished(one.post().json()["id"])["links"]["self"]
        assert one.client.get(f"{here}/cues?region=../../waiting").status_code == 422
        assert one.client.get(f"{here}/captions/neutral").status_code == 404


def test_corrections_that_are_refused_say_why(tmp_path: Path) -> None:
    row = {"op": "add", "sound_class": "door_slam", "time": 0.5}
    with running(tmp_path) as one:
        soundtrack_id = one.post().json()["id"]
        one.finished(soundtrack_id)
        here = f"/soundtracks/{soundtrack_id}/corrections"
        assert one.client.post(here, json={"corrections": [row]}).status_code == 200
        assert one.client.post(here, json={"corrections": []}).status_code == 422
        misspelt = one.client.post(here, json={"corrections": [row, {**row, "tme": 1}]})
        assert "row 2: unknown column 'tme'" in misspelt.json()["problems"][0]
        idle = one.client.post(here, json={"corrections": [{"why": "no op"}]})
        assert "'op' is missing" in idle.json()["problems"][0]
        one.stub.faults = ("row 1, time: too late",)
        refused = one.client.post(here, json={"corrections": [row]})
        assert refused.json()["problems"] == ["row 1, time: too late"]
        assert len(one.stub.performed) == 3
    assert [path for path in kept(tmp_path) if path.startswith("corrections/")] == []


def test_corrections_wait_for_a_soundtrack_and_go_before_others(tmp_path: Path) -> None:
    asked = {"corrections": [{"op": "add", "sound_class": "door_slam", "time": 0.5}]}
    with running(tmp_path, correction_wait_s=0.0) as one:
        first = one.post().json()["id"]
        one.finished(first)
        one.stub.may_go_on.clear()
        waiting = one.post(b"second").json()["id"]
        one.begun(waiting)
        third = one.post(b"third").json()["id"]
        assert one.client.post(f"/soundtracks/{waiting}/corrections", json=asked).status_code == 409
        accepted = one.client.post(f"/soundtracks/{first}/corrections", json=asked)
        assert (accepted.status_code, accepted.json()["corrections_waiting"]) == (202, 1)
        one.stub.may_go_on.set()
        one.finished(third)
        assert [bool(task.corrections) for task in one.stub.performed] == [
            False,
            False,
            True,
            False,
        ]


def test_a_failure_is_tried_again_and_then_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("pipelines.service.task_queue.AGAIN_S", 0.0)
    with running(tmp_path) as one:
        one.stub.failures = 1
        assert one.finished(one.post().json()["id"])["status"] == "ok"
        one.stub.failures = 2
        state = one.finished(one.post(b"second").json()["id"])
        assert (state["status"], state["error"]) == ("broke_off", "the stub broke off")
        # Asked for again, it is tried again.
        assert one.post(b"second").status_code == 202
        assert one.finished(state["id"])["status"] == "ok"


def test_a_restart_goes_on_with_all_that_was_accepted(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.stub.may_go_on.clear()
        one.stub.failures = 100
        accepted = [one.post(b"video %d" % n).json()["id"] for n in range(5)]
    with running(tmp_path) as again:
        assert {again.finished(each)["status"] for each in accepted} == {"ok"}
        assert again.post(b"video 0").status_code == 200


def test_an_end_is_told_to_a_signed_webhook(tmp_path: Path) -> None:
    with running(tmp_path, **WEBHOOK) as one:
        address = "https://hooks.example/foley?job=7"
        soundtrack_id = one.post(webhook=address).json()["id"]
        assert one.told.wait(120)
        ((told, body, headers),) = one.sent
        assert told == address
        assert json.loads(body) == one.client.get(f"/soundtracks/{soundtrack_id}").json()
        assert json.loads(body)["tracks"][0]["links"]["track"]
        assert headers["Foley-Signature"].startswith("t=")
        for other in ("https://evil.example/", "http://169.254.169.254/", "ftp://hooks.example/",
                      "https://a:b@hooks.example/", "https://hooks.example.evil.com/",
                      "file:///etc/passwd"):  # fmt: skip
            assert one.post(b"other", webhook=other).status_code == 422, other


def test_a_soundtrack_can_be_removed_whole(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.stub.may_go_on.clear()
        soundtrack_id = one.post().json()["id"]
        here = f"/soundtracks/{soundtrack_id}"
        assert one.client.delete(here).status_code == 409
        one.stub.may_go_on.set()
        one.finished(soundtrack_id)
        assert one.client.delete(here).status_code == 204
        assert one.client.delete(here).status_code == 404
        assert one.post().status_code == 202
        one.finished(soundtrack_id)
        one.client.delete(here)
    assert kept(tmp_path) == []


def test_one_whose_corrections_broke_off_can_be_removed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("pipelines.service.task_queue.AGAIN_S", 0.0)
    row = {"op": "add", "sound_class": "door_slam", "time": 0.5}
    with running(tmp_path) as one:
        here = one.finished(one.post().json()["id"])["links"]["self"]
        one.stub.failures = 2
        told = one.client.post(f"{here}/corrections", json={"corrections": [row]})
        assert (told.status_code, told.json()["detail"]) == (503, "the stub broke off")
        assert one.client.get(here).json()["corrections_waiting"] == 1
        assert one.client.delete(here).status_code == 204
        again = one.finished(one.post().json()["id"])
        assert again["corrections_waiting"] == 0


def test_it_lists_regions_and_sounds(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        assert "japan" in {region["name"] for region in one.client.get("/regions").json()}
        sounds = {sound["name"]: sound for sound in one.client.get("/sounds").json()}
        assert sounds["door_slam"]["group"] == "doors"
        assert TestClient(one.client.app, headers=BEARER).get("/docs").status_code == 404


def test_a_store_far_away_serves_the_same(tmp_path: Path) -> None:
    with running(f"memory://{tmp_path.name}") as one:
        state = one.finished(one.post().json()["id"])
        assert state["status"] == "ok"
        fetched = one.client.get(state["tracks"][0]["links"]["track"])
        assert (fetched.content, fetched.headers["content-length"]) == (TRACK, str(len(TRACK)))
        assert one.client.delete(state["links"]["self"]).status_code == 204


def test_a_full_disk_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with running(tmp_path, most_waiting=1) as one:
        monkeypatch.setattr(one.service, "_keep_video", full)
        for _ in range(2):
            told = one.post()
            assert told.status_code == 503
            assert "No space left" in told.json()["detail"]
        monkeypatch.undo()
        assert one.post().status_code == 202


def test_a_second_service_waits_for_the_end_of_the_first(tmp_path: Path) -> None:
    second = StubService(tmp_path)
    started = threading.Thread(target=second.service.start)
    with running(tmp_path) as one:
        soundtrack_id = one.post().json()["id"]
        started.start()
        one.finished(soundtrack_id)
        assert started.is_alive()
    started.join(120)
    assert not started.is_alive()
    second.service.close()
