"""Outputs to review: one that a job really made, and lists of any length that none did.

And the browser that looks at them: Debian's Chromium, where it and Playwright are installed.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import videos
from networks import tiny_generator

from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.corrections.correct import apply_corrections
from pipelines.metadata.commits import CommitLog
from pipelines.run import run_catalogue

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")


def made_output(folder: Path, **delivery: object) -> Storage:
    """The output of a job on one video of two seconds, to which a person added a slam and a tap."""
    (folder / "tiny").mkdir()
    tiny_generator(folder / "tiny" / "generator.safetensors")
    video = videos.render(folder / "v.mp4", seconds=2)
    (folder / "m.csv").write_text(f"video_id,uri\nv,{video}\n")
    job = Job.model_validate(
        {
            "manifest": str(folder / "m.csv"),
            "output": str(folder / "out"),
            "model_path": str(folder / "tiny"),
            "quality": "draft",
            "delivery": delivery,
        }
    )
    assert run_catalogue(job, here="cpu").ok == 1
    lines = ["video_id,op,by,sound_class,time", "v,add,ana,door_slam,0.5", "v,add,ana,tap,1.2"]
    (folder / "c.csv").write_text("\n".join(lines) + "\n")
    assert apply_corrections(str(folder / "c.csv"), job.output).exit_code == 0
    return Storage(job.output)


def commit_rows(store: Storage, rows: Iterator[Mapping[str, Any]]) -> None:
    """Commit metadata rows as a job does; what they name need not be there."""
    log = CommitLog(store, "R1")
    for row in rows:
        log.add({"region": "neutral", "status": "ok", "request": "r", **row})
    log.flush()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser that reaches nothing but this machine; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium (on Debian: apt install chromium)")
    # It has no sandbox for root, as whom containers run tests.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments.append("--autoplay-policy=no-user-gesture-required")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
