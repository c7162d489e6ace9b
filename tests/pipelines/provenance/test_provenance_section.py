"""The section `[provenance]`: paths from the job file, no key in it, a digest of its own."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from foley_core.provenance.marking import Marking
from pipelines.config import Job, load_job

PLACES = 'manifest = "m.csv"\noutput = "out"\n[provenance]\n'


def job(folder: Path, text: str) -> Job:
    path = folder / "job.toml"
    path.write_text(PLACES + text, "utf-8")
    return load_job(path, {})


def test_paths_start_at_the_job_file(tmp_path: Path) -> None:
    text = 'sign = true\nsigning_certificate = "c.pem"\nsigning_key = "/run/k.pem"\n'
    made = job(tmp_path, f'{text}aigc_producer = "P"')
    assert made.provenance.marking == Marking("P", True, str(tmp_path / "c.pem"), "/run/k.pem")


def test_a_key_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    text = 'sign = true\nsigning_key = """-----BEGIN PRIVATE KEY-----\nsecret"""'
    with pytest.raises(ConfigError) as refused:
        job(tmp_path, text)
    assert "a path is wanted, not the key itself" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_key_without_signing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`sign` is off; turn it on"):
        job(tmp_path, 'signing_key = "k.pem"')


def test_marks_are_part_of_what_is_asked_and_the_place_of_a_key_is_not(tmp_path: Path) -> None:
    plain = Job(manifest="m", output="o").sound_digest()
    signed = job(tmp_path, "sign = true").sound_digest()
    assert job(tmp_path, "").sound_digest() == plain
    assert len({plain, signed, job(tmp_path, 'aigc_producer = "P"').sound_digest()}) == 3
    assert job(tmp_path, 'sign = true\nsigning_key = "k.pem"').sound_digest() == signed
