"""Remarks on the rows of a job: which were set aside and why, what quality control says of the
others, and what else to know of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 20
"""Rows that are named; of the others there is a count."""


@dataclass(slots=True)
class Remark:
    """One sentence on a video, and the regions that it holds for."""

    about: str
    regions: list[str]
    text: str


@dataclass(slots=True)
class Remarks:
    """The first remarks of each kind, and how many rows have one: memory does not grow.

    Attributes:
        faults: reasons of rows that were set aside.
        failures, warnings: reasons of quality control, of tracks that fail it or that it warns of.
        notes: notes of rows that were made.
        passed: tracks that quality control has nothing to say of.
    """

    faults: list[Remark] = field(default_factory=list)
    failures: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    faulty: int = 0
    failed: int = 0
    warned: int = 0
    noted: int = 0
    passed: int = 0

    def take(self, row: Mapping[str, Any]) -> None:
        """Take a metadata row, those of one video one after another."""
        about = row.get("video_id") or f"row {row.get('manifest_row')} of the manifest"
        region = str(row.get("region"))
        if row.get("status") == "set_aside":
            self.faulty += 1
            _add(self.faults, Remark(about, [region], str(row.get("error"))))
            return
        said = said_of(row)
        self.noted += bool(said)
        for note in said:
            _add(self.notes, Remark(about, [region], note))
        self._take_verdict(row, about, region)

    def _take_verdict(self, row: Mapping[str, Any], about: str, region: str) -> None:
        verdict = row.get("qc")
        self.failed += verdict == "fail"
        self.warned += verdict == "warn"
        self.passed += verdict == "pass"
        for reason in row.get("qc_reasons") or ():
            kept = self.failures if verdict == "fail" else self.warnings
            _add(kept, Remark(about, [region], reason))

    def lines(self, with_notes: bool) -> Iterator[str]:
        """Yield lines for a person: a heading and its remarks, then a count of the others."""
        if self.faults:
            yield f"{_rows(self.faulty)} set aside:"
            yield from _listed(self.faults, self.faulty)
        if checked := self.passed + self.warned + self.failed:
            yield (
                f"quality control of {_rows(checked)}: {self.passed} pass, {self.warned} warn, "
                f"{self.failed} fail"
            )
        if self.failures:
            yield f"{_rows(self.failed)} failed in quality control:"
            yield from _listed(self.failures, self.failed)
        for remarks, rows, what in (
            (self.warnings, self.warned, "with warnings of quality control"),
            (self.notes, self.noted, "with notes"),
        ):
            if remarks and with_notes:
                yield f"{_rows(rows)} {what}:"
                yield from _listed(remarks, rows)
            elif remarks:
                yield f"{_rows(rows)} {what}; -v shows them"


def said_of(row: Mapping[str, Any]) -> list[str]:
    """Return the notes of a row, and that on its loudness where no reason of quality control is the
    same."""
    reasons = row.get("qc_reasons") or ()
    said = (*(row.get("notes") or ()), row.get("loudness_note"))
    return [note for note in said if note and note not in reasons]


def _add(remarks: list[Remark], new: Remark) -> None:
    same = [one for one in remarks if (one.about, one.text) == (new.about, new.text)]
    if same:
        same[0].regions += new.regions
    elif len(remarks) < SHOWN:
        remarks.append(new)


def _listed(remarks: list[Remark], rows: int) -> Iterator[str]:
    for one in remarks:
        about = one.about.replace("\n", "\\n")
        yield f"  {about} ({', '.join(one.regions)}): {one.text}"
    named = len({(one.about, region) for one in remarks for region in one.regions})
    if rows > named:
        yield f"  … and {rows - named} more, see the metadata"


def _rows(count: int) -> str:
    return f"{count} row{'s' * (count != 1)}"
