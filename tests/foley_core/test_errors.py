"""The error tree: what becomes of a row or a job, and that errors cross processes whole."""

import pickle

import pytest

from foley_core import errors
from foley_core.errors import (
    BrokeOffError,
    CheckpointError,
    ConfigError,
    DecodeError,
    EncodeError,
    FoleyError,
    GenerationError,
    ManifestError,
    MediaError,
    OutputError,
    PrivacyError,
    RowError,
    StorageError,
    StylePackError,
    UnwritableError,
)

ALL = [
    one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, FoleyError)
]
STOPS_THE_JOB = {
    FoleyError, ConfigError, ManifestError, StylePackError, CheckpointError, PrivacyError,
    BrokeOffError, OutputError, UnwritableError,
}  # fmt: skip


@pytest.mark.parametrize("kind", ALL)
def test_an_error_crosses_a_process_boundary_with_its_class_and_message(kind):
    error = pickle.loads(pickle.dumps(kind("clip.mp4: broken; copy it again")))
    assert type(error) is kind
    assert str(error) == "clip.mp4: broken; copy it again"


def test_a_config_error_lists_all_problems_and_keeps_them_in_its_message():
    error = ConfigError("job.toml is not valid", ("a: wrong", "b: wrong"))
    assert str(error) == "job.toml is not valid\n  - a: wrong\n  - b: wrong"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("kind", ALL)
def test_a_fault_of_one_row_sets_it_aside_and_a_fault_of_the_job_stops_it(kind):
    assert kind.sets_row_aside is (kind not in STOPS_THE_JOB)


@pytest.mark.parametrize(
    ("kind", "parent"),
    [
        (ManifestError, ConfigError),
        (StylePackError, ConfigError),
        (DecodeError, MediaError),
        (EncodeError, MediaError),
        (MediaError, FoleyError),
        (OutputError, StorageError),
        (GenerationError, FoleyError),
        (RowError, FoleyError),
    ],
)
def test_a_whole_branch_can_be_caught(kind, parent):
    assert issubclass(kind, parent)


def test_every_error_is_drawn_in_the_tree_of_the_docstring():
    assert all(kind.__name__ in str(errors.__doc__) for kind in ALL)
