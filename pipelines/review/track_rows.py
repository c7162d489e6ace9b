"""Entry of a track in the page's list, read off its metadata row."""

from collections.abc import Mapping
from typing import Any

from foley_core.cues.taxonomy import taxonomy
from foley_core.ids import digest
from foley_core.storage.addresses import without_root
from foley_core.types import Json

LIST_COLUMNS = (
    "video_id", "region", "status", "error_class", "error", "loudness_lufs", "loudness_note",
    "duration_s", "cues", "notes", "corrections", "qc", "request",
)  # fmt: skip
UNSURE_BELOW = 0.5
"""Confidence of a detected action below which it is worth a look."""
ABSURD_BELOW = 0.65
"""The same for a class that a viewer would laugh at where nothing of the kind is seen."""
FLAGS = ("set_aside", "unsure", "absurd", "qc", "loudness", "corrected", "notes")
"""Filters of rows, in the order of their bits."""
_SENTENCES, _LISTS_OF_SENTENCES = ("error", "loudness_note"), ("notes", "qc_reasons")
_TEXT_LIMIT = 400
_SHOWN_CLASSES = 4


def folder_of(video_id: str) -> str:
    """Return the folder of a video's own files below the page; its name tells nobody the id."""
    return f"videos/{digest({'video_id': video_id})}"


def document_of(video_id: str, region: str) -> str:
    """Return the name of the data of a track."""
    return f"{folder_of(video_id)}/{digest(region)[:12]}"


def list_row(row: Mapping[str, Any]) -> dict[str, Json]:
    """Return what the list shows of a metadata row, in short keys: there are many of them."""
    video_id, region = row["video_id"] or "", row["region"] or ""
    cues = row["cues"] or []
    classes = dict.fromkeys(cue["sound_class"] for cue in cues if cue["kind"] == "action")
    return {
        "v": video_id,
        "r": region,
        "s": row["status"],
        "e": (row["error"] or "")[:_TEXT_LIMIT],
        "q": row["qc"],
        "l": _rounded(row["loudness_lufs"]),
        "t": _rounded(row["duration_s"]),
        "n": len(cues),
        "c": list(classes)[:_SHOWN_CLASSES],
        "f": flags_of(row),
        "d": document_of(video_id, region) if has_page(row) else None,
    }


def told(row: Mapping[str, Any], root: str) -> dict[str, Any]:
    """Return a metadata row whose sentences name no folder above the output, since a page is shown
    to others."""
    texts = {name: without_root(row[name], root) for name in _SENTENCES if row.get(name)}
    lists = {
        name: [without_root(text, root) for text in row[name]]
        for name in _LISTS_OF_SENTENCES
        if row.get(name)
    }
    return {**row, **texts, **lists}


def has_page(row: Mapping[str, Any]) -> bool:
    """Return True for a row that has a page: one without a request gives no id, or that of another
    row, whose page it must not replace."""
    return bool(row["video_id"] and row["request"])


def flags_of(row: Mapping[str, Any]) -> int:
    """Return the bits of `FLAGS` that hold for a metadata row."""
    cues = row["cues"] or []
    held = (
        row["status"] != "ok",
        any(is_unsure(cue) for cue in cues),
        any(is_absurd(cue) for cue in cues),
        row["qc"] not in (None, "pass"),
        row["loudness_note"] is not None,
        bool(row["corrections"]),
        bool(row["notes"]),
    )
    return sum(1 << place for place, holds in enumerate(held) if holds)


def is_unsure(cue: Mapping[str, Any]) -> bool:
    """Return True for a detected action that perception is not sure of."""
    return _seen(cue) and (cue["confidence"] or 0.0) < UNSURE_BELOW


def is_absurd(cue: Mapping[str, Any]) -> bool:
    """Return True for one that is not sure, of a class that would be absurd where it is wrong."""
    known = taxonomy().classes.get(cue["sound_class"])
    return (
        _seen(cue)
        and known is not None
        and known.absurd_unless_seen
        and (cue["confidence"] or 0.0) < ABSURD_BELOW
    )


def _seen(cue: Mapping[str, Any]) -> bool:
    return bool(cue["kind"] == "action" and cue["source"] == "detected")


def _rounded(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 2)
