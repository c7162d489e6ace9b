"""A header tells a whole file from a damaged one, without the numbers."""

import io
import json

import numpy as np
import pytest
import safetensors.numpy

from foley_core.models.tensor_header import METADATA, read_header

TENSORS = {"a": np.zeros((2, 3), np.float32), "none": np.zeros(0, np.float32), "b": np.ones(4)}
WHOLE: bytes = safetensors.numpy.save(TENSORS, {"said": "hello"})


def with_header(header: object, numbers: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def read(data: bytes) -> dict[str, object]:
    return read_header(io.BytesIO(data), len(data))


def test_the_header_of_a_whole_file_names_its_tensors() -> None:
    header = read(WHOLE)
    assert header.pop(METADATA) == {"said": "hello"}
    shapes = {name: array.shape for name, array in TENSORS.items()}
    assert {name: tuple(said["shape"]) for name, said in header.items()} == shapes
    assert read(safetensors.numpy.save({})) == {}


def test_a_file_cut_short_anywhere_is_refused() -> None:
    for length in range(len(WHOLE)):
        with pytest.raises(ValueError, match=r"not a safetensors file|were written"):
            read(WHOLE[:length])
    with pytest.raises(ValueError, match="were written"):
        read(WHOLE + b"x")


@pytest.mark.parametrize(
    "header",
    [
        [],
        "ab",
        {"a": 1},
        {"a": {"shape": [1]}},
        {"a": {"data_offsets": [0]}},
        {"a": {"data_offsets": [None, 4]}},
        {"a": {"data_offsets": [0, float("inf")]}},
        {"a": {"data_offsets": [2, 4]}},
        {"a": {"data_offsets": [0, 2]}, "b": {"data_offsets": [1, 4]}},
        {"a": {"data_offsets": [0, "9" * 5000]}},
    ],
)
def test_a_header_that_is_no_list_of_tensors_is_damaged(header: object) -> None:
    with pytest.raises(ValueError, match="its header is damaged"):
        read(with_header(header, b"1234"))
