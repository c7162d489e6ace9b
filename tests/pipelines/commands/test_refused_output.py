"""An output that cannot be written to: every command says so in a sentence, and starts nothing."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import videos
from handed_over import deliver_row
from typer.testing import CliRunner

from foley_core.errors import FoleyError, OutputError, StorageError, UnwritableError
from foley_core.storage.local import LocalFolder
from foley_core.storage.store import Storage
from pipelines.cli import app, exit_code_of

REFUSALS = {
    "a folder of others": (errno.EACCES, "check the credentials and the rights"),
    "a read-only disk": (errno.EROFS, "make it writable again"),
}
CALLS = (
    "one {folder}/v.mp4 -o {folder}/out",
    "run {folder}/job.toml",
    "run {folder}/job.toml --dry-run",
    "correct {folder}/c.csv -o {folder}/out",
    "deliver {folder}/out --to otio",
    "review {folder}/out",
    "serve -o {folder}/out --port 0 --no-token",
    "demo -o {folder}/out",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A video, a job, corrections, and an output that has a track."""
    video = videos.render(tmp_path / "v.mp4", seconds=0.5)
    (tmp_path / "m.csv").write_text(f"video_id,uri\nv,{video}\n")
    (tmp_path / "job.toml").write_text('schema_version = 1\nmanifest = "m.csv"\noutput = "out"\n')
    (tmp_path / "c.csv").write_text("video_id,op,by,sound_class,time\nv,add,ana,tap,0.1\n")
    deliver_row(Storage(str(tmp_path / "out")), "v")
    return tmp_path


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("call", CALLS)
def test_a_command_that_cannot_write_starts_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, refusal: str
) -> None:
    number, advice = REFUSALS[refusal]
    before = sorted(folder.rglob("*"))

    def refuse(self: LocalFolder, name: str, *_: Any) -> None:
        raise OSError(number, os.strerror(number), f"{self.root}/_tmp/vm.1.part")

    for method in ("create", "replace", "replace_from"):
        monkeypatch.setattr(LocalFolder, method, refuse)
    words = [word.format(folder=folder) for word in call.split()]
    error = CliRunner().invoke(app, words).exception
    assert isinstance(error, FoleyError), error
    assert exit_code_of(error) == 2
    said = str(error)
    assert f"cannot write {folder}/out" in said
    assert os.strerror(number) in said
    assert advice in said
    assert ("\n" in said, "_tmp" in said, "Errno" in said) == (False, False, False)
    assert sorted(folder.rglob("*")) == before


def test_a_disk_that_fills_up_later_broke_the_command_off() -> None:
    assert exit_code_of(OutputError("no space")) == 3
    assert exit_code_of(UnwritableError("no right")) == 2


def test_a_store_that_fails_is_no_row_set_aside() -> None:
    assert exit_code_of(StorageError("cannot list s3://films (no credentials)")) == 3
