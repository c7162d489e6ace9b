"""Each track is made anew by the job that made it, also where a video has tracks of two."""

from types import SimpleNamespace
from typing import Any

import pytest

from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.corrections.jobs_of_videos import remakes

LAST = Job(manifest="m.csv", output="out", pack_folders=("packs",))
ASKED = Job(manifest="out/asked", output="out")


def test_tracks_of_a_job_and_of_foley_one_keep_their_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = "pipelines.corrections.jobs_of_videos"
    monkeypatch.setattr(f"{module}.last_job", lambda store: LAST)
    monkeypatch.setattr(f"{module}.asked_row", lambda store, name: SimpleNamespace(job=ASKED))
    of_job, of_one = {"asked_by": None, "duration_s": 1.0}, {"asked_by": "one", "duration_s": 1.0}
    videos: dict[str, Any] = {
        "v": SimpleNamespace(video_id="v", rows={"neutral": of_one, "mine": of_job}),
        "w": SimpleNamespace(video_id="w", rows={"japan": of_job}),
    }
    made = {remake.job.manifest: remake for remake in remakes(Storage("memory://jobs"), videos)}
    assert made.keys() == {"m.csv", "out/asked"}
    assert made["out/asked"].only == {("v", "neutral")}
    assert made["out/asked"].job.regions == ("neutral",)
    assert made["m.csv"].only == {("v", "mine"), ("w", "japan")}
    assert made["m.csv"].job.pack_folders == ("packs",)
