"""A session on a card, without one: each step leaves its line, whatever becomes of it."""

import json
import subprocess
from pathlib import Path

import parity
import pytest
import torch

from foley_core.models.hunyuan.published import TINY_MODEL
from pipelines.benchmarks import card_session
from pipelines.benchmarks.card_checks import embedded, golden
from pipelines.benchmarks.card_session import STEPS, run_session
from pipelines.benchmarks.card_steps import (
    Card,
    attention,
    bits,
    encoders,
    first_step,
    profile,
    step_time,
    versions,
)


@pytest.fixture(scope="module")
def card() -> Card:
    return Card(TINY_MODEL, Path("nowhere"))


def test_a_step_that_fails_or_hangs_leaves_a_line_and_the_next_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand_in(name: str, *_: object) -> dict[str, object]:
        return {"step": name, **({"error": "broken"} if name == "golden" else {"ms": 1.0})}

    monkeypatch.setattr(card_session, "_run_apart", stand_in)
    out = tmp_path / "figures.jsonl"
    lines = run_session(TINY_MODEL, tmp_path, out, ("versions", "golden", "bits"))
    assert [json.loads(line) for line in out.read_text().splitlines()] == lines
    assert [line["step"] for line in lines] == ["versions", "golden", "bits"]
    assert "error" in lines[1]
    late = run_session(TINY_MODEL, tmp_path, out, ("versions",), most_s=0.0)
    assert late == [{"step": "versions", "error": "no time was left"}]


def test_a_process_that_ends_badly_or_late_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], env: dict[str, str], timeout: float, **_: object) -> object:
        step = command[command.index("--step") + 1]
        if step == "golden":
            raise subprocess.TimeoutExpired(command, timeout)
        fails = step == "attention"
        said = json.dumps({"kernels": env.get("TORCHINDUCTOR_CACHE_DIR", "") != ""})
        return subprocess.CompletedProcess(command, int(fails), f"noise\n{said}\n", "no card")

    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)
    monkeypatch.setattr(card_session.subprocess, "run", run)
    steps = ("versions", "golden", "attention", "bits")
    lines = run_session(TINY_MODEL, tmp_path, tmp_path / "a.jsonl", steps)
    assert (lines[0]["kernels"], lines[3]["kernels"]) == (False, True)
    assert lines[1]["error"] == "ended after 90 s"
    assert lines[2]["error"] == "no card"


def test_the_limits_of_all_steps_leave_time_for_a_second_session() -> None:
    begun = [limit_s for _, limit_s in STEPS.values()]
    assert max(begun) <= 150, "no step may eat the session"
    assert list(STEPS)[:2] == ["versions", "golden"]


@pytest.mark.parametrize(
    "step", [versions, attention, first_step, profile, step_time, encoders, bits, embedded]
)
def test_each_step_says_figures_that_json_can_hold(card: Card, step: object) -> None:
    figures = step(card)  # type: ignore[operator]
    assert figures == json.loads(json.dumps(figures))
    if step is bits:
        assert figures["rows_agree"]
    if step is attention:
        errors = [found["error"] for found in figures.values() if isinstance(found, dict)]
        assert max(errors) < 1e-5


def test_golden_walks_hold_here() -> None:
    figures = golden(Card(TINY_MODEL, parity.folder()))
    alone = [off for case in figures["float32"] for off in case]
    assert max(*alone, *figures["float32_padded"]) < 1e-4
    assert max(off for case in figures["bfloat16"] for off in case) < 0.2
    assert max(figures["sound"]) < 5e-4
    assert torch.get_default_dtype() == torch.float32
