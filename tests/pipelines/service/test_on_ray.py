"""The same application on Ray Serve makes the same soundtrack, in a replica."""

import hashlib
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import videos
import yaml
from documents import ROOT
from networks import tiny_generator
from stub_service import TOKEN

from foley_core.errors import ConfigError
from pipelines.ports import free_ports
from pipelines.processes import MARK, end_marked

PROGRAM = """
import os, sys, time
import httpx2, ray
from ray import serve
from pipelines.ray_start import private_and_patient
from pipelines.service.on_ray import ClusterSettings, service

output, weights, video = sys.argv[1:]
with private_and_patient(os.environ["MARKED"]):
    ray.init(address="local", num_cpus=4, include_dashboard=False, object_store_memory=80_000_000)
settings = ClusterSettings(
    output=output, model_path=weights, quality="draft", most_performers=1, performer_cpus=1
)
serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PORT"])})
serve.run(service(settings), name="foley", route_prefix="/")
headers = {"Authorization": "Bearer " + os.environ["FOLEY_TOKEN"]}
address = f"http://127.0.0.1:{os.environ['PORT']}"
with httpx2.Client(base_url=address, headers=headers, timeout=120) as client:
    assert httpx2.get(f"{address}/regions").status_code == 401
    with open(video, "rb") as file:
        asked = client.post("/soundtracks", files={"video": ("walk.mp4", file)})
    assert asked.status_code == 202, asked.text
    here = asked.json()["links"]["self"]
    with client.stream("GET", f"{here}/events") as events:
        lines = list(events.iter_lines())
    assert any("generate" in line for line in lines), lines
    state = client.get(here).json()
    assert state["status"] == "ok", state
    assert client.get(state["tracks"][0]["links"]["track"]).content[:4] == b"RIFF"
    row = {"op": "add", "sound_class": "door_slam", "time": 0.5, "by": "ana"}
    fixed = client.post(f"{here}/corrections", json={"corrections": [row]})
    assert fixed.status_code == 200, fixed.text
    print("sha256", state["tracks"][0]["sha256"])
serve.shutdown()
ray.shutdown()
"""


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_replica_makes_the_track_of_foley_one(tmp_path: Path) -> None:
    pytest.importorskip("ray.serve")
    (tmp_path / "tiny").mkdir()
    tiny_generator(tmp_path / "tiny" / "generator.safetensors")
    walk = videos.render(tmp_path / "walk.mp4", seconds=1.0)
    weights, mark = str(tmp_path / "tiny"), secrets.token_hex(8)
    (port,) = free_ports(1)
    own = {"FOLEY_TOKEN": TOKEN, "PORT": str(port), MARK: mark, "MARKED": f"{MARK}={mark}"}
    program = [sys.executable, "-c", PROGRAM, str(tmp_path / "kept"), weights, str(walk)]
    try:
        done = subprocess.run(
            program, env=os.environ | own, capture_output=True, text=True, check=False
        )
    finally:
        end_marked(f"{MARK}={mark}")
    assert done.returncode == 0, done.stdout + done.stderr
    one = [sys.executable, "-m", "pipelines.cli", "one", str(walk), "-o", str(tmp_path / "one"),
           "--model-path", weights, "--quality", "draft"]  # fmt: skip
    subprocess.run(one, check=True, capture_output=True)
    (track,) = (tmp_path / "one" / "tracks").rglob("*.wav")
    sha256 = hashlib.sha256(track.read_bytes()).hexdigest()
    assert f"sha256 {sha256}" in done.stdout


def test_its_configuration_can_be_used() -> None:
    on_ray = pytest.importorskip("pipelines.service.on_ray")
    document = yaml.safe_load((ROOT / "cluster" / "serve.yaml").read_text(encoding="utf-8"))
    schema = pytest.importorskip("ray.serve.schema")
    (application,) = schema.ServeDeploySchema.model_validate(document).applications
    settings = on_ray.ClusterSettings.model_validate(application.args)
    assert application.import_path == f"{on_ray.__name__}:{on_ray.service.__name__}"
    assert settings.output.startswith("s3://")
    with pytest.raises(ConfigError, match="the same place"):
        on_ray.service(settings.model_copy(update={"output": "memory://x"}))
