"""`foley_core/README.md`: places, rooms, words and figures are those of the code."""

import re
import tomllib

import pytest
from documents import (
    LIBRARY_README,
    MODELS_README,
    ROOT,
    blocks,
    folders_with_code,
    links,
    named,
    section,
    table,
    text_of,
)

LIBRARY = ROOT / "foley_core"
SOURCES = [path for folder in ("foley_core", "pipelines") for path in (ROOT / folder).rglob("*.py")]
WEIGHTS = LIBRARY / "models" / "embedded" / "weights"
HELD_OUT = {
    "onset_f1_50ms": "0.81",
    "onset_f1_50ms_peak_picker": "0.22",
    "onset_f1_50ms_clearly_visible": "0.91",
    "onset_error_median_ms": "13 ms",
    "action_class_accuracy": "87 %",
    "action_class_accuracy_unseen_pairs": "88 %",
    "material_accuracy": "70 %",
    "ambience_accuracy": "99 %",
    "sustained_f1": "0.57",
    "retrieval_r1_of_100": "51 %",
}


@pytest.mark.parametrize("row", table(section(LIBRARY_README, "Where things are")), ids=str)
def test_what_is_looked_for_stands_in_the_file(row: list[str]) -> None:
    _, places, names = row
    files = [LIBRARY / link for link in re.findall(r"\]\(([^)]+)\)", places)]
    assert files
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for name in named(names):
        assert re.search(rf"^ *(def|class) {name}\b", text, re.M), name


def test_every_room_of_the_library_stands_there() -> None:
    rooms = [named(row[0])[0] for row in table(section(LIBRARY_README, "Map"))]
    folders = {f"{name}/" for name in folders_with_code(LIBRARY) if name}
    assert sorted(rooms) == sorted(folders)


def test_the_layers_are_those_that_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    (drawn,) = blocks(section(LIBRARY_README, "Map"))
    said = [set(line.split(" · ")) for line in drawn.splitlines()]
    assert said == [set(line.replace("foley_core.", "").split(" | ")) for line in layers]


def test_names_of_the_glossary_are_in_the_code() -> None:
    words = [name for row in table(section(LIBRARY_README, "Words")) for name in named(row[0])]
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    assert [word for word in words if not re.search(rf"\b{word}\b", code)] == []


def test_the_figures_are_those_on_record() -> None:
    record = tomllib.loads((WEIGHTS / "perception.toml").read_text(encoding="utf-8"))
    measured = record["measured_on_held_out_worlds"]
    said = section(MODELS_README, "What perception sees")
    for key, figure in HELD_OUT.items():
        number, _, unit = figure.partition(" ")
        value = 100 * measured[key] if unit == "%" else measured[key]
        decimals = len(number.partition(".")[2])
        assert f"{value:.{decimals}f}" == number, key
        assert figure in said, key


def test_it_links_the_records_of_all_weights() -> None:
    records = {path.relative_to(LIBRARY).as_posix() for path in WEIGHTS.glob("*.toml")}
    assert records <= {f"models/{link}" for link in links(MODELS_README)}
    assert "ATTRIBUTION.md" in text_of(MODELS_README)
