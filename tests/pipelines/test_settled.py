"""What a driver needs is light, and a job's request follows what shapes sound."""

import subprocess
import sys

import pytest

from foley_core.errors import StylePackError
from pipelines.config import Job
from pipelines.settled import request_base, settle


def job(**changes: object) -> Job:
    return Job.model_validate({"manifest": "m.csv", "output": "out", **changes})


def test_a_driver_imports_no_model() -> None:
    code = "import sys, pipelines.run; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_known_pack_is_settled_so_that_rows_may_name_it() -> None:
    settled = settle(job(regions=["japan"]), "run")
    assert {"japan", "neutral", "nordic-coast"} <= set(settled.packs)
    assert settled.model.startswith("embedded ")


def test_an_unknown_region_stops_the_job() -> None:
    with pytest.raises(StylePackError, match="japan"):
        settle(job(regions=["japn"]), "run")


def test_the_original_is_kept_only_if_asked_for() -> None:
    assert settle(job(), "run").deliveries["neutral"].original_db is None
    kept = settle(job(sound={"original": "keep", "original_db": -6}), "run")
    assert kept.deliveries["neutral"].original_db == -6


def test_requests_change_with_what_shapes_sound_only() -> None:
    base = request_base(settle(job(), "run-1"))
    assert base == request_base(settle(job(clip_s=30, pools={"mix": 2}), "run-2"))
    assert base != request_base(settle(job(sound={"filters": "rain: off"}), "run-1"))
