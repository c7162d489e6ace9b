"""Paths that the system would refuse, whatever lies there: a sentence, and nothing is started."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from foley_core.errors import FoleyError
from pipelines.cli import NOT_STARTED, app, exit_code_of

LONG, ZERO = "x" * 5000, "a\0b"
COMMANDS = (
    "run {job} --dry-run --manifest {odd}",
    "run {job} --dry-run -o {odd}",
    "run {job} --dry-run --model-path {odd}",
    "run {job} --dry-run --log {odd}",
    "run {odd}",
    "one {odd}.mp4 -o {out}",
    "one a.mp4 -o {odd}",
    "one a.mp4 -o {out} --model-path {odd}",
    "one a.mp4 -o {out} --sign --signing-key {odd} --signing-certificate {odd}",
    "review {odd}",
    "status {odd}",
    "plan {job} --benchmark {odd}",
    "plan {job} --prices {odd}",
    "cues show v -o {odd}",
    "cues export v -o {out} --to {odd}.csv",
    "takes v --cue c -o {odd}",
    "correct {odd}.csv -o {out}",
    "correct c.csv -o {odd}",
    "deliver {odd} --to otio",
    "verify {odd}",
    "packs list --folder {odd}",
    "packs check {odd}",
    "weights check {odd}",
    "evaluate --out {odd} --only regions",
    "evaluate --sounds {odd}",
    "evaluate --clips {odd}",
    "purge v -o {odd}",
    "serve -o {odd}",
    "serve -o {out} --folder {odd}",
    "serve -o {out} --model-path {odd}",
)
KEYS = (
    "manifest = {odd}",
    "output = {odd}",
    "model_path = {odd}",
    "pack_folders = [{odd}]",
    "sidecars = [{odd}]",
    "provenance.sign = true\nprovenance.signing_key = {odd}",
)


def code_of(words: list[str]) -> int:
    """The exit code of a command that ends in a sentence."""
    done = CliRunner().invoke(app, words)
    if isinstance(done.exception, FoleyError):
        assert "Traceback" not in str(done.exception)
        return exit_code_of(done.exception)
    assert isinstance(done.exception, SystemExit | typer.Exit), done.exception
    return done.exit_code


@pytest.mark.parametrize("odd", [LONG, ZERO], ids=["long", "zero"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_option(tmp_path: Path, command: str, odd: str) -> None:
    job = tmp_path / "job.toml"
    job.write_text('manifest = "m.csv"\noutput = "out"\n', encoding="utf-8")
    (tmp_path / "m.csv").write_text("video_id,uri\n", encoding="utf-8")
    words = [word.format(job=job, out=tmp_path / "out", odd=odd) for word in command.split()]
    assert code_of(words) == NOT_STARTED


@pytest.mark.parametrize("odd", [LONG, "a\\u0000b"], ids=["long", "zero"])
@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_a_job_file(tmp_path: Path, key: str, odd: str) -> None:
    (tmp_path / "m.csv").write_text("video_id,uri\n", encoding="utf-8")
    needed = {"manifest": "m.csv", "output": "out"}
    lines = [f'{name} = "{value}"' for name, value in needed.items() if name not in key]
    text = "\n".join([*lines, key.format(odd=f'"{odd}"'), ""])
    (tmp_path / "job.toml").write_text(text, encoding="utf-8")
    assert code_of(["run", str(tmp_path / "job.toml"), "--dry-run"]) == NOT_STARTED
