"""What a service keeps is found again at its next start, in order and once."""

from pathlib import Path

from foley_core.storage.store import Storage
from pipelines.service.records import Records

FIRST, SECOND = "0" * 32, "f" * 32


def test_corrections_are_found_oldest_first(tmp_path: Path) -> None:
    records = Records(Storage(str(tmp_path)))
    moments = ("2026-11-29T23:59:59.900000", "2026-11-30T09:30:00", "2026-11-30T10:00:00.000100")
    kept = [
        (name, records.keep_corrections(name, b"{}\n", f"{moment}+00:00"))
        for name, moment in zip((SECOND, FIRST, SECOND), moments, strict=True)
    ]
    assert records.all_corrections() == kept


def test_nobody_is_told_of_an_end_that_did_not_come(tmp_path: Path) -> None:
    records = Records(Storage(str(tmp_path)))
    for name in (FIRST, SECOND):
        records.to_tell(name, "https://hooks.example/")
    records.end(SECOND, {"id": SECOND})
    assert list(records.all_to_tell()) == [(SECOND, "https://hooks.example/")]
