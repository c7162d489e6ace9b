"""Files that fool a parser are one kind of error, and every reader says it in a sentence."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from foley_core.cues.sheet import CueSheet
from foley_core.errors import CheckpointError, ConfigError, FoleyError, StorageError
from foley_core.messages import read_toml
from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.weights_record import read_record
from foley_core.models.hunyuan.tensor_file import describe
from foley_core.parsing import parsed_json, parsed_toml
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.sidecar import read_sidecar
from foley_core.soundtrack.stored_detection import Detection
from foley_core.soundtrack.traces import traced_keys
from foley_core.storage.store import Storage

DEEP = "[" * 200_000
FOOLING = {
    "json": ['{"a": ' + DEEP, "{", "", "\ud800", "9" * 5000 + DEEP],
    "toml": ["9" * 5000, DEEP],
}


@pytest.mark.parametrize("text", FOOLING["json"])
def test_json_that_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parsed_json(text)


def test_an_integer_of_thousands_of_digits_stays_text_in_json() -> None:
    assert parsed_json(f'{{"a": -{"9" * 5000}, "b": 7}}') == {"a": "-" + "9" * 5000, "b": 7}


def test_an_integer_of_thousands_of_digits_is_said_of_toml() -> None:
    with pytest.raises(ValueError, match="it holds an integer of more than 4300 digits"):
        parsed_toml(f"a = {'9' * 5000}")


@pytest.mark.parametrize("text", FOOLING["toml"])
def test_toml_that_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parsed_toml(f"a = {text}")


def safetensors_of(header: str) -> bytes:
    return len(header).to_bytes(8, "little") + header.encode()


def loaded(data: bytes, folder: Path) -> None:
    (folder / "w.safetensors").write_bytes(data)
    load_weights(folder / "w.safetensors", None)


def recorded(data: bytes, folder: Path) -> None:
    (folder / "w.toml").write_bytes(data)
    read_record(Storage(str(folder)), "w.safetensors")


def noted(data: bytes, folder: Path) -> None:
    (folder / "note").write_bytes(data)
    list(traced_keys(Storage(str(folder)), "note"))


DEEP_JSON = ('{"a":' + DEEP).encode()
NESTED = ('{"sheet": ' + "[" * 900 + "]" * 900 + "}").encode()
HUGE_INTEGER = f"schema_version = {'9' * 5000}".encode()


@pytest.mark.parametrize(
    ("read", "data", "kind"),
    [
        (loaded, safetensors_of('{"a":' + DEEP), CheckpointError),
        (recorded, b"a = " + DEEP.encode(), CheckpointError),
        (recorded, HUGE_INTEGER, CheckpointError),
        (noted, DEEP_JSON, StorageError),
        (lambda data, _: read_sidecar(data, "v.mp4.foley.toml"), HUGE_INTEGER, ConfigError),
        (lambda data, _: read_sidecar(data, "v"), b"a = " + DEEP[:60_000].encode(), ConfigError),
        (lambda data, _: read_toml(data, "job.toml", "the job file"), HUGE_INTEGER, ConfigError),
        (lambda data, _: MixPlan.from_bytes(data, "plan"), DEEP_JSON, StorageError),
        (lambda data, _: MixPlan.from_bytes(data, "plan"), NESTED, StorageError),
        (lambda data, _: Detection.from_bytes(data, "seen"), DEEP_JSON, StorageError),
        (lambda data, _: Detection.from_bytes(data, "seen"), NESTED, StorageError),
        (
            lambda data, _: describe(io.BytesIO(data), len(data), "w.safetensors"),
            safetensors_of('{"a":' + DEEP),
            CheckpointError,
        ),
    ],
)
def test_a_file_that_fools_its_parser_is_said_in_a_sentence(
    tmp_path: Path, read: Callable[[bytes, Path], object], data: bytes, kind: type[FoleyError]
) -> None:
    with pytest.raises(kind) as caught:
        read(data, tmp_path)
    assert len(str(caught.value)) < 500


def test_a_sheet_that_is_nested_too_deeply_is_no_sheet() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        CueSheet.from_json(DEEP_JSON)
