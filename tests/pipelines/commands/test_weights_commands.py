"""What is said of public checkpoints before a GPU is taken."""

from pathlib import Path

import hunyuan_files
import pytest

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan import gpu_driver, kernel_choice
from pipelines.commands.weights_commands import check


def test_the_check_says_whether_a_gpu_here_can_run_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(hunyuan_files.write_published(tmp_path))
    monkeypatch.setattr(gpu_driver, "gpu_fault", lambda: "the driver is too old")
    check(folder, "hunyuan-tiny")  # type: ignore[arg-type]
    assert "No GPU can be used here: the driver is too old." in capsys.readouterr().out
    monkeypatch.setattr(gpu_driver, "gpu_fault", lambda: "")
    monkeypatch.setattr(gpu_driver, "driver_version", lambda: "580.65.06")
    monkeypatch.setattr(kernel_choice, "compiler_lacking", lambda: "there is no C compiler")
    check(folder, "hunyuan-tiny")  # type: ignore[arg-type]
    said = " ".join(capsys.readouterr().out.split())
    assert "driver 580.65.06 is new enough. Nothing is compiled, which is slower: there is" in said


def test_a_gpu_is_spoken_of_before_files_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CheckpointError, match="cannot be used"):
        check(str(tmp_path), "hunyuan-xxl")
    assert "torch" in capsys.readouterr().out
