"""`report.html`: the table and the pictures in one file that needs nothing and runs nothing."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from foley_core.errors import ConfigError
from pipelines.evaluation.promises import PromiseRow
from pipelines.evaluation.report import PageTable, Picture, Report, cells

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ddd; padding: .35rem .6rem; text-align: left;
  vertical-align: top; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.fails { background: #fbe9e7; } tr.aim { background: #e6f4e6; } tr.unmeasured { color: #777; }
code { font-size: .85em; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } img { max-width: 100%; border: 1px solid #ddd; }
figcaption { color: #555; font-size: .9rem; }
"""
_CLASSES = {"does not hold": "fails", "aim reached": "aim", "not measured": "unmeasured"}


def write_page(report: Report, pictures: Sequence[Picture], path: Path) -> None:
    """Write the report as well-formed XHTML, pictures embedded.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(page(report, pictures), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the report cannot be written: {error}") from error


def page(report: Report, pictures: Sequence[Picture]) -> str:
    """The report as text."""
    parts = [
        "<!DOCTYPE html>",
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/>',
        f"<title>Evaluation of the embedded model</title><style>{_STYLE}</style></head><body>",
        "<h1>Evaluation of the embedded model</h1>",
        f"<p>{escape(_verdict(report))}</p>",
        *(f"<p>{escape(note)}</p>" for note in report.notes),
        _promises(report.rows),
        *(_table(table) for table in report.tables),
        "<h2>Pictures</h2>" if pictures else "",
        *(_figure(picture) for picture in pictures),
        "<h2>Other figures</h2>",
        _pairs({key: f"{value:.4g}" for key, value in sorted(report.others.items())}),
        "<h2>What was measured, and with what</h2>",
        _pairs(_provenance(report)),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _verdict(report: Report) -> str:
    fails, unmeasured = report.keys_that("does not hold"), report.keys_that("not measured")
    measured = len(report.rows) - len(unmeasured)
    first = f"{len(fails)} of {measured} measured figures do not hold their floor"
    below = f": {', '.join(fails)}." if fails else "."
    return f"{first}{below} {len(unmeasured)} were not measured."


def _promises(rows: Sequence[PromiseRow]) -> str:
    heads = ("", "what", "figure", "floor", "aim", "baselines")
    lines = [f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"]
    lines.append("<tbody>")
    for row in rows:
        mark, sentence, *numbers, baselines = cells(row)
        values = "".join(f'<td class="number">{escape(text)}</td>' for text in numbers)
        lines.append(
            f'<tr id="{escape(row.key)}" class="{_CLASSES.get(row.verdict, "plain")}">'
            f"<td>{escape(mark)}</td><td>{escape(sentence)}<br/><code>{escape(row.key)}</code></td>"
            f"{values}<td>{escape(baselines)}</td></tr>"
        )
    return "\n".join([*lines, "</tbody></table>"])


def _table(table: PageTable) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    lines = [f"<h2>{escape(table.title)}</h2>", f"<p>{escape(table.note)}</p>"]
    lines += [f"<table><thead><tr>{heads}</tr></thead>", "<tbody>"]
    for number, (first, *texts) in enumerate(table.rows):
        name = escape(first)
        if table.links:
            name = f'<a href="{escape(table.links[number])}">{name}</a>'
        others = "".join(f"<td>{escape(text)}</td>" for text in texts)
        lines.append(f"<tr><td>{name}</td>{others}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _figure(picture: Picture) -> str:
    data = base64.b64encode(picture.path.read_bytes()).decode()
    caption = escape(picture.caption)
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{caption}"/>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _pairs(values: dict[str, str]) -> str:
    if not values:
        return "<p>None.</p>"
    rows = (
        f"<tr><td><code>{escape(key)}</code></td><td>{escape(value)}</td></tr>"
        for key, value in values.items()
    )
    return "\n".join(["<table><tbody>", *rows, "</tbody></table>"])


def _provenance(report: Report) -> dict[str, str]:
    weights = {
        name: f"sha256 {item['sha256']}, {item['bytes']} bytes"
        for name, item in report.weights.items()
    }
    settings = {name: str(value) for name, value in report.settings.items()}
    machine = {name: str(value) for name, value in report.machine.items()}
    return {**settings, **weights, **machine, **report.versions}
