"""Test data that is not in this repository: `FOLEY_TEST_DATA` names its folder.

The folder holds `parity` (golden vectors of the published networks), `media` (real clips and
sounds), `tools` (an S3 server, a proxy that makes it fail) and `schemas` (of KubeRay). Without the
variable, a folder `shared` beside the checkout is taken. A test whose data is absent is skipped.
"""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("FOLEY_TEST_DATA") or Path(__file__).parents[2] / "shared").resolve()


def find(path: str) -> Path | None:
    """Return a file or folder of the test data, None where it is absent."""
    found = FOLDER / path
    return found if found.exists() else None


def need(path: str) -> Path:
    """Return a file or folder of the test data; skip the test where it is absent."""
    found = find(path)
    if found is None:
        pytest.skip(f"no {FOLDER / path}; set FOLEY_TEST_DATA to the folder of test data")
    return found
