"""`pipelines/README.md` names every key, column and pack that there is, and no other."""

import re
from pathlib import Path

import pytest
from documents import CORRECTIONS_README, JOBS_README, named, section, table
from pydantic import BaseModel

from foley_core.soundtrack.sidecar import Sidecar
from foley_core.styles.pack import available_packs
from pipelines.config import Job
from pipelines.corrections.correction_file import COLUMNS, NEEDED
from pipelines.manifest.reader import OPTIONAL, REQUIRED
from pipelines.metadata.schema import STAGES


def first_column(heading: str, document: Path = JOBS_README) -> list[str]:
    """The names in the first column of the first table below a heading."""
    return [name for row in table(section(document, heading)) for name in named(row[0])]


def sections_of_a_job() -> dict[str, set[str]]:
    """The keys of each section of a job file; those of the file itself have no section."""
    keys: dict[str, set[str]] = {"": set()}
    for name, field in Job.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys[f"[{name}]"] = set(inner.model_fields)
        else:
            keys[""].add(name)
    return keys


def test_columns_of_the_manifest() -> None:
    columns = first_column("Manifest")
    assert sorted(columns) == sorted((*REQUIRED, *OPTIONAL))
    rows = table(section(JOBS_README, "Manifest"))
    required = {name for row in rows if row[1].startswith("required") for name in named(row[0])}
    assert required == set(REQUIRED)


def test_keys_of_the_job_file() -> None:
    keys = [name for name in first_column("Job file") if not name.startswith("[")]
    assert sorted(keys) == sorted(sections_of_a_job()[""])


@pytest.mark.parametrize("name", [name for name in sections_of_a_job() if name])
def test_keys_of_a_section_of_the_job_file(name: str) -> None:
    rows = {row[0].strip("`"): row[1] for row in table(section(JOBS_README, "Job file"))}
    values = r"\([^)]*\)"
    said = [key for key in named(re.sub(values, "", rows[name])) if key]
    in_values = [key for part in re.findall(values, rows[name]) for key in named(part)]
    known = sections_of_a_job()[name]
    assert known <= {*said, *in_values}
    assert set(said) <= known


def test_keys_of_sidecars() -> None:
    assert sorted(first_column("Sidecars")) == sorted(Sidecar.model_fields)


def test_columns_of_corrections() -> None:
    assert sorted(first_column("Corrections", CORRECTIONS_README)) == sorted(COLUMNS)
    rows = table(section(CORRECTIONS_README, "Corrections"))
    required = {name for row in rows if row[1].startswith("required") for name in named(row[0])}
    assert required == set(NEEDED)


def test_style_packs() -> None:
    assert sorted(first_column("Regions")) == sorted(available_packs())


def test_stages_in_their_order() -> None:
    assert tuple(first_column("How a job runs")) == STAGES
