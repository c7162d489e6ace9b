"""Sources: a file looks the same from outside and from inside, until it changes."""

import os
from pathlib import Path

import pytest

from foley_core.storage.sources import open_source, signature_of
from foley_core.storage.store import Storage


def test_an_open_file_has_the_signature_that_it_has_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"pictures")
    with open_source(str(path)) as source:
        assert source.signature == signature_of(str(path)) == f"8:{path.stat().st_mtime_ns}"
    before = signature_of(str(path))
    os.utime(path, ns=(1, 1))
    assert signature_of(str(path)) == "8:1" != before


@pytest.mark.s3
def test_an_object_of_a_bucket_has_the_signature_that_it_has_from_outside(s3_bucket: str) -> None:
    Storage(s3_bucket).put("v.mp4", b"pictures")
    with open_source(f"{s3_bucket}/v.mp4") as source:
        assert source.tag
        assert source.signature == signature_of(f"{s3_bucket}/v.mp4") == f"8:{source.tag}"
