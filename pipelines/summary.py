"""The summary of a job: its counts, and what a person should know of its rows."""

from dataclasses import dataclass, field
from typing import Any

from pipelines.remarks import Remarks
from pipelines.standard_streams import show


@dataclass(slots=True)
class Summary:
    """The counts of a finished job; written to `summary.json`."""

    run_id: str
    videos: int = 0
    done_before: int = 0
    ok: int = 0
    set_aside: int = 0
    tally: dict[str, float] = field(default_factory=dict)
    wall_s: float = 0.0
    first_track_s: float | None = None
    originals_deleted: int = 0
    originals_kept: list[str] = field(default_factory=list)
    features_expired: int = 0
    remarks: Remarks = field(default_factory=Remarks)

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some rows were set aside."""
        return 1 if self.set_aside else 0

    def count(self, row: dict[str, Any]) -> None:
        """Count a metadata row, and keep what a person should know of it."""
        self.ok += row["status"] == "ok"
        self.set_aside += row["status"] == "set_aside"
        self.remarks.take(row)

    def add(self, tally: dict[str, float]) -> None:
        """Add the counts and seconds of a finished job row."""
        for name, count in tally.items():
            self.tally[name] = self.tally.get(name, 0.0) + count


def outdated_formats(summary: Summary) -> list[str]:
    """Return a sentence on files of `foley deliver` that went with their former tracks, if any."""
    count = int(summary.tally.get("formats_removed", 0))
    if not count:
        return []
    return [
        f"{count} file{'s' * (count != 1)} in formats/ of the former tracks removed; "
        "foley deliver writes them of the new ones"
    ]


def print_summary(summary: Summary, output: str, with_notes: bool = False) -> None:
    """Say what a job came to, which rows were set aside, and where to look.

    Args:
        with_notes: name the notes of rows too.
    """
    count = {name: int(number) for name, number in summary.tally.items() if "seconds" not in name}
    lines = [
        f"{summary.ok} soundtracks made, {summary.done_before} made before, "
        f"{summary.set_aside} set aside, in {summary.wall_s:.1f} s",
        f"clips: {count.get('features_computed', 0)} decoded, "
        f"{count.get('features_reused', 0)} known; stems: "
        f"{count.get('stems_generated', 0)} generated, {count.get('stems_reused', 0)} reused",
        f"tracks {output}/tracks, metadata {output}/metadata, summary {output}/summary.json",
    ]
    if summary.originals_deleted:
        lines.append(f"{summary.originals_deleted} originals deleted, see {output}/audit")
    lines += outdated_formats(summary)
    lines += summary.originals_kept
    lines += summary.remarks.lines(with_notes)
    if summary.set_aside:
        lines.append(f"these rows and their reasons stay in {output}/metadata")
    show("\n".join(lines))
