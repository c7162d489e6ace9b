"""Remarks name the first rows and count the others."""

from typing import Any

from pipelines.remarks import SHOWN, Remarks


def faulty(video: str | None, region: str = "neutral", error: str = "bad file") -> dict[str, Any]:
    return {
        "video_id": video,
        "region": region,
        "status": "set_aside",
        "error": error,
        "manifest_row": 7,
    }


def made(video: str, *notes: str, loudness_note: str | None = None) -> dict[str, Any]:
    return {
        "video_id": video,
        "region": "neutral",
        "status": "ok",
        "notes": list(notes),
        "loudness_note": loudness_note,
    }


def lines(*rows: dict[str, Any], with_notes: bool = False) -> list[str]:
    remarks = Remarks()
    for row in rows:
        remarks.take(row)
    return list(remarks.lines(with_notes))


def test_nothing_to_say() -> None:
    assert lines(made("a"), with_notes=True) == []


def test_each_row_set_aside_with_its_reason() -> None:
    assert lines(made("a"), faulty("b"), faulty("b", "japan"), faulty(None)) == [
        "3 rows set aside:",
        "  b (neutral, japan): bad file",
        "  row 7 of the manifest (neutral): bad file",
    ]


def test_the_first_rows_and_a_count() -> None:
    said = lines(*(faulty(f"v{n}") for n in range(SHOWN + 5)))
    assert len(said) == SHOWN + 2
    assert said[-1] == "  … and 5 more, see the metadata"


def test_notes_on_request() -> None:
    row = made("a", "nothing was recognised", loudness_note="silence")
    assert lines(row) == ["1 row with notes; -v shows them"]
    assert lines(row, with_notes=True) == [
        "1 row with notes:",
        "  a (neutral): nothing was recognised",
        "  a (neutral): silence",
    ]


def test_verdicts_of_quality_control() -> None:
    failed = made("a") | {"qc": "fail", "qc_reasons": ["9 samples are at full scale", "it is odd"]}
    warned = made("b", loudness_note="too soft") | {"qc": "warn", "qc_reasons": ["too soft"]}
    rows = (failed, warned, made("c") | {"qc": "pass", "qc_reasons": []}, made("earlier"))
    said = [
        "quality control of 3 rows: 1 pass, 1 warn, 1 fail",
        "1 row failed in quality control:",
        "  a (neutral): 9 samples are at full scale",
        "  a (neutral): it is odd",
    ]
    assert lines(*rows) == [*said, "1 row with warnings of quality control; -v shows them"]
    assert lines(*rows, with_notes=True) == [
        *said,
        "1 row with warnings of quality control:",
        "  b (neutral): too soft",
    ]
