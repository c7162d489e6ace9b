"""All that is to be learned of a card, in one go: each step in a process, its figures a JSON line.

    python -m pipelines.benchmarks.card_session --golden FOLDER --out figures.jsonl

A step that fails or takes longer than its limit leaves a line that says so, and the next one
begins. Steps are in such an order that a cut loses least. `cluster/card-session.sh` is the whole
session; with `--model hunyuan-tiny` it runs on a CPU, to show that it works.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.benchmarks.card_checks import cues, embedded, golden
from pipelines.benchmarks.card_steps import (
    Card,
    Figures,
    attention,
    bits,
    encoders,
    first_step,
    profile,
    step_time,
    versions,
    whole,
)

STEPS: dict[str, tuple[Callable[[Card], Figures], int]] = {
    "versions": (versions, 40),
    "golden": (golden, 90),
    "attention": (attention, 60),
    "first_step": (first_step, 120),
    "profile": (profile, 60),
    "step_time": (step_time, 110),
    "encoders": (encoders, 80),
    "whole": (whole, 150),
    "bits": (bits, 90),
    "bits_again": (bits, 90),
    "embedded": (embedded, 40),
    "cues": (cues, 60),
}
"""Steps: the task of each, and the seconds after which it is ended."""
_FRESH_CACHE = ("bits", "bits_again")
_LAST_WORDS = 600


def run_session(
    model: str, golden: Path, out: Path, only: tuple[str, ...] = (), most_s: float = 480.0
) -> list[Figures]:
    """Run steps one after another and return their lines, as they stand in the file `out`.

    Args:
        only: names of steps; all where empty.
        most_s: no step begins after so many seconds.
    """
    begun, lines = time.monotonic(), list[Figures]()
    for name, (_, limit_s) in STEPS.items():
        if only and name not in only:
            continue
        left_s = most_s - (time.monotonic() - begun)
        if left_s <= 0:
            line: Figures = {"step": name, "error": "no time was left"}
        else:
            line = _run_apart(name, model, golden, min(limit_s, left_s))
        lines.append(line)
        # At once: what is known stays known, whatever happens next.
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)
    return lines


def _run_apart(name: str, model: str, golden: Path, limit_s: float) -> Figures:
    """Run one step in a process of its own; its line."""
    command = [sys.executable, "-m", __spec__.name, "--step", name, "--model", model]
    command += ["--golden", str(golden)]
    begun = time.monotonic()
    with TemporaryDirectory() as folder:
        fresh = {"TORCHINDUCTOR_CACHE_DIR": folder} if name in _FRESH_CACHE else {}
        try:
            ended = subprocess.run(
                command,
                env={**os.environ, **fresh},
                capture_output=True,
                text=True,
                timeout=limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"step": name, "error": f"ended after {limit_s:.0f} s"}
    line: Figures = {"step": name, "seconds": round(time.monotonic() - begun, 1)}
    if ended.returncode:
        return {**line, "error": ended.stderr[-_LAST_WORDS:]}
    return {**line, **json.loads(ended.stdout.splitlines()[-1])}


def main() -> None:
    """Run a session, or one step of it."""
    parser = argparse.ArgumentParser(description="Measure a card, step by step.")
    parser.add_argument("--model", default="hunyuan-xxl")
    parser.add_argument("--golden", type=Path, required=True, help="Folder of golden vectors.")
    parser.add_argument("--out", type=Path, default=Path("card.jsonl"))
    parser.add_argument("--only", nargs="*", default=[], choices=list(STEPS))
    parser.add_argument("--seconds", type=float, default=480.0, help="For all steps together.")
    parser.add_argument("--step", choices=list(STEPS), help="Run this one here.")
    given = parser.parse_args()
    if given.step:
        work, _ = STEPS[given.step]
        print(json.dumps(work(Card(given.model, given.golden))))
        return
    run_session(given.model, given.golden, given.out, tuple(given.only), given.seconds)


if __name__ == "__main__":
    main()
