"""The service behind a real server: cut-off uploads, kill -9 amid work, the same bytes as one."""

import gc
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest
import videos
from documents import SERVICE_README, blocks, text_of
from networks import tiny_generator
from starlette.testclient import TestClient
from stub_service import BEARER, TOKEN, served
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.cli import app
from pipelines.lease import leased
from pipelines.service.app import make_app
from pipelines.service.here_performer import HerePerformer
from pipelines.service.server import run_server
from pipelines.service.settings import service_settings
from pipelines.service.soundtrack_service import SoundtrackService

HEAD = (
    "POST /soundtracks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 4000000\r\n\r\n"
    '--b\r\nContent-Disposition: form-data; name="video"; filename="walk.mp4"\r\n\r\n'
)


# A spooled file whose upload was cut off is closed when it is collected; it never had a name.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    with served(tmp_path, most_waiting=1) as (one, address):
        for _ in range(3):
            place = urlsplit(address)
            with socket.create_connection((place.hostname, place.port)) as line:
                line.sendall(HEAD.format(token=TOKEN).encode() + b"x" * 2_000_000)
        deadline = time.monotonic() + 600
        while not one.service.queue.reserve():
            assert time.monotonic() < deadline, "the place of a cut-off upload is not given back"
            time.sleep(0.05)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert [path for path in files if path.parent.name != "_lease"] == []
        gc.collect()


