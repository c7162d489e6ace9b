"""What stops a job is said to the driver as it was said by the worker."""

from pathlib import Path

import pyarrow as pa
import pytest

from foley_core.errors import CheckpointError, DecodeError, OutputError, StorageError
from foley_core.storage.store import Storage
from pipelines.stages.row import Row, table_of
from pipelines.stages.stage import Stage
from pipelines.stopping import noted_stop, said_stop, stops_noted


class Hungry(Stage):
    """Has too little memory."""

    name = "hungry"

    def __init__(self, store: Storage) -> None:
        self.run_id, self.store = "run", store

    def process(self, row: Row) -> list[Row]:
        raise CheckpointError("this model needs more memory", ("use another",))


def test_a_stage_leaves_a_note_of_what_stops_the_job(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    assert noted_stop(store, "run") is None
    table: pa.Table = table_of([Row(1, "a", "a.mp4")])
    with pytest.raises(CheckpointError):
        Hungry(store)(table)
    said = noted_stop(store, "run")
    assert isinstance(said, CheckpointError)
    assert str(said) == "this model needs more memory\n  - use another"
    assert noted_stop(store, "another run") is None


def test_what_concerns_a_row_alone_leaves_none(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    with pytest.raises(DecodeError), stops_noted(store, "run"):
        raise DecodeError("not a video")
    assert noted_stop(store, "run") is None


def test_a_stop_is_read_from_what_ray_hands_on_where_no_note_can_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise OutputError("cannot write out/x (No space left on device); free some space")

    monkeypatch.setattr(Storage, "put_if_absent", full)
    with pytest.raises(OutputError, match="free some"), stops_noted(Storage(str(tmp_path)), "run"):
        raise OutputError("cannot write out/track.wav; free some space")
    text = (
        "ray::MapWorker(MapBatches(Mix)).submit()\n"
        "foley_core.errors.StorageError: the first of several\n\nDuring handling of the above …\n"
        "foley_core.errors.OutputError: cannot write out/track.wav; free some space\n"
    )
    said = said_stop(RuntimeError(text))
    assert isinstance(said, OutputError)
    assert str(said) == "cannot write out/track.wav; free some space"
    assert isinstance(said_stop(RuntimeError(text[:120])), StorageError)
    assert said_stop(RuntimeError("foley_core.errors.Strange: x")) is None
    assert said_stop(RuntimeError("the actor died")) is None
