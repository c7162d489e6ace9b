"""The place where a training keeps its files: a folder, or a bucket through a local folder.

A training knows folders only. Where its run lies in object storage, the folder begins as a copy of
what is stored there, and after every checkpoint whatever changed is stored: a training that lost
its machine goes on from there on another. One training at a time may write to a place.

A folder inside the run (rendered worlds) appears there at once and whole. So it is stored with a
mark, last, and what has no mark is not fetched: the training makes it anew.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.errors import ConfigError
from foley_core.storage.addresses import absolute_address, local_path
from foley_core.storage.store import Storage

MARK = "_WHOLE"
PARTIAL = ".partial"

Keep = Callable[[], None]


@contextmanager
def run_folder(place: str, prefix: str = "") -> Iterator[tuple[Path, Keep]]:
    """The folder of a run, and a call that makes what is in it durable.

    Args:
        place: a folder, or `s3://bucket/prefix`.
        prefix: what is stored there under another beginning is not the run's.

    Raises:
        ConfigError: there is no such kind of place.
        StorageError: the place cannot be read, or later not be written.
    """
    if path := local_path(absolute_address(place)):
        yield path, lambda: None
        return
    store = Storage(place)
    with TemporaryDirectory(prefix="foley-training-") as scratch:
        folder = Path(scratch)
        _fetch(store, folder, _whole(item.key for item in store.list(prefix)))
        known = _stamps(folder)

        def keep() -> None:
            present = _stamps(folder)
            _store(store, folder, [name for name in present if present[name] != known.get(name)])
            known.update(present)

        yield folder, keep
        keep()


@contextmanager
def run_file(place: str) -> Iterator[tuple[Path, Keep]]:
    """Yield the file of a run that is known by its main file; the others begin with its name.

    Raises:
        ConfigError: `place` names no file, or there is no such kind of place.
        StorageError: as `run_folder`.
    """
    name = place.rpartition("/")[2]
    if not name:
        raise ConfigError(f"{place} is a folder; name the file that the weights shall go to")
    with run_folder(place.removesuffix(name) or ".", Path(name).stem) as (folder, keep):
        yield folder / name, keep


@contextmanager
def local_copy(place: str) -> Iterator[Path]:
    """A folder with all that lies at `place`: itself, or a copy while the context lasts.

    Raises:
        ConfigError: there is no such kind of place.
        StorageError: it cannot be read.
    """
    if path := local_path(absolute_address(place)):
        yield path
        return
    store = Storage(place)
    with TemporaryDirectory(prefix="foley-training-") as scratch:
        _fetch(store, Path(scratch), [item.key for item in store.list()])
        yield Path(scratch)


def _whole(keys: Iterable[str]) -> list[str]:
    """Keys outside any inner folder, and those of folders that were stored to the end."""
    found = list(keys)
    whole = {"", *(_folder(key) for key in found if key.endswith(f"/{MARK}"))}
    return [key for key in found if _folder(key) in whole and not key.endswith(f"/{MARK}")]


def _folder(key: str) -> str:
    return key.rpartition("/")[0]


def _fetch(store: Storage, folder: Path, keys: Iterable[str]) -> None:
    for key in keys:
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        store.fetch_file(key, path)


def _store(store: Storage, folder: Path, names: list[str]) -> None:
    for name in names:
        store.put_file(name, folder / name)
    for inner in sorted({_folder(name) for name in names} - {""}):
        store.put(f"{inner}/{MARK}", b"")


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every finished file, by its name within the folder."""
    stamps = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.endswith(PARTIAL) for part in name.parts):
            status = path.stat()
            stamps[name.as_posix()] = (status.st_size, status.st_mtime_ns)
    return stamps


def checked_device(device: str) -> str:
    """The device itself, if this machine has it.

    Raises:
        ConfigError: it has not.
    """
    if device != "cuda":
        return device
    import torch  # takes seconds

    if not torch.cuda.is_available():
        raise ConfigError(
            "there is no GPU here that torch can use; leave out --device, or submit this "
            "with 'ray job submit --entrypoint-num-gpus 1'"
        )
    return device