def test_the_process_that_answers_loads_no_networks(tmp_path: Path) -> None:
    program = """
import sys
from pipelines.service.server import make_app
from pipelines.service.settings import service_settings
from pipelines.service.soundtrack_service import SoundtrackService
from pipelines.service.worker import WorkerPerformer
settings = service_settings({"output": sys.argv[1]})
make_app(SoundtrackService(settings, [WorkerPerformer(settings)]), None)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


def test_a_port_that_another_has_is_said_so(tmp_path: Path) -> None:
    settings = service_settings({"output": str(tmp_path)})
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError) as caught:
            run_server(settings, None, "127.0.0.1", port)
    assert str(caught.value) == (
        f"cannot listen at 127.0.0.1:{port} (Address already in use); give another --port or --host"
    )


def test_a_host_that_is_not_known_is_said_so(tmp_path: Path) -> None:
    settings = service_settings({"output": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"at no\.invalid:0 \([A-Z][a-z ]+\); give another"):
        run_server(settings, None, "no.invalid", 0)


def test_a_second_service_waits_before_it_says_that_it_serves_and_heeds_ctrl_c(
    tmp_path: Path,
) -> None:
    with leased(Storage(str(tmp_path)), "foley serve"):
        call = [sys.executable, "-m", "pipelines.cli", "serve", "-o", str(tmp_path),
                "--port", "0", "--no-token"]  # fmt: skip
        with subprocess.Popen(call, stderr=subprocess.PIPE, text=True) as second:
            assert second.stderr
            said = [second.stderr.readline(), second.stderr.readline()]
            second.send_signal(signal.SIGINT)
            said += second.stderr.readlines()
    assert second.returncode == 130
    assert "is being written to by another command (foley serve" in said[1]
    assert not any("serving soundtracks" in line for line in said)
    assert said[-1].startswith("stopped by Ctrl-C")


class Server:
    """`foley serve` in a process of its own, with weights that make noise quickly."""

    def __init__(self, folder: Path) -> None:
        self.output = folder / "kept"
        weights = folder / "tiny"
        weights.mkdir()
        tiny_generator(weights / "generator.safetensors")
        self.call = [sys.executable, "-m", "pipelines.cli", "serve", "-o", str(self.output),
                     "--port", "0", "--model-path", str(weights), "--quality", "draft"]  # fmt: skip
        self.environment = {**os.environ, "FOLEY_TOKEN": TOKEN}

    @contextmanager
    def started(self) -> Iterator[tuple[psutil.Popen, httpx2.Client]]:
        """The process, and a client; it is told to end after the block, if it has not ended."""
        process = psutil.Popen(self.call, env=self.environment, stderr=subprocess.PIPE, text=True)
        try:
            said = process.stderr.readline()
            (address,) = re.findall(r"http://[\d.:]+", said)
            with httpx2.Client(base_url=address, headers=BEARER, timeout=60) as client:
                yield process, client
        finally:
            if process.is_running():
                process.send_signal(signal.SIGTERM)
            process.wait(120)
            process.stderr.close()


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


@pytest.mark.slow
def test_killed_amid_work_it_goes_on_with_all_that_it_accepted(
    server: Server, tmp_path: Path
) -> None:
    walk = videos.render(tmp_path / "walk.mp4", seconds=1.0).read_bytes()
    accepted = []
    with server.started() as (process, client):
        for number in range(4):
            answer = client.post(
                "/soundtracks", files={"video": ("walk.mp4", walk)}, data={"seed": number}
            )
            assert answer.status_code == 202
            accepted.append(answer.json()["id"])
        # On a slow machine the first may have ended before all were accepted.
        _until(client, accepted[0], "working", "ok")
        workers = process.children(recursive=True)
        process.kill()
        process.wait(120)
        psutil.wait_procs(workers, 120)
        assert [worker for worker in workers if worker.is_running()] == []
    with server.started() as (process, client):
        for each in accepted:
            _until(client, each, "ok")
        # A worker lays a task down a moment after its end is kept.
        while client.get("/health").json()["working"]:
            time.sleep(0.05)
        assert client.get("/health").json() | {"version": ""} == {
            "status": "ok", "version": "", "waiting": 0, "working": 0
        }  # fmt: skip
        _example_client_makes_a_track(client, tmp_path)


def _until(client: httpx2.Client, soundtrack_id: str, *statuses: str) -> None:
    deadline = time.monotonic() + 600
    while (state := client.get(f"/soundtracks/{soundtrack_id}").json())["status"] not in statuses:
        assert state["status"] in ("waiting", "working"), state
        assert time.monotonic() < deadline, state
        time.sleep(0.1)


def _example_client_makes_a_track(client: httpx2.Client, folder: Path) -> None:
    """Run the client of the README against a server, and fetch what it found."""
    (code,) = blocks(text_of(SERVICE_README), "python")
    assert len(code.splitlines()) <= 40
    program = folder / "client.py"
    program.write_text(code)
    address = str(client.base_url)
    done = subprocess.run(
        [sys.executable, program, address, folder / "walk.mp4", "japan"],
        env={**os.environ, "FOLEY_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=True,
    )
    *progress, place = done.stdout.split("\n")[:-1]
    assert progress[-1].startswith("100% ok")
    assert client.get(place).content[:4] == b"RIFF"


@pytest.mark.slow
def test_its_bytes_are_those_of_foley_one_and_a_correction_changes_one_stem(
    tmp_path: Path,
) -> None:
    walk = videos.render(tmp_path / "walk.mp4", seconds=2.0)
    asked = ["one", str(walk), "-o", str(tmp_path / "one"), "--tier", "light", "--stems",
             "--region", "japan", "--prompt", "a door slams"]  # fmt: skip
    assert CliRunner().invoke(app, asked).exit_code == 0
    settings = service_settings({"output": str(tmp_path / "kept")})
    service = SoundtrackService(settings, [HerePerformer(settings)])
    with TestClient(make_app(service, TOKEN), headers=BEARER) as client:
        fields = {"tier": "light", "stems": "true", "regions": "japan", "prompt": "a door slams"}
        answer = client.post(
            "/soundtracks", files={"video": ("walk.mp4", walk.read_bytes())}, data=fields
        )
        here = answer.json()["links"]["self"]
        with client.stream("GET", f"{here}/events") as events:
            assert "".join(events.iter_lines())
        made = client.get(here).json()["tracks"][0]
        (track,) = (tmp_path / "one" / "tracks").rglob("*.wav")
        assert client.get(made["links"]["track"]).content == track.read_bytes()
        stems = {
            name: client.get(link).content
            for name, link in made["links"].items()
            if name.startswith("stems/")
        }
        one = {path.name: path.read_bytes() for path in (tmp_path / "one" / "stems").rglob("*.wav")}
        assert {name.removeprefix("stems/"): sound for name, sound in stems.items()} == one
        row = {"op": "add", "sound_class": "dog_bark", "time": 1.0, "by": "ana"}
        corrected = client.post(f"{here}/corrections", json={"corrections": [row]})
        assert corrected.status_code == 200, corrected.json()
        (now,) = corrected.json()["tracks"]
        assert now["sha256"] != made["sha256"]
        made_anew = (now["features_computed"], now["stems_generated"], now["stems_reused"] > 0)
        assert made_anew == (0, 1, True)
        assert len(now["links"]) == len(made["links"]) + 1
        captions = client.get(f"{here}/captions/japan", params={"language": "en"})
        assert captions.text.startswith("WEBVTT")
        assert captions.headers["content-type"].startswith("text/vtt")
        assert "chirping" in captions.text
        japanese = client.get(f"{here}/captions/japan", params={"kind": "srt"})
        assert not japanese.text.isascii()
        unknown = client.get(f"{here}/captions/japan", params={"language": "tlh"})
        assert unknown.status_code == 422
        cues = client.get(f"{here}/cues").json()["cues"]
        assert "dog_bark" in {cue["sound_class"] for cue in cues}
