"""The report says the same in JSON, on the page and in the table, and nothing of its own."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.console import Console

from foley_core.errors import ConfigError
from pipelines.evaluation.page import page, write_page
from pipelines.evaluation.promises import promises
from pipelines.evaluation.report import (
    PageTable,
    Picture,
    Report,
    cells,
    report_of,
    report_table,
    shown,
    write_json,
)

FIGURES = {"onset_f1_50ms": 0.8, "onset_bias_ms": -30.0, "weights_mb": 16.0, "extra": 1.0}
REASONS = {"real": "needs --clips", "generator": "needs <sounds> & patience"}
NUMBER = {"type": ["number", "null"]}
SCHEMA = {
    "type": "object",
    "required": [
        "schema_version", "holds", "rows", "others", "weights", "settings", "machine", "versions",
        "notes", "tables",
    ],
    "additionalProperties": False,
    "properties": {
        "schema_version": {"const": 1},
        "holds": {"type": "boolean"},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["key", "sentence", "value", "floor", "aim", "verdict", "baselines"],
                "properties": {
                    "value": NUMBER,
                    "floor": NUMBER,
                    "aim": NUMBER,
                    "verdict": {
                        "enum": [
                            "aim reached", "holds", "does not hold", "reported", "not measured",
                        ]
                    },
                    "baselines": {"type": "object", "additionalProperties": {"type": "number"}},
                    "interval": {"type": "array", "maxItems": 2},
                },
            },
        },
        "others": {"type": "object", "additionalProperties": {"type": "number"}},
        "weights": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["sha256", "bytes"],
                "properties": {"sha256": {"pattern": "^[0-9a-f]{64}$"}},
            },
        },
        "settings": {"type": "object"},
        "machine": {"type": "object", "required": ["processor", "cores"]},
        "versions": {"type": "object", "required": ["foley", "torch"]},
        "notes": {"type": "array"},
        "tables": {"type": "array", "items": {"required": ["title", "note", "heads", "rows"]}},
    },
}  # fmt: skip


@pytest.fixture
def report() -> Report:
    return report_of(FIGURES | {"odd": float("nan")}, REASONS, {"seed": 1}, ["A <note>."])


def test_the_json_has_every_promise_and_the_schema(report: Report, tmp_path: Path) -> None:
    write_json(report, tmp_path / "report.json")
    value = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(value, SCHEMA)
    assert [row["key"] for row in value["rows"]] == [promise.key for promise in promises()]
    assert value["others"] == {"extra": 1.0}
    assert value["holds"] is False


def test_a_baseline_is_named_by_what_its_key_adds() -> None:
    figures = {
        "action_class_accuracy": 0.9, "action_class_accuracy_unseen_pairs": 0.8,
        "action_class_accuracy_majority": 0.25, "judge_relative_top1_tonal": 0.7,
        "judge_relative_top1_tonal_baseline_noise": 0.1,
    }  # fmt: skip
    shown_beside = [cells(row)[-1] for row in report_of(figures, {}, {}, []).rows]
    assert shown_beside.count("majority 25.0 %") == 2
    assert shown_beside.count("noise 0.10") == 1


def test_one_figure_below_its_line_is_enough(report: Report) -> None:
    assert report.keys_that("does not hold") == ["onset_bias_ms"]
    assert not report.holds
    assert report_of({"onset_f1_50ms": 0.8}, {}, {}, []).holds


def test_a_table_stands_on_the_page_with_its_links() -> None:
    table = PageTable("Clips & more", "One row each.", ("clip", "said"), [("a", "<b>")], ("a.png",))
    text = page(report_of({}, {}, {}, [], [table]), [])
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    link = next(item for item in root.iter() if item.tag.endswith("}a"))
    assert (link.get("href"), link.text) == ("a.png", "a")
    assert "&lt;b&gt;" in text


def test_the_page_is_well_formed_and_needs_nothing_else(report: Report, tmp_path: Path) -> None:
    drawn = tmp_path / "a.png"
    drawn.write_bytes(b"\x89PNG not really")
    text = page(report, [Picture(drawn, 'A "caption" <with> signs & more')])
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    links = [
        value for item in root.iter() for name, value in item.items() if name in ("src", "href")
    ]
    assert len(links) == 1
    assert links[0].startswith("data:image/png;base64,")
    assert "<script" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/1999/xhtml)", text)


def test_page_and_table_show_every_row(report: Report) -> None:
    text = page(report, [])
    console = Console(width=200, record=True, quiet=True)
    console.print(report_table(report))
    assert text.count("<tr id=") == len(promises())
    assert "needs &lt;sounds&gt; &amp; patience" in text
    assert report_table(report).row_count == len(promises())


def test_the_same_figures_make_the_same_report(report: Report, tmp_path: Path) -> None:
    again = report_of(FIGURES | {"odd": float("nan")}, REASONS, {"seed": 1}, ["A <note>."])
    assert page(again, []) == page(report, [])


def test_a_report_that_cannot_be_written_is_said(report: Report, tmp_path: Path) -> None:
    for write in (lambda p: write_json(report, p), lambda p: write_page(report, [], p)):
        with pytest.raises(ConfigError, match="cannot be written"):
            write(tmp_path / "nowhere" / "report")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.863, "share", "86.3 %"), (1.0, "truth", "yes"), (0.0, "truth", "no"),
        (0.75, "ratio", "0.75"), (0.7512, "ratio", "0.751"), (-3.04, "ms", "-3.0 ms"),
        (15.78, "mb", "15.8 MB"), (6.0, "per_minute", "6.0 a minute"), (-60.0, "db", "-60.0 dB"),
    ],
)  # fmt: skip
def test_figures_are_shown_with_their_unit(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text
