"""A run in object storage: it goes on elsewhere from what was stored, and nothing half is used."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from foley_core.training import train_generator
from foley_core.types import Progress
from pipelines.commands import train_commands as commands
from pipelines.training import MARK, checked_device, local_copy, run_file, run_folder


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    uri = f"memory://training-{request.node.name}"
    yield uri
    for item in list(Storage(uri).list()):
        Storage(uri).delete(item.key)


def test_a_plain_folder_is_itself(tmp_path: Path) -> None:
    with run_folder(str(tmp_path)) as (folder, keep), local_copy(str(tmp_path)) as copy:
        keep()
        assert folder == copy == tmp_path


class Killed(Exception):
    """Stands for the end of the machine."""


def test_a_killed_run_goes_on_with_what_was_kept(place: str) -> None:
    def killed() -> None:
        with run_folder(place) as (first, keep):
            (first / "checkpoint").write_bytes(b"step 2")
            keep()
            (first / "checkpoint").write_bytes(b"step 3, never kept")
            raise Killed

    with pytest.raises(Killed):
        killed()
    with run_folder(place) as (second, _):
        assert (second / "checkpoint").read_bytes() == b"step 2"
        (second / "checkpoint").write_bytes(b"step 4")
    assert Storage(place).read("checkpoint") == b"step 4"


def test_the_command_keeps_each_checkpoint(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def trained(
        out: Path,
        sounds: Path,
        *,
        steps: int,
        seed: int,
        progress: Progress,
        device: str,
        begin: Path | None,
    ) -> dict[str, float]:
        assert begin is None
        state = out.with_name(f"{out.name}.training")
        first = int(state.read_text()) if state.exists() else 0
        for step in range(first, steps):
            if step == 2 and not first:
                raise Killed
            state.write_text(str(step + 1))
            progress(step / steps, f"step {step + 1}")
        return {"steps": float(steps), "first": float(first)}

    monkeypatch.setattr(train_generator, "train_generator", trained)
    call = {"out": f"{place}/g.safetensors", "sounds": str(tmp_path), "steps": 4}
    with pytest.raises(Killed):
        commands.generator(**call)  # type: ignore[arg-type]
    commands.generator(**call)  # type: ignore[arg-type]
    assert '{"steps": 4.0, "first": 2.0}' in capsys.readouterr().out
    assert Storage(place).read("g.safetensors.training") == b"4"


def test_only_what_changed_is_stored(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    real = Storage.put_file

    def put_file(self: Storage, key: str, path: Path) -> None:
        stored.append(key)
        real(self, key, path)

    monkeypatch.setattr(Storage, "put_file", put_file)
    with run_folder(place) as (folder, keep):
        for name in ("a", "b", "c.partial"):
            (folder / name).write_bytes(b"1")
        keep()
        (folder / "b").write_bytes(b"22")
    assert stored == ["a", "b", "b"]


def test_an_inner_folder_is_fetched_whole_or_not_at_all(place: str) -> None:
    with run_folder(place) as (folder, _):
        for name in ("worlds/0", "worlds/1.partial"):
            (folder / name).mkdir(parents=True)
            (folder / name / "onset.npy").write_bytes(b"x")
    store = Storage(place)
    assert [item.key for item in store.list()] == [f"worlds/0/{MARK}", "worlds/0/onset.npy"]
    store.put("worlds/2/onset.npy", b"cut short")
    with run_folder(place) as (folder, _):
        assert [path.name for path in (folder / "worlds").iterdir()] == ["0"]
        assert [path.name for path in (folder / "worlds/0").iterdir()] == ["onset.npy"]


def test_a_run_is_known_by_its_file(place: str, tmp_path: Path) -> None:
    Storage(place).put("film.mp4", b"another's")
    with run_file(f"{place}/g.safetensors") as (weights, _):
        for name in ("g.safetensors", "g.safetensors.training", "g.toml"):
            weights.with_name(name).write_bytes(b"1")
    with run_file(f"{place}/g.safetensors") as (weights, _):
        assert sorted(path.name for path in weights.parent.iterdir()) == [
            "g.safetensors", "g.safetensors.training", "g.toml",
        ]  # fmt: skip
    with run_file(str(tmp_path / "g.safetensors")) as (weights, _):
        assert weights == tmp_path / "g.safetensors"


def test_a_file_without_a_folder_lies_in_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with run_file("g.safetensors") as (weights, _):
        assert weights == tmp_path / "g.safetensors"


def test_perception_may_be_taught_without_recordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taught(folder: Path, corpus: Path | None, **_: object) -> dict[str, float]:
        assert (folder, corpus) == (tmp_path, None)
        return {}

    monkeypatch.setattr("foley_core.training.train_perception.train_perception", taught)
    commands.perception(str(tmp_path))


@pytest.mark.parametrize("place", ["run/", "s3://bucket", "s3://bucket/"])
def test_a_run_without_a_file_is_refused(place: str) -> None:
    with pytest.raises(ConfigError), run_file(place):
        pass


def test_recordings_are_copied_with_their_folders(place: str) -> None:
    Storage(place).put("sounds.csv", b"file,class\n")
    Storage(place).put("rain/a.flac", b"fLaC")
    with local_copy(place) as folder:
        assert (folder / "rain" / "a.flac").read_bytes() == b"fLaC"
    assert not folder.exists()


def test_a_place_of_another_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="no place to store"), run_folder("https://host/run"):
        pass


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_device_that_is_not_there_is_said() -> None:
    assert checked_device("cpu") == "cpu"
    with pytest.raises(ConfigError, match="no GPU"):
        checked_device("cuda")
